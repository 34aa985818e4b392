// What another routing server answered, in this service's shape.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "routing/rules/pricing.hpp"
#include "routing/rules/router_asks.hpp"

namespace mms::routing {

struct OsrmManeuver {
  std::string type;
  std::optional<std::string> modifier;
  std::vector<double> location;
  std::optional<int> exit;
  std::optional<std::string> instruction;  // of Valhalla
};
BOOST_DESCRIBE_STRUCT(OsrmManeuver, (), (type, modifier, location, exit, instruction))
struct OsrmStep {
  double distance = 0;
  double duration = 0;
  std::optional<std::string> name;
  std::optional<std::string> ref;
  OsrmManeuver maneuver;
};
BOOST_DESCRIBE_STRUCT(OsrmStep, (), (distance, duration, name, ref, maneuver))
struct OsrmLeg {
  double distance = 0;
  double duration = 0;
  std::vector<OsrmStep> steps;
};
BOOST_DESCRIBE_STRUCT(OsrmLeg, (), (distance, duration, steps))
struct OsrmRoute {
  double distance = 0;
  double duration = 0;
  vocabulary::json::Raw geometry;
  std::vector<OsrmLeg> legs;
  std::optional<double> confidence;  // of a matched trace
};
BOOST_DESCRIBE_STRUCT(OsrmRoute, (), (distance, duration, geometry, legs, confidence))
struct OsrmWaypoint {
  std::optional<std::string> name;
  std::vector<double> location;  // longitude, latitude
  std::optional<double> distance;
  std::optional<std::int64_t> matchings_index;  // of a matched trace
};
BOOST_DESCRIBE_STRUCT(OsrmWaypoint, (), (name, location, distance, matchings_index))
// null: on no road.
struct OsrmTracepoint {
  std::optional<OsrmWaypoint> point;
};
struct OsrmCell {
  double value = std::numeric_limits<double>::quiet_NaN();
};
struct OsrmAnswer {
  std::string code;
  std::optional<std::string> message;
  std::vector<OsrmRoute> routes;
  std::vector<OsrmWaypoint> waypoints;
  std::vector<std::vector<OsrmCell>> durations;
  std::vector<std::vector<OsrmCell>> distances;
  std::vector<OsrmWaypoint> sources;
  std::vector<OsrmWaypoint> destinations;
  std::vector<OsrmRoute> matchings;
  std::vector<OsrmTracepoint> tracepoints;
};
BOOST_DESCRIBE_STRUCT(
    OsrmAnswer,
    (),
    (code, message, routes, waypoints, durations, distances, sources, destinations, matchings, tracepoints))

}  // namespace mms::routing

namespace mms::vocabulary::json {

// null: no road leads.
inline void read(Reading& in, const Value& value, routing::OsrmCell& out) {
  if (!value.is_null()) read(in, value, out.value);
}
inline void read(Reading& in, const Value& value, routing::OsrmTracepoint& out) {
  if (!value.is_null()) read(in, value, out.point);
}

}  // namespace mms::vocabulary::json

namespace mms::routing {
namespace {

using roads::Objective;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

AnswerSource source_of(RouterKind kind) {
  return kind == RouterKind::osrm ? AnswerSource::osrm : AnswerSource::valhalla;
}

std::unexpected<vocabulary::Problem> odd(RouterKind kind) {
  return vocabulary::refuse(
      ProblemKind::unavailable,
      fmt::format("the routing server ({}) gave an answer that is not understood", vocabulary::name_of(kind)),
      R"("outcome":"none","retry_after_s":5)");
}

// Answers of the shape that is expected, with code Ok.
Result<OsrmAnswer> answer_from(RouterKind kind, std::string_view body) {
  OsrmAnswer answer;
  try {
    answer = json::from_stored<OsrmAnswer>(body);
  } catch (const std::exception&) {
    return odd(kind);
  }
  if (answer.code == "Ok") return answer;
  const auto words = answer.message.value_or(answer.code);
  if (answer.code == "NoRoute" || answer.code == "NoTable") {
    return vocabulary::refuse(ProblemKind::no_route, "the routing server finds no road: " + words);
  }
  if (answer.code == "NoSegment" || answer.code == "NoMatch")
    return bad_field("", "off_the_map", "no road near it on the routing server: " + words);
  if (answer.code == "TooBig" || answer.code == "DistanceExceeded") {
    return bad_field("", "too_many", "more than the routing server takes: " + words);
  }
  return odd(kind);
}

bool is_off_the_map(const vocabulary::Problem& problem) {
  return !problem.errors.empty() && problem.errors[0].code == "off_the_map";
}

// Throws when the place is none: the answer is odd then.
Coordinates place_from(const std::vector<double>& location) {
  if (location.size() != 2) throw std::invalid_argument("a place has two numbers");
  if (!(std::abs(location[0]) <= 180 && std::abs(location[1]) <= 90)) throw std::invalid_argument("out of range");
  return {{location[1]}, {location[0]}};
}

PlaceOnRoad view_of(const OsrmWaypoint& point) {
  return {place_from(point.location), to_tenths(point.distance.value_or(0)), point.name.value_or(std::string())};
}

std::string words_of(const OsrmStep& step) {
  const auto& maneuver = step.maneuver;
  if (maneuver.instruction) return *maneuver.instruction;
  auto words = maneuver.type;
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  if (maneuver.modifier) words += ' ' + *maneuver.modifier;
  if (step.name && !step.name->empty()) words += (maneuver.type == "arrive" ? " at " : " onto ") + *step.name;
  return words + '.';
}

StepView view_of(const OsrmStep& step) {
  return {.instruction = words_of(step),
          .maneuver = step.maneuver.type,
          .direction = step.maneuver.modifier.value_or("straight"),
          .name = step.name.value_or(std::string()),
          .ref = step.ref.value_or(std::string()),
          .location = place_from(step.maneuver.location),
          .roundabout_exit = step.maneuver.exit,
          .distance_m = to_tenths(step.distance),
          .duration_s = to_tenths(step.duration)};
}

// Throws when the way is none that was asked for.
void check_way(const OsrmRoute& route, GeometryFormat format) {
  const bool line = route.geometry.text.find(R"("LineString")") != std::string::npos;
  if (line != (format == GeometryFormat::geojson)) throw std::invalid_argument("another form of line");
  constexpr double kMost = 1e9;  // metres, seconds
  const auto sane = [](double figure) { return figure >= 0 && figure <= kMost; };
  if (!sane(route.distance) || !sane(route.duration)) throw std::invalid_argument("no such way");
}

RouteOffer offer_of(const OsrmRoute& route, const RouteInput& input, Time departure, bool first) {
  check_way(route, input.geometry);
  RouteOffer offer;
  offer.label = first ? "fastest" : "alternative";
  if (first) offer.best_at = {Objective::time};
  offer.distance_m = to_tenths(route.distance);
  offer.duration_s = offer.duration_without_traffic_s = to_tenths(route.duration);
  offer.arrival = departure + vocabulary::seconds(offer.duration_s);
  offer.geometry.json = route.geometry.text;
  if (input.steps.value) offer.steps.emplace();
  for (const auto& leg : route.legs) {
    offer.legs.push_back({to_tenths(leg.distance), to_tenths(leg.duration)});
    for (const auto& step : leg.steps) {
      if (offer.steps) offer.steps->push_back(view_of(step));
    }
  }
  return offer;
}

// Both servers take the nearest road however far it is.
Result<void> check_near(const std::vector<PlaceOnRoad>& places) {
  constexpr double kFarthestM = 5000;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].distance_m <= kFarthestM) continue;
    const auto pointer = i == 0                   ? std::string("/from")
                         : i + 1 == places.size() ? std::string("/to")
                                                  : fmt::format("/via/{}", i - 1);
    return bad_field(pointer, "off_the_map", "no road within 5 km on the routing server");
  }
  return {};
}

MatrixOf matrix_of(Objective objective, const std::vector<std::vector<OsrmCell>>& rows) {
  MatrixOf matrix{objective, objective == Objective::time ? "s" : "m", {rows.front().size(), {}}};
  for (const auto& row : rows) {
    if (row.size() != rows.front().size()) throw std::invalid_argument("rows of several lengths");
    for (const auto cell : row) matrix.rows.cells.push_back(cell.value);
  }
  return matrix;
}

}  // namespace

Result<RoutesView> routes_from(RouterKind kind, std::string_view body, const RouteInput& input, Time now) {
  TRY(answer, answer_from(kind, body));
  RoutesView view{.source = source_of(kind), .departure = input.departure.value_or(now)};
  try {
    for (const auto& point : answer.waypoints) view.waypoints.push_back(view_of(point));
    for (const auto& route : answer.routes) {
      view.routes.push_back(offer_of(route, input, view.departure, view.routes.empty()));
    }
  } catch (const std::invalid_argument&) {
    return odd(kind);
  }
  if (view.routes.empty()) return odd(kind);
  if (auto near = check_near(view.waypoints); !near) return std::unexpected(std::move(near).error());
  return view;
}

Result<MatrixView> matrix_from(RouterKind kind, std::string_view body, const MatrixInput& input, Time now) {
  TRY(answer, answer_from(kind, body));
  MatrixView view{.source = source_of(kind), .departure = input.departure.value_or(now)};
  const auto targets = input.to.empty() ? input.from.size() : input.to.size();
  auto objectives = std::vector<Objective>(input.objectives.begin(), input.objectives.end());
  if (objectives.empty()) objectives.push_back(Objective::time);
  try {
    for (const auto objective : objectives) {
      const auto& rows = objective == Objective::time ? answer.durations : answer.distances;
      if (rows.empty() || rows.size() != input.from.size() || rows.front().size() != targets) return odd(kind);
      view.matrices.push_back(matrix_of(objective, rows));
    }
    for (const auto& point : answer.sources) view.from.push_back(view_of(point));
    for (const auto& point : answer.destinations) view.to.push_back(view_of(point));
  } catch (const std::invalid_argument&) {
    return odd(kind);
  }
  return view;
}

namespace {

MatchedPointView point_of(const OsrmTracepoint& found, const MatchView& view) {
  MatchedPointView made;
  if (!found.point) return made;
  const auto& at = *found.point;
  const auto route = at.matchings_index.value_or(-1);
  if (route < 0 || route >= std::ssize(view.routes)) throw std::invalid_argument("no such route");
  made.matched = true;
  made.location = place_from(at.location);
  made.distance_m = to_tenths(at.distance.value_or(0));
  made.name = at.name.value_or(std::string());
  made.route = static_cast<int>(route);
  made.confidence = view.routes[static_cast<std::size_t>(route)].confidence;
  return made;
}

}  // namespace

Result<MatchView> match_from(RouterKind kind, std::string_view body, const MatchInput& input) {
  auto answer = answer_from(kind, body);
  MatchView view{.source = source_of(kind), .routes = {}, .points = {}};
  if (!answer) {
    if (!is_off_the_map(answer.error())) return std::unexpected(std::move(answer).error());
    view.points.resize(input.trace.size());
    return view;
  }
  if (answer->tracepoints.size() != input.trace.size()) return odd(kind);
  try {
    for (const auto& route : answer->matchings) {
      check_way(route, input.geometry);
      view.routes.push_back({.distance_m = to_tenths(route.distance),
                             .confidence = std::clamp(route.confidence.value_or(0), 0.0, 1.0),
                             .geometry = {route.geometry.text},
                             .edges = {}});
    }
    for (const auto& found : answer->tracepoints) view.points.push_back(point_of(found, view));
  } catch (const std::invalid_argument&) {
    return odd(kind);
  }
  return view;
}

Result<NearestView> nearest_from(RouterKind kind, std::string_view body, double radius_m) {
  auto answer = answer_from(kind, body);
  NearestView view{.source = source_of(kind), .roads = {}};
  if (!answer) {
    if (is_off_the_map(answer.error())) return view;
    return std::unexpected(std::move(answer).error());
  }
  try {
    for (const auto& point : answer->waypoints) {
      if (point.distance.value_or(0) > radius_m) continue;
      NearestRoad road;
      road.location = place_from(point.location);
      road.distance_m = to_tenths(point.distance.value_or(0));
      road.name = point.name.value_or(std::string());
      view.roads.push_back(std::move(road));
    }
  } catch (const std::invalid_argument&) {
    return odd(kind);
  }
  return view;
}

}  // namespace mms::routing
