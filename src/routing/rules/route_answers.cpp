// Finds routes and says what they are.
#include "routing/rules/route_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "roads/pareto.hpp"
#include "roads/steps.hpp"
#include "roads/timed_route.hpp"

namespace mms::routing {
namespace {

using roads::Objective;
using vocabulary::ProblemKind;
using vocabulary::Result;

double at(const roads::ObjectiveValues& values, Objective objective) {
  return values[static_cast<std::size_t>(objective)];
}

std::vector<AskedPlace> stops_of(const RouteInput& input) {
  std::vector<AskedPlace> places{{coordinate_of(input.from), "/from"}};
  for (auto& via : places_of(input.via, "/via")) places.push_back(std::move(via));
  places.push_back({coordinate_of(input.to), "/to"});
  return places;
}

void append_steps(const roads::RoadGraph& graph,
                  const Priced& priced,
                  const roads::RoutePath& path,
                  bool last,
                  std::vector<StepView>& out) {
  for (const auto& step : roads::steps_of(graph, *priced.model, path, priced.traffic->by_edge)) {
    const bool at_via = !last && step.maneuver == roads::Maneuver::arrive;
    out.push_back({.instruction = at_via ? "Arrive at the stop on the way." : step.instruction,
                   .maneuver = std::string(roads::to_text(step.maneuver)),
                   .direction = std::string(roads::to_text(step.direction)),
                   .name = step.name,
                   .ref = step.ref,
                   .location = coordinates_of(step.place),
                   .roundabout_exit =
                       step.roundabout_exit > 0 ? std::optional(static_cast<int>(step.roundabout_exit)) : std::nullopt,
                   .distance_m = to_tenths(step.distance_m),
                   .duration_s = to_tenths(step.duration_s)});
  }
}

// Everything about one route, from its legs.
RouteOffer view_of(const roads::RoadGraph& graph,
                   const Priced& priced,
                   std::span<const roads::RoutePath> legs,
                   const RouteInput& input,
                   Time departure) {
  RouteOffer view;
  roads::ObjectiveValues sum{};
  std::vector<roads::Coordinate> line;
  std::vector<StepView> steps;
  for (const auto& leg : legs) {
    const auto values = roads::values_of(graph, *priced.model, leg, priced.traffic->by_edge);
    auto plain = leg;
    plain.speed_kmh.clear();
    const auto free = roads::values_of(graph, *priced.model, plain);
    for (std::size_t o = 0; o < roads::objective_count; ++o) sum[o] += values[o];
    view.duration_without_traffic_s += at(free, Objective::time);
    view.legs.push_back({to_tenths(at(values, Objective::distance)), to_tenths(at(values, Objective::time))});
    for (const auto place : roads::shape_of(graph, leg)) {
      if (line.empty() || line.back() != place) line.push_back(place);
    }
    if (input.steps.value) append_steps(graph, priced, leg, &leg == &legs.back(), steps);
  }
  view.distance_m = to_tenths(at(sum, Objective::distance));
  view.duration_without_traffic_s = to_tenths(view.duration_without_traffic_s);
  view.duration_s = to_tenths(at(sum, Objective::time));
  view.arrival = departure + vocabulary::seconds(view.duration_s);
  view.values = ObjectiveFigures{view.duration_s, view.distance_m, to_tenths(at(sum, Objective::energy)),
                                 to_tenths(at(sum, Objective::risk)), std::round(at(sum, Objective::cost) * 100) / 100};
  view.geometry = line_of(line, input.geometry);
  if (input.steps.value) view.steps = std::move(steps);
  return view;
}

std::unexpected<vocabulary::Problem> no_route(std::string_view from, std::string_view to) {
  return vocabulary::refuse(ProblemKind::no_route,
                            fmt::format("no road that is open to this vehicle leads from {} to {}", from, to),
                            fmt::format(R"("from":"{}","to":"{}")", from, to));
}

// Objectives for a front, the heaviest first; three that differ when the caller weighs fewer than two.
std::vector<Objective> front_of(const roads::Shares& shares) {
  std::vector<Objective> objectives;
  for (std::size_t o = 0; o < roads::objective_count; ++o) {
    if (shares[o] > 0) objectives.push_back(static_cast<Objective>(o));
  }
  const auto weight = [&](Objective o) { return shares[static_cast<std::size_t>(o)]; };
  std::ranges::sort(objectives,
                    [&](Objective a, Objective b) { return weight(a) != weight(b) ? weight(a) > weight(b) : a < b; });
  for (const auto more : {Objective::time, Objective::distance, Objective::energy}) {
    if (objectives.size() >= 3 || std::ranges::find(objectives, more) != objectives.end()) continue;
    if (std::ranges::count_if(shares, [](double s) { return s > 0; }) < 2) objectives.push_back(more);
  }
  if (objectives.size() > roads::most_pareto_objectives) objectives.resize(roads::most_pareto_objectives);
  return objectives;
}

roads::TimedSpeeds speeds_of(const Priced& priced) {
  return {*priced.profiles, priced.traffic->by_edge};
}

Result<std::vector<RouteOffer>> find_front(const roads::RoadGraph& graph,
                                           const PriceBook& book,
                                           const Pricing& pricing,
                                           std::span<const roads::RoadPosition> places,
                                           const RouteInput& input,
                                           Time departure) {
  std::vector<std::shared_ptr<const Priced>> kept;
  roads::ParetoRequest request{.from = places.front(), .to = places.back()};
  for (const auto objective : front_of(pricing.shares)) {
    Pricing alone = pricing;
    alone.shares = roads::only(objective);
    kept.push_back(book(alone));
    request.objectives.push_back({objective, &kept.back()->metric});
  }
  // Chosen by the speeds of one hour; driven in those that come.
  const auto& first = *kept.front();
  request.at_most = static_cast<std::size_t>(input.alternatives.value.value);
  roads::SearchSpace space(graph);
  std::vector<RouteOffer> views;
  for (auto& found : roads::find_pareto_front(graph, request, space).routes) {
    if (first.profiles) {
      roads::drive(graph, *first.model, speeds_of(first), found.path, roads::week_clock(departure));
    }
    auto view = view_of(graph, first, {&found.path, 1}, input, departure);
    view.label = found.label;
    view.best_at = found.best_at;
    views.push_back(std::move(view));
  }
  if (views.empty()) return no_route("/from", "/to");
  return views;
}

// The way that arrives first of one who leaves at `at`. `hourly` has the speeds of the departure's hour, in which the
// first leg begins: where it ends in it too, one query is enough.
std::optional<roads::RoutePath> find_exact(const roads::RoadGraph& graph,
                                           const Priced& fastest,
                                           const Priced* hourly,
                                           const roads::RoadPosition& from,
                                           const roads::RoadPosition& to,
                                           roads::WeekClock at,
                                           roads::SearchSpace& space) {
  if (hourly != nullptr) {
    auto leg = roads::find_route_within_hour(graph, hourly->metric, *hourly->profiles, from, to, at, space);
    if (leg) return leg;
  }
  return roads::find_timed_route(graph, *fastest.model, fastest.metric, speeds_of(fastest), from, to, at);
}

// `hourly`, where the durations are to be those of the hours: the same under the speeds of the departure's hour.
Result<RouteOffer> find_best(const roads::RoadGraph& graph,
                             const Priced& priced,
                             const Priced* hourly,
                             const Pricing& pricing,
                             std::span<const AskedPlace> asked,
                             std::span<const roads::RoadPosition> places,
                             const RouteInput& input,
                             Time departure) {
  roads::SearchSpace space(graph);
  std::vector<roads::RoutePath> legs;
  auto at = roads::week_clock(departure);
  const auto is_in_hour = [hour = roads::hour_of(at)](roads::WeekClock when) { return roads::hour_of(when) == hour; };
  for (std::size_t i = 0; i + 1 < places.size(); ++i) {
    auto leg = hourly != nullptr
                   ? find_exact(graph, priced, is_in_hour(at) ? hourly : nullptr, places[i], places[i + 1], at, space)
                   : roads::find_route(graph, priced.metric, places[i], places[i + 1], space);
    if (!leg) return no_route(asked[i].pointer, asked[i + 1].pointer);
    if (priced.profiles) at = roads::drive(graph, *priced.model, speeds_of(priced), *leg, at);
    legs.push_back(std::move(*leg));
  }
  auto view = view_of(graph, priced, legs, input, departure);
  std::size_t mattering = 0;
  for (std::size_t o = 0; o < roads::objective_count; ++o) mattering += pricing.shares[o] > 0 ? 1 : 0;
  for (std::size_t o = 0; o < roads::objective_count && mattering == 1; ++o) {
    if (pricing.shares[o] > 0) view.best_at = {static_cast<Objective>(o)};
  }
  constexpr std::array<std::string_view, roads::objective_count> kLabels = {"fastest", "shortest", "least energy",
                                                                            "safest", "cheapest"};
  view.label = mattering == 1 ? kLabels[static_cast<std::size_t>(view.best_at.front())] : "best by your weights";
  return view;
}

bool is_time_alone(const roads::Shares& shares) {
  return std::ranges::all_of(shares.begin() + 1, shares.end(), [](double share) { return share <= 0; });
}

std::string unit_of(Objective objective) {
  constexpr std::array<std::string_view, roads::objective_count> kUnits = {"s", "m", "Wh", "m of secondary road",
                                                                           "money"};
  return std::string(kUnits[static_cast<std::size_t>(objective)]);
}

Grid grid_of(const std::vector<roads::Weight>& weights, std::size_t columns, Objective objective) {
  Grid grid{columns, {}};
  grid.cells.reserve(weights.size());
  const double step = roads::weight_unit[static_cast<std::size_t>(objective)];
  for (const auto weight : weights) {
    grid.cells.push_back(weight >= roads::infinite ? std::numeric_limits<double>::quiet_NaN() : weight * step);
  }
  return grid;
}

}  // namespace

Result<RoutesView> find_routes(const roads::RoadGraph& graph,
                               const PriceBook& book,
                               const RouteInput& input,
                               Time now) {
  const auto departure = input.departure.value_or(now);
  TRY(pricing, pricing_of(wishes_of(input), shares_of(input.weights), graph.edges(), now));
  const bool exact = input.alternatives.value <= 1 && is_time_alone(pricing.shares);
  pricing.hour = exact ? kFastestHour : hour_of(departure);
  const auto priced = book(pricing);
  const auto asked = stops_of(input);
  TRY(places, snap_all(graph, *priced, pricing, asked));
  RoutesView view{.source = AnswerSource::roads, .departure = departure, .traffic = pricing.traffic};
  if (priced->profiles) view.hourly_speeds = exact ? HourlySpeeds::exact : HourlySpeeds::departure_hour;
  for (const auto& place : places) view.waypoints.push_back(view_of(graph, place));
  view.attribution = std::string(graph.file().attribution.begin(), graph.file().attribution.end());
  if (input.alternatives.value > 1) {
    TRY(routes, find_front(graph, book, pricing, places, input, departure));
    view.routes = std::move(routes);
  } else {
    std::shared_ptr<const Priced> hourly;
    if (exact && priced->profiles) {
      pricing.hour = hour_of(departure);
      hourly = book(pricing);
    }
    TRY(route, find_best(graph, *priced, hourly && hourly->profiles ? hourly.get() : nullptr, pricing, asked, places,
                         input, departure));
    view.routes.push_back(std::move(route));
  }
  return view;
}

Result<MatrixView> find_matrices(const roads::RoadGraph& graph,
                                 const PriceBook& book,
                                 const MatrixInput& input,
                                 Time now) {
  MatrixView view{.source = AnswerSource::roads, .departure = input.departure.value_or(now)};
  auto objectives = std::vector<Objective>(input.objectives.begin(), input.objectives.end());
  if (objectives.empty()) objectives.push_back(Objective::time);
  TRY(pricing, pricing_of(wishes_of(input), roads::only(objectives.front()), graph.edges(), now));
  view.traffic = pricing.traffic;
  pricing.hour = hour_of(view.departure);
  const auto first = book(pricing);
  if (first->profiles) view.hourly_speeds = HourlySpeeds::departure_hour;
  TRY(from, snap_all(graph, *first, pricing, places_of(input.from, "/from")));
  TRY(to, snap_all(graph, *first, pricing, places_of(input.to, "/to")));
  const auto& targets = input.to.empty() ? from : to;
  for (const auto objective : objectives) {
    pricing.shares = roads::only(objective);
    const auto priced = book(pricing);
    view.matrices.push_back(
        {objective, unit_of(objective),
         grid_of(roads::find_matrix(graph, priced->metric, from, targets), targets.size(), objective)});
  }
  for (const auto& place : from) view.from.push_back(view_of(graph, place));
  for (const auto& place : targets) view.to.push_back(view_of(graph, place));
  return view;
}

}  // namespace mms::routing
