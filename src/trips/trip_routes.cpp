// Rows of the endpoints below /trips, and the handlers of commands.
#include "trips/trip_routes.hpp"

#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "trips/customer_routes.hpp"
#include "trips/rules/trip_commands.hpp"
#include "trips/trip_analytics.hpp"
#include "trips/trip_bulk.hpp"
#include "trips/trip_examples.hpp"
#include "trips/trip_list.hpp"
#include "trips/trip_reads.hpp"
#include "trips/trip_records.hpp"
#include "trips/trip_reroute.hpp"
#include "trips/trip_track.hpp"
#include "trips/trip_ways.hpp"

namespace mms::trips {
namespace {

using async::Task;
using endpoints::body_of;
using endpoints::id_in_path;
using http::Method;
using http::Request;
using http::Response;
using http::Route;
using http::schema_of;
using vocabulary::Permission;
using vocabulary::ProblemKind;

// POST /trips: a new trip, assigned when it has a vehicle.
// Refuses: invalid_fields, forbidden, already_exists, unavailable.
Task<Result<Response>> create(const TripTools& tools, const Request& request) {
  CO_TRY(input, body_of<CreateTrip>(request));
  const auto now = tools.now();
  const bool chosen = input.id.has_value();
  if (chosen) {
    if (const auto good = endpoints::check_chosen_id(input.id->uuid, now); !good)
      co_return std::unexpected(good.error());
  }
  const auto id = chosen ? *input.id : TripId{tools.ids.next(now)};
  auto hash = chosen ? endpoints::body_hash(request.body) : std::string();
  auto order = order_wanted(request, input);
  if (auto done = co_await put_in_order(tools, request, std::move(order), input.waypoints); !done) {
    co_return std::unexpected(std::move(done).error());
  }
  auto way = co_await find_way(tools, request, way_wanted(tools, request, input));
  auto command = create_trip(std::move(input), id, chosen, std::move(hash), std::move(way));
  co_return co_await endpoints::ride(tools.lane, request, std::move(command));
}

// PUT /trips/{id}. Refuses: not_found, invalid_fields, and what the update refuses.
Task<Result<Response>> update(const TripTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<TripId>(request, "trip"));
  CO_TRY(input, body_of<UpdateTrip>(request));
  if (auto order = co_await order_wanted(tools, request, id, input)) {
    if (auto done = co_await put_in_order(tools, request, std::move(order), *input.waypoints.value); !done) {
      co_return std::unexpected(std::move(done).error());
    }
  }
  auto wanted = co_await way_wanted(tools, request, id, input);
  auto way = co_await find_way(tools, request, std::move(wanted));
  co_return co_await endpoints::ride(tools.lane, request, update_trip(id, std::move(input), std::move(way)));
}

// POST /trips/{id}/<command> with the command's own fields.
template <class Input, CommandPtr (*make)(TripId, Input)>
Task<Result<Response>> command(const TripTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<TripId>(request, "trip"));
  CO_TRY(input, body_of<Input>(request));
  co_return co_await endpoints::ride(tools.lane, request, make(id, std::move(input)));
}

constexpr auto kTrip = schema_of<Trip>("Trip");

Route command_row(std::string_view pattern,
                  http::Handler handler,
                  http::SchemaRef accepts,
                  std::string_view summary,
                  std::vector<ProblemKind> problems,
                  std::string_view example = "{}") {
  problems.insert(problems.end(), {ProblemKind::not_found, ProblemKind::wrong_state, ProblemKind::invalid_fields});
  return {.method = Method::post,
          .pattern = pattern,
          .permission = Permission::trips_execute,
          .handler = std::move(handler),
          .summary = summary,
          .accepts = accepts,
          .answers = kTrip,
          .problems = std::move(problems),
          .idempotent = true,
          .conditional = true,
          .example_request = example};
}

void add_trip_rows(const TripTools& tools, std::vector<Route>& routes) {
  using enum ProblemKind;
  routes.push_back(
      {.method = Method::post,
       .pattern = "/trips",
       .permission = Permission::trips_write,
       .handler = http::with(tools, create),
       .summary = "Creates a trip; assigned at once when it names a vehicle.",
       .accepts = schema_of<CreateTrip>("CreateTrip"),
       .answers = kTrip,
       .success = 201,
       .repeat = 200,
       .problems = {invalid_fields, already_exists},
       .idempotent = true,
       .example_request =
           R"({"fleet_id":"city-cabs","vehicle_id":"cab-7","sector":"ridehail","passenger_count":2,)"
           R"("origin":{"latitude":52.52,"longitude":13.4},"destination":{"latitude":52.5,"longitude":13.45}})"});
  routes.push_back({.method = Method::put,
                    .pattern = "/trips/{id}",
                    .permission = Permission::trips_write,
                    .handler = http::with(tools, update),
                    .summary = "Changes fields (absent keeps, null clears, lists replace); status moves one step on.",
                    .accepts = schema_of<UpdateTrip>("UpdateTrip"),
                    .answers = kTrip,
                    .problems = {not_found, field_frozen, wrong_state, invalid_fields, vehicle_missing, vehicle_busy,
                                 not_at_destination},
                    .idempotent = true,
                    .conditional = true,
                    .example_request = R"({"priority":"high","passenger_count":3})"});
  routes.push_back({.method = Method::delete_,
                    .pattern = "/trips/{id}",
                    .permission = Permission::trips_write,
                    .handler = http::with(tools, command<CancelTrip, delete_trip>),
                    .summary = "Cancels the trip; it stays readable.",
                    .accepts = schema_of<CancelTrip>("CancelTrip"),
                    .answers = kTrip,
                    .problems = {not_found, wrong_state, invalid_fields},
                    .conditional = true,
                    .example_request = R"({"reason":"the passenger does not come"})"});
}

void add_command_rows(const TripTools& tools, std::vector<Route>& routes) {
  using enum ProblemKind;
  routes.push_back(command_row("/trips/{id}/assign", http::with(tools, command<AssignTrip, assign_trip>),
                               schema_of<AssignTrip>("AssignTrip"), "Assigns a vehicle.", {},
                               R"({"vehicle_id":"cab-9"})"));
  routes.push_back(command_row("/trips/{id}/start", http::with(tools, command<StartTrip, start_trip>),
                               schema_of<StartTrip>("StartTrip"),
                               "Starts it; in transit at once when the vehicle is at the origin.", {vehicle_busy}));
  routes.push_back(command_row("/trips/{id}/complete", http::with(tools, command<CompleteTrip, complete_trip>),
                               schema_of<CompleteTrip>("CompleteTrip"), "Marks it as completed.",
                               {not_at_destination}));
  routes.push_back(command_row("/trips/{id}/cancel", http::with(tools, command<CancelTrip, cancel_trip>),
                               schema_of<CancelTrip>("CancelTrip"), "Cancels it.", {},
                               R"({"reason":"the passenger does not come"})"));
  routes.push_back(command_row("/trips/{id}/fail", http::with(tools, command<FailTrip, fail_trip>),
                               schema_of<FailTrip>("FailTrip"), "Marks it as failed.", {},
                               R"({"reason":"flat tyre"})"));
}

}  // namespace

std::vector<http::Route> trip_routes(const TripTools& tools) {
  std::vector<http::Route> routes;
  add_trip_rows(tools, routes);
  add_command_rows(tools, routes);
  for (auto rows :
       {read_routes(tools), way_routes(tools), track_routes(tools), record_routes(tools), customer_routes(tools)}) {
    std::ranges::move(rows, std::back_inserter(routes));
  }
  routes.push_back(analytics_route(tools));
  routes.push_back(bulk_route(tools));
  add_examples(routes);
  return routes;
}

}  // namespace mms::trips
