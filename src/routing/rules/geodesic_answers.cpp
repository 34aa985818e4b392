// Straight lines as routes.
#include "routing/rules/geodesic_answers.hpp"

#include <fmt/format.h>

#include "roads/geodesic.hpp"
#include "routing/rules/place_answers.hpp"

namespace mms::routing {
namespace {

using roads::Objective;
using vocabulary::Result;

PlaceOnRoad as_it_is(const Coordinates& place) {
  return {.location = place, .distance_m = 0, .name = {}};
}

StepView step(std::string instruction, std::string maneuver, const Coordinates& place, const LegFigures& leg) {
  return {.instruction = std::move(instruction),
          .maneuver = std::move(maneuver),
          .direction = "straight",
          .location = place,
          .roundabout_exit = {},
          .distance_m = leg.distance_m,
          .duration_s = leg.duration_s};
}

}  // namespace

std::unexpected<vocabulary::Problem> no_map(std::string_view what) {
  return vocabulary::refuse(vocabulary::ProblemKind::no_map,
                            fmt::format("{} needs a road map, and none is loaded here (setting ROADS_FILE)", what));
}

Result<void> check_without_map(const Wishes& wishes) {
  if (wishes.vehicle) return no_map("a vehicle's limits");
  if (wishes.avoid) return no_map("avoiding areas, classes or edges");
  return {};
}

Result<RoutesView> geodesic_routes(const RouteInput& input, Time now) {
  if (auto good = check_without_map(wishes_of(input)); !good) return std::unexpected(std::move(good).error());
  if (shares_of(input.weights)[2] + shares_of(input.weights)[3] + shares_of(input.weights)[4] > 0) {
    return no_map("weighing energy, risk or cost");
  }
  std::vector<Coordinates> stops{input.from};
  stops.insert(stops.end(), input.via.begin(), input.via.end());
  stops.push_back(input.to);
  RoutesView view{.source = AnswerSource::geodesic, .departure = input.departure.value_or(now)};
  RouteOffer route;
  route.label = "as the crow flies";
  std::vector<StepView> steps;
  std::vector<roads::Coordinate> line;
  for (std::size_t i = 0; i < stops.size(); ++i) {
    view.waypoints.push_back(as_it_is(stops[i]));
    line.push_back(coordinate_of(stops[i]));
    if (i + 1 == stops.size()) continue;
    const auto leg = roads::geodesic_leg(coordinate_of(stops[i]), coordinate_of(stops[i + 1]));
    route.legs.push_back({to_tenths(leg.distance_m), to_tenths(leg.duration_s)});
    route.distance_m += leg.distance_m;
    route.duration_s += leg.duration_s;
    steps.push_back(
        step(i == 0 ? "Head for the next place." : "Go on to the next place.", "depart", stops[i], route.legs.back()));
  }
  steps.push_back(step("Arrive at the destination.", "arrive", stops.back(), {}));
  route.distance_m = to_tenths(route.distance_m);
  route.duration_s = to_tenths(route.duration_s);
  route.duration_without_traffic_s = route.duration_s;
  route.arrival = view.departure + vocabulary::seconds(route.duration_s);
  route.geometry = line_of(line, input.geometry);
  if (input.steps.value) route.steps = std::move(steps);
  view.routes.push_back(std::move(route));
  return view;
}

Result<MatrixView> geodesic_matrices(const MatrixInput& input, Time now) {
  if (auto good = check_without_map(wishes_of(input)); !good) return std::unexpected(std::move(good).error());
  MatrixView view{.source = AnswerSource::geodesic, .departure = input.departure.value_or(now)};
  const auto& to = input.to.empty() ? input.from : input.to;
  std::vector<roads::Coordinate> sources, targets;
  for (const auto& place : input.from) {
    sources.push_back(coordinate_of(place));
    view.from.push_back(as_it_is(place));
  }
  for (const auto& place : to) {
    targets.push_back(coordinate_of(place));
    view.to.push_back(as_it_is(place));
  }
  auto objectives = std::vector<Objective>(input.objectives.begin(), input.objectives.end());
  if (objectives.empty()) objectives.push_back(Objective::time);
  const auto legs = roads::geodesic_matrix(sources, targets);
  for (const auto objective : objectives) {
    if (objective != Objective::time && objective != Objective::distance) return no_map("a matrix of this objective");
    MatrixOf matrix{objective, objective == Objective::time ? "s" : "m", {targets.size(), {}}};
    for (const auto& leg : legs) {
      matrix.rows.cells.push_back(objective == Objective::time ? leg.duration_s : leg.distance_m);
    }
    view.matrices.push_back(std::move(matrix));
  }
  return view;
}

}  // namespace mms::routing
