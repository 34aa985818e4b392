// Asks for ways when there is a road map and the caller may plan the trip.
#include "trips/trip_ways.hpp"

#include "access/rules/scope.hpp"
#include "trips/rules/trip_commands.hpp"

namespace mms::trips {

using vocabulary::Permission;

std::optional<WayAsked> way_wanted(const TripTools& tools, const http::Request& request, const CreateTrip& input) {
  if (!tools.find_ways) return std::nullopt;
  const access::Target target{.noun = "trip", .fleet_id = input.fleet_id};
  if (!access::may_create(request.caller, Permission::trips_write, target)) return std::nullopt;
  return way_of(input);
}

async::Task<std::optional<WayAsked>> way_wanted(const TripTools& tools,
                                                const http::Request& request,
                                                TripId id,
                                                const UpdateTrip& input) {
  if (!tools.find_ways || !way_of(input, Trip{})) co_return std::nullopt;
  const auto stored = trip_from(co_await tools.reader.run_one(find_trip(id), request.deadline));
  if (!stored || is_final(stored->trip.status)) co_return std::nullopt;
  const auto may =
      access::may_act(request.caller, Permission::trips_write, Permission::trips_read, target_of(stored->trip));
  co_return may ? way_of(input, stored->trip) : std::nullopt;
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
