// Asks for ways when there is a road map and the caller may plan the trip.
#include "trips/trip_ways.hpp"

#include "access/rules/scope.hpp"
#include "trips/rules/trip_commands.hpp"

namespace mms::trips {

using vocabulary::Permission;
using vocabulary::Result;

namespace {

bool may_plan(const http::Request& request, const CreateTrip& input) {
  const access::Target target{.noun = "trip", .fleet_id = input.fleet_id};
  return access::may_create(request.caller, Permission::trips_write, target).has_value();
}

// The stored trip, when it is worth planning: it has not ended and the caller may change it.
async::Task<std::optional<Trip>> to_plan(const TripTools& tools, const http::Request& request, TripId id) {
  auto stored = trip_from(co_await tools.reader.run_one(find_trip(id), request.deadline));
  if (!stored || is_final(stored->trip.status)) co_return std::nullopt;
  const auto may =
      access::may_act(request.caller, Permission::trips_write, Permission::trips_read, target_of(stored->trip));
  co_return may ? std::optional(std::move(stored->trip)) : std::nullopt;
}

}  // namespace

std::optional<WayAsked> way_wanted(const TripTools& tools, const http::Request& request, const CreateTrip& input) {
  if (!tools.find_ways || !may_plan(request, input)) return std::nullopt;
  return way_of(input);
}

async::Task<std::optional<WayAsked>> way_wanted(const TripTools& tools,
                                                const http::Request& request,
                                                TripId id,
                                                const UpdateTrip& input) {
  if (!tools.find_ways || !way_of(input, Trip{})) co_return std::nullopt;
  const auto stored = co_await to_plan(tools, request, id);
  co_return stored ? way_of(input, *stored) : std::nullopt;
}

std::optional<WayAsked> order_wanted(const http::Request& request, const CreateTrip& input) {
  return may_plan(request, input) ? order_of(input) : std::nullopt;
}

async::Task<std::optional<WayAsked>> order_wanted(const TripTools& tools,
                                                  const http::Request& request,
                                                  TripId id,
                                                  const UpdateTrip& input) {
  if (!order_of(input, Trip{})) co_return std::nullopt;
  const auto stored = co_await to_plan(tools, request, id);
  co_return stored ? order_of(input, *stored) : std::nullopt;
}

async::Task<Result<void>> put_in_order(const TripTools& tools,
                                       const http::Request& request,
                                       std::optional<WayAsked> asked,
                                       List<StopInput, 100>& waypoints) {
  if (!asked) co_return Result<void>();
  std::vector<WayAsked> alone;
  alone.push_back(std::move(*asked));
  CO_TRY(orders, co_await tools.order_stops(std::move(alone), request.deadline));
  put_in_order(waypoints, orders.front());
  co_return Result<void>();
}

async::Task<std::optional<FoundWay>> find_way(const TripTools& tools,
                                              const http::Request& request,
                                              std::optional<WayAsked> asked) {
  if (!asked) co_return std::nullopt;
  std::vector<WayAsked> alone;
  alone.push_back(std::move(*asked));
  auto found = co_await tools.find_ways(std::move(alone), std::min(request.deadline, async::Clock::now() + kWayTime));
  co_return std::move(found.front());
}

}  // namespace mms::trips
