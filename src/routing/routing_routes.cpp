// Handlers and rows of the endpoints below /routes.
#include "routing/routing_routes.hpp"

#include <algorithm>
#include <charconv>

#include "endpoints/input.hpp"
#include "routing/rules/geodesic_answers.hpp"
#include "routing/rules/plan_answers.hpp"
#include "routing/rules/route_answers.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::routing {
namespace {

using async::Task;
using endpoints::body_of;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

template <class View>
Result<Response> response_of(const Result<View>& view) {
  if (!view) return std::unexpected(view.error());
  Response response;
  json::append(response.body, *view);
  return response;
}

PriceBook book_of(LiveRoads& roads) {
  return [&roads](const Pricing& pricing) { return roads.priced(pricing); };
}

// Null when this service answers itself.
const RouterClient* router_of(const RoutingTools& tools) {
  return tools.work.roads == nullptr ? tools.work.router : nullptr;
}

// POST /routes. Refuses: invalid_fields, no_route, no_map, unavailable.
Task<Result<Response>> routes(const RoutingTools& tools, const Request& request) {
  CO_TRY(input, body_of<RouteInput>(request));
  if (const auto* router = router_of(tools)) {
    CO_TRY(ask, ask_routes(router->kind(), input));
    CO_TRY(body, co_await router->ask(std::move(ask), request.deadline));
    co_return co_await tools.work.quick.run(
        request.deadline, [kind = router->kind(), body = std::move(body), input = std::move(input), now = tools.now()] {
          return response_of(routes_from(kind, body, input, now));
        });
  }
  const bool own_metric = input.alternatives.value > 1 || input.avoid || input.vehicle || input.weights;
  auto& workshop = own_metric ? tools.work.heavy : tools.work.quick;
  co_return co_await workshop.run(
      request.deadline, [input = std::move(input), roads = tools.work.roads, now = tools.now()]() -> Result<Response> {
        if (roads == nullptr) return response_of(geodesic_routes(input, now));
        return response_of(find_routes(roads->graph(), book_of(*roads), input, now));
      });
}

// POST /routes/matrix. Refuses: invalid_fields, no_map, unavailable.
Task<Result<Response>> matrix(const RoutingTools& tools, const Request& request) {
  CO_TRY(input, body_of<MatrixInput>(request));
  if (const auto* router = router_of(tools)) {
    CO_TRY(ask, ask_matrix(router->kind(), input));
    CO_TRY(body, co_await router->ask(std::move(ask), request.deadline));
    co_return co_await tools.work.heavy.run(
        request.deadline, [kind = router->kind(), body = std::move(body), input = std::move(input), now = tools.now()] {
          return response_of(matrix_from(kind, body, input, now));
        });
  }
  co_return co_await tools.work.heavy.run(
      request.deadline, [input = std::move(input), roads = tools.work.roads, now = tools.now()]() -> Result<Response> {
        if (roads == nullptr) return response_of(geodesic_matrices(input, now));
        return response_of(find_matrices(roads->graph(), book_of(*roads), input, now));
      });
}

// POST /routes/match. Refuses: invalid_fields, no_map, unavailable.
Task<Result<Response>> match_posted(const RoutingTools& tools, const Request& request) {
  CO_TRY(input, body_of<MatchInput>(request));
  if (const auto* router = router_of(tools)) {
    CO_TRY(ask, ask_match(router->kind(), input));
    CO_TRY(body, co_await router->ask(std::move(ask), request.deadline));
    co_return co_await tools.work.heavy.run(request.deadline,
                                            [kind = router->kind(), body = std::move(body), input = std::move(input)] {
                                              return response_of(match_from(kind, body, input));
                                            });
  }
  if (tools.work.roads == nullptr) co_return no_map("matching a trace");
  co_return co_await tools.work.heavy.run(
      request.deadline, [input = std::move(input), roads = tools.work.roads]() -> Result<Response> {
        return response_of(Result<MatchView>(match(roads->graph(), book_of(*roads), input)));
      });
}

// POST /routes/plan. Refuses: invalid_fields, no_map, unavailable.
Task<Result<Response>> plan(const RoutingTools& tools, const Request& request) {
  CO_TRY(input, body_of<RoutePlanInput>(request));
  if (input.finish_by && *input.finish_by < input.departure.value_or(tools.now())) {
    co_return bad_field("/finish_by", "before_departure", "must not be before the departure");
  }
  if (tools.work.roads == nullptr) {
    if (auto good = check_without_map(wishes_of(input)); !good) co_return std::unexpected(std::move(good).error());
  }
  co_return co_await tools.work.heavy.run(
      request.deadline, [input = std::move(input), roads = tools.work.roads, now = tools.now()]() -> Result<Response> {
        const auto share_used = time_for(input.stops.size(), std::chrono::seconds(1));
        if (roads == nullptr) return response_of(plan_geodesic(input, now, share_used));
        return response_of(plan_on_roads(roads->graph(), book_of(*roads), input, now, share_used));
      });
}

Result<double> degrees(const http::QueryParameters& query, std::string_view name, double most) {
  const auto text = query.first(name);
  if (!text) return endpoints::bad_parameter(name, "is required: degrees");
  double value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  // Written so that NaN fails too.
  if (error != std::errc() || end != text->data() + text->size() || !(value >= -most && value <= most)) {
    return endpoints::bad_parameter(name, most > 90 ? "must be from -180 to 180" : "must be from -90 to 90");
  }
  return value;
}

// GET /routes/nearest. Refuses: bad_parameter, no_map, unavailable.
Task<Result<Response>> nearest(const RoutingTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (auto known = query.only({"latitude", "longitude", "count", "radius_m", "profile"}); !known) {
    co_return std::unexpected(std::move(known).error());
  }
  CO_TRY(latitude, degrees(query, "latitude", 90));
  CO_TRY(longitude, degrees(query, "longitude", 180));
  CO_TRY(count, endpoints::number_parameter(query, "count", 1, 20, 1));
  CO_TRY(radius, endpoints::number_parameter(query, "radius_m", 1, 50'000, 5'000));
  const auto profile = vocabulary::from_name<roads::VehicleClass>(query.first("profile").value_or("car"));
  if (!profile) co_return endpoints::bad_parameter("profile", "must be car or truck");
  if (const auto* router = router_of(tools)) {
    CO_TRY(ask, ask_nearest(router->kind(), {{latitude}, {longitude}}, static_cast<int>(count)));
    CO_TRY(body, co_await router->ask(std::move(ask), request.deadline));
    co_return co_await tools.work.quick.run(request.deadline, [kind = router->kind(), body = std::move(body), radius] {
      return response_of(nearest_from(kind, body, static_cast<double>(radius)));
    });
  }
  if (tools.work.roads == nullptr) co_return no_map("the nearest road");
  Pricing pricing;
  pricing.vehicle = *profile == roads::VehicleClass::truck ? roads::usual_truck() : roads::usual_car();
  pricing.shares = roads::only(roads::Objective::time);
  co_return co_await tools.work.quick.run(
      request.deadline,
      [=, place = roads::coordinate(latitude, longitude), roads = tools.work.roads]() -> Result<Response> {
        const auto priced = roads->priced(pricing);
        return response_of(Result<NearestView>(find_nearest(
            roads->graph(), *priced, place, static_cast<std::size_t>(count), static_cast<double>(radius))));
      });
}

constexpr std::string_view kRoutes =
    R"({"source":"roads","departure":"2026-11-24T22:41:07.204318Z","traffic":true,"hourly_speeds":"none","waypoints":[{"location":)"
    R"({"latitude":42.5,"longitude":1.52},"distance_m":4.2,"name":"Avinguda Meritxell"},{"location":{"latitude":42.51,)"
    R"("longitude":1.53},"distance_m":1.5,"name":"Carrer Major"}],"routes":[{"label":"fastest","best_at":["time"],)"
    R"("distance_m":1712.5,"duration_s":162.4,"duration_without_traffic_s":150,"arrival":"2026-11-24T22:43:49.604318Z",)"
    R"("values":{"time_s":162.4,"distance_m":1712.5,"energy_wh":240.1,"risk_m":1500.2,"cost":1.64},"legs":[{)"
    R"("distance_m":1712.5,"duration_s":162.4}],"geometry":{"type":"LineString","coordinates":[[1.52,42.5],[1.53,42.51]]},)"
    R"("steps":[{"instruction":"Head east on Avinguda Meritxell.","maneuver":"depart","direction":"straight","name":)"
    R"("Avinguda Meritxell","ref":"","location":{"latitude":42.5,"longitude":1.52},"distance_m":1712.5,"duration_s":162.4},)"
    R"({"instruction":"Arrive at the destination.","maneuver":"arrive","direction":"straight","name":"Carrer Major",)"
    R"("ref":"","location":{"latitude":42.51,"longitude":1.53},"distance_m":0,"duration_s":0}]}],"attribution":)"
    R"("© OpenStreetMap contributors, ODbL 1.0"})";

http::Route row(std::string_view pattern, http::Handler handler, std::string_view summary) {
  return {.method = http::Method::post,
          .pattern = pattern,
          .permission = Permission::routes_use,
          .handler = std::move(handler),
          .summary = summary,
          .heavy = true};
}

}  // namespace

std::function<double()> time_for(std::size_t stops, async::Clock::duration most) {
  const auto begin = async::Clock::now();
  const std::chrono::duration<double> whole = std::clamp<async::Clock::duration>(
      most, std::chrono::milliseconds(1), std::chrono::milliseconds(std::min<std::size_t>(700, 20 + 8 * stops)));
  return [begin, whole] { return (async::Clock::now() - begin) / whole; };
}

std::vector<http::Route> routing_routes(const RoutingTools& tools) {
  using enum ProblemKind;
  using http::schema_of;
  std::vector<http::Route> rows;
  rows.push_back(row("/routes", http::with(tools, routes),
                     "Routes by time, distance, energy, risk or cost, with alternatives; geodesic without a map."));
  rows.back().accepts = schema_of<RouteInput>("RouteInput");
  rows.back().answers = schema_of<RoutesView>("Routes");
  rows.back().problems = {no_route, no_map};
  rows.back().example_request =
      R"({"from":{"latitude":42.5,"longitude":1.52},"to":{"latitude":42.51,"longitude":1.53},"weights":{"time":1}})";
  rows.back().example_answer = kRoutes;

  rows.push_back(row("/routes/matrix", http::with(tools, matrix),
                     "The least time, distance, energy, risk or cost between up to 1000 × 1000 places."));
  rows.back().accepts = schema_of<MatrixInput>("MatrixInput");
  rows.back().answers = schema_of<MatrixView>("Matrix");
  rows.back().problems = {no_map};
  rows.back().example_request =
      R"({"from":[{"latitude":42.5,"longitude":1.52}],"to":[{"latitude":42.51,"longitude":1.53}]})";

  rows.push_back(row("/routes/match", http::with(tools, match_posted),
                     "The roads that a trace of positions was driven on, with confidence."));
  rows.back().accepts = schema_of<MatchInput>("MatchInput");
  rows.back().answers = schema_of<MatchView>("Match");
  rows.back().problems = {no_map};
  rows.back().example_request =
      R"({"trace":[{"latitude":42.5,"longitude":1.52},{"latitude":42.5005,"longitude":1.521}]})";

  rows.push_back(row("/routes/plan", http::with(tools, plan),
                     "Orders the stops of one vehicle: windows, service times, loads, pickups before deliveries."));
  rows.back().accepts = schema_of<RoutePlanInput>("RoutePlanInput");
  rows.back().answers = schema_of<RoutePlanView>("RoutePlan");
  rows.back().problems = {no_map};
  rows.back().example_request =
      R"({"start":{"latitude":42.5,"longitude":1.52},"stops":[{"id":"shop-1","latitude":42.51,"longitude":1.53,)"
      R"("service_s":300},{"id":"shop-2","latitude":42.49,"longitude":1.5}]})";

  rows.push_back(row("/routes/nearest", http::with(tools, nearest), "The roads nearest to a place."));
  rows.back().method = http::Method::get;
  rows.back().heavy = false;
  rows.back().answers = schema_of<NearestView>("NearestRoads");
  rows.back().problems = {bad_parameter, no_map};
  rows.back().query = {
      {"latitude", "degrees, required", R"({"type":"number","minimum":-90,"maximum":90})"},
      {"longitude", "degrees, required", R"({"type":"number","minimum":-180,"maximum":180})"},
      {"count", "roads at most; absent: 1", R"({"type":"integer","minimum":1,"maximum":20})"},
      {"radius_m", "how far to look; absent: 5000", R"({"type":"integer","minimum":1,"maximum":50000})"},
      {"profile", "car or truck; absent: car", R"({"type":"string","enum":["car","truck"]})"}};
  return rows;
}

}  // namespace mms::routing
