// Handlers of the endpoints about a trip's route.
#include "trips/trip_reroute.hpp"

#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "trips/rules/trip_commands.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

constexpr std::chrono::seconds kRerouteTime(5);

// The way for what is left of the trip. Refuses: invalid_fields (nobody knows where it is), no_map, no_route,
// unavailable, request_timeout.
Task<Result<FoundWay>> find_rest(const TripTools& tools,
                                 const Request& request,
                                 const StoredTrip& stored,
                                 const RerouteTrip& input) {
  if (!tools.find_rest) {
    co_return refuse(ProblemKind::no_map, "this service has no road map; without one there is no other way to take");
  }
  std::optional<Point> from;
  if (input.position) {
    from = Point{input.position->latitude, input.position->longitude};
  } else if (stored.live) {
    from = Point{stored.live->position.latitude, stored.live->position.longitude};
  } else {
    auto refusal = refuse(ProblemKind::invalid_fields, "no position of this trip is known yet");
    refusal.error().errors.push_back({"/position", "required", "must say where the vehicle is"});
    co_return refusal;
  }
  const auto deadline = std::min(request.deadline, async::Clock::now() + kRerouteTime);
  CO_TRY(way, co_await tools.find_rest(*rest_of(stored.trip, *from), deadline));
  if (!way) co_return refuse(ProblemKind::no_route, "no road leads from there over the stops that are left");
  co_return std::move(*way);
}

// POST /trips/{id}/reroute. Refuses: not_found, forbidden, wrong_state, version_conflict, and what find_rest refuses.
Task<Result<Response>> reroute(const TripTools& tools, const Request& request) {
  CO_TRY(input, endpoints::body_of<RerouteTrip>(request));
  CO_TRY(stored, co_await actable(tools, request, Permission::trips_execute));
  std::optional<FoundWay> way;
  // Else the lane refuses it, with the state as it is then.
  if (next_stop_of(stored.trip)) {
    CO_TRY(found, co_await find_rest(tools, request, stored, input));
    way = std::move(found);
  }
  co_return co_await endpoints::ride(tools.lane, request, reroute_trip(stored.trip.id, input, std::move(way)));
}

// GET /trips/{id}/route: the newest route or an older one, with its line. Refuses: not_found, bad_parameter.
Task<Result<Response>> show_route(const TripTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"revision"}); !known) co_return std::unexpected(known.error());
  CO_TRY(revision, endpoints::number_parameter(query, "revision", 1, 1'000'000'000, 0));
  CO_TRY(stored, co_await readable(tools, request, Permission::trips_read));
  const int asked = revision > 0 ? static_cast<int>(revision) : revision_of(stored.trip);
  const auto rows = co_await tools.reader.run_one(find_route_bodies({{stored.trip.id, asked}}), request.deadline);
  if (rows[0].is_null(0)) co_return refuse(ProblemKind::not_found, "this trip has no such route");
  Response response;
  response.body = rows[0].text(0);
  co_return response;
}

// A route that the trip has or had, without its line.
struct RouteOfTrip {
  Route route;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(RouteOfTrip, (), (route, created_at))

// GET /trips/{id}/routes: every route that it had, the newest first. Refuses: not_found, bad_parameter, bad_cursor.
Task<Result<Response>> list_routes(const TripTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"limit", "cursor"}); !known) co_return std::unexpected(known.error());
  CO_TRY(limit, endpoints::number_parameter(query, "limit", 1, 200, 50));
  CO_TRY(stored, co_await readable(tools, request, Permission::trips_read));
  const auto id = stored.trip.id;
  const auto scope = "trip routes " + vocabulary::to_text(id);
  std::int64_t before = std::int64_t{revision_of(stored.trip)} + 1;
  if (const auto cursor = query.first("cursor")) {
    CO_TRY(place, tools.cursor_key.open(scope, *cursor));
    before = std::stoll(place.front());
  }
  const auto rows = co_await tools.reader.run_one(routes_before(id, before, limit + 1), request.deadline);
  endpoints::Page<RouteOfTrip> page;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    page.items.push_back({json::from_stored<Route>(rows[i].text(0)), rows[i].time(1)});
  }
  if (static_cast<std::int64_t>(page.items.size()) > limit) {
    page.items.pop_back();
    page.next_cursor = tools.cursor_key.seal(scope, {std::to_string(page.items.back().route.revision)});
  }
  Response response;
  response.body = endpoints::json_of(page);
  co_return response;
}

// A route with its line, a GeoJSON LineString.
struct RouteView {
  RouteSource source{};
  int revision = 1;
  double distance_m = 0;
  double duration_s = 0;
  std::vector<Leg> legs;
  std::optional<Point> begins_at;
  std::optional<int> first_stop;
  Raw geometry;
};
BOOST_DESCRIBE_STRUCT(RouteView, (), (source, revision, distance_m, duration_s, legs, begins_at, first_stop, geometry))

}  // namespace

std::vector<http::Route> way_routes(const TripTools& tools) {
  using enum ProblemKind;
  using http::schema_of;
  std::vector<http::Route> routes;
  routes.push_back({.method = http::Method::post,
                    .pattern = "/trips/{id}/reroute",
                    .permission = Permission::trips_execute,
                    .handler = http::with(tools, reroute),
                    .summary = "Plans its route anew over the stops that are left, by the traffic of now.",
                    .accepts = schema_of<RerouteTrip>("RerouteTrip"),
                    .answers = schema_of<Trip>("Trip"),
                    .problems = {not_found, wrong_state, invalid_fields, no_map, no_route},
                    .idempotent = true,
                    .conditional = true,
                    .heavy = true,
                    .example_request = R"({"position":{"latitude":47.1410,"longitude":9.5210}})"});
  routes.push_back(
      {.pattern = "/trips/{id}/route",
       .permission = Permission::trips_read,
       .handler = http::with(tools, show_route),
       .summary = "Its route, or an older one, with the line.",
       .answers = schema_of<RouteView>("RouteView"),
       .problems = {not_found, bad_parameter},
       .query = {{"revision", "Which of its routes; absent: the newest.", R"({"type":"integer","minimum":1})"}}});
  routes.push_back(
      {.pattern = "/trips/{id}/routes",
       .permission = Permission::trips_read,
       .handler = http::with(tools, list_routes),
       .summary = "Every route that it has or had, without lines, the newest first.",
       .answers = schema_of<endpoints::Page<RouteOfTrip>>("RoutePage"),
       .problems = {not_found, bad_parameter, bad_cursor},
       .query = {{"limit", "Items on a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
                 {"cursor", "next_cursor of the page before."}}});
  return routes;
}

}  // namespace mms::trips
