// What is answered: routes, matrices, matches, nearest roads and plans as they stand on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "routing/rules/route_input.hpp"
#include "vocabulary/json_schema.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::routing {

// osrm, valhalla: another server answered (setting ROUTER_URL).
BOOST_DEFINE_ENUM_CLASS(AnswerSource, roads, geodesic, osrm, valhalla)

// A GeoJSON LineString or an encoded polyline, written already.
struct LineText {
  std::string json;
};
inline void append(std::string& out, const LineText& line) {
  out += line.json;
}
// Metres and seconds to a tenth, as they are answered.
double to_tenths(double figure);
// Numbers row by row, NaN where there is none (null on the wire); written to a tenth.
struct Grid {
  std::size_t columns = 0;
  std::vector<double> cells;
};
void append(std::string& out, const Grid& grid);

// Where a place lies on the roads, and how far that is from where it was.
struct PlaceOnRoad {
  Coordinates location;
  double distance_m = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(PlaceOnRoad, (), (location, distance_m, name))

struct ObjectiveFigures {
  double time_s = 0;
  double distance_m = 0;
  double energy_wh = 0;
  double risk_m = 0;  // metres of secondary road with the same risk
  double cost = 0;
};
BOOST_DESCRIBE_STRUCT(ObjectiveFigures, (), (time_s, distance_m, energy_wh, risk_m, cost))

struct LegFigures {
  double distance_m = 0;
  double duration_s = 0;
};
BOOST_DESCRIBE_STRUCT(LegFigures, (), (distance_m, duration_s))

struct StepView {
  std::string instruction;
  std::string maneuver;
  std::string direction;
  std::string name;
  std::string ref;
  Coordinates location;
  std::optional<int> roundabout_exit;
  double distance_m = 0;  // to the next step
  double duration_s = 0;
};
BOOST_DESCRIBE_STRUCT(StepView,
                      (),
                      (instruction, maneuver, direction, name, ref, location, roundabout_exit, distance_m, duration_s))

// One route: what it is best at among those in the answer, and what it costs in every objective.
struct RouteOffer {
  std::string label;
  std::vector<roads::Objective> best_at;
  double distance_m = 0;
  double duration_s = 0;
  double duration_without_traffic_s = 0;
  Time arrival;
  std::optional<ObjectiveFigures> values;  // of roads alone
  std::vector<LegFigures> legs;
  LineText geometry;
  std::optional<std::vector<StepView>> steps;
};
BOOST_DESCRIBE_STRUCT(
    RouteOffer,
    (),
    (label, best_at, distance_m, duration_s, duration_without_traffic_s, arrival, values, legs, geometry, steps))

// What speeds by hour of the week did to an answer. none: there are none. exact: the route is the one that arrives
// first, each edge driven at the speed of its hour. departure_hour: chosen by the speeds of the departure's hour; a
// route's durations are still those of the hours in which it is driven, a matrix's and a plan's are of that one hour.
BOOST_DEFINE_ENUM_CLASS(HourlySpeeds, none, exact, departure_hour)

// `traffic`: whether what is reported now was used; false for a departure more than an hour ahead.
struct RoutesView {
  AnswerSource source{};
  Time departure;
  bool traffic = false;
  HourlySpeeds hourly_speeds{};
  std::vector<PlaceOnRoad> waypoints;
  std::vector<RouteOffer> routes;
  std::optional<std::string> attribution;
};
BOOST_DESCRIBE_STRUCT(RoutesView, (), (source, departure, traffic, hourly_speeds, waypoints, routes, attribution))

// The least value of one objective for each pair, each pair by its own best route; null where no road leads.
struct MatrixOf {
  roads::Objective objective{};
  std::string unit;
  Grid rows;
};
BOOST_DESCRIBE_STRUCT(MatrixOf, (), (objective, unit, rows))
struct MatrixView {
  AnswerSource source{};
  Time departure;
  bool traffic = false;
  HourlySpeeds hourly_speeds{};
  std::vector<MatrixOf> matrices;
  std::vector<PlaceOnRoad> from;
  std::vector<PlaceOnRoad> to;
};
BOOST_DESCRIBE_STRUCT(MatrixView, (), (source, departure, traffic, hourly_speeds, matrices, from, to))

// What follows the name is said of the loaded map alone.
struct NearestRoad {
  Coordinates location;
  double distance_m = 0;
  std::string name;
  std::optional<std::string> ref;
  std::optional<roads::RoadClass> road_class;
  std::optional<std::int64_t> way_id;
  std::optional<std::int64_t> edge_forward;
  std::optional<std::int64_t> edge_backward;
  std::optional<bool> in_main_part;  // one can get from here to most places and back
};
BOOST_DESCRIBE_STRUCT(NearestRoad,
                      (),
                      (location, distance_m, name, ref, road_class, way_id, edge_forward, edge_backward, in_main_part))
struct NearestView {
  AnswerSource source{};
  std::vector<NearestRoad> roads;
};
BOOST_DESCRIBE_STRUCT(NearestView, (), (source, roads))

struct MatchedPointView {
  bool matched = false;
  std::optional<Coordinates> location;
  std::optional<double> distance_m;
  std::optional<std::string> name;
  std::optional<std::int64_t> edge;
  std::optional<int> route;  // in `routes`
  double confidence = 0;
};
BOOST_DESCRIBE_STRUCT(MatchedPointView, (), (matched, location, distance_m, name, edge, route, confidence))
struct MatchedRouteView {
  double distance_m = 0;
  double confidence = 0;
  LineText geometry;
  std::vector<std::int64_t> edges;
};
BOOST_DESCRIBE_STRUCT(MatchedRouteView, (), (distance_m, confidence, geometry, edges))
struct MatchView {
  AnswerSource source{};
  std::vector<MatchedRouteView> routes;
  std::vector<MatchedPointView> points;
};
BOOST_DESCRIBE_STRUCT(MatchView, (), (source, routes, points))

struct VisitView {
  int stop = 0;
  std::optional<std::string> id;
  Time arrival;
  Time begin;
  Time departure;
  int load_after = 0;
};
BOOST_DESCRIBE_STRUCT(VisitView, (), (stop, id, arrival, begin, departure, load_after))
struct LeftOutView {
  int stop = 0;
  std::optional<std::string> id;
  std::string reason;
  std::optional<int> other_stop;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(LeftOutView, (), (stop, id, reason, other_stop, detail))
struct RoutePlanView {
  AnswerSource source{};
  HourlySpeeds hourly_speeds{};
  Time begin;
  Time end;
  double driving_s = 0;
  std::vector<VisitView> visits;
  std::vector<LeftOutView> left_out;
  int iterations = 0;
};
BOOST_DESCRIBE_STRUCT(RoutePlanView, (), (source, hourly_speeds, begin, end, driving_s, visits, left_out, iterations))

}  // namespace mms::routing

namespace mms::vocabulary::json {

template <>
struct Printer<routing::LineText> {
  static void print(std::string& out, Schemas&) {
    out += R"({"anyOf":[{"type":"string","description":"encoded polyline, six digits"},{"type":"object","properties":)"
           R"({"type":{"const":"LineString"},"coordinates":{"type":"array","items":{"type":"array","items":{"type":)"
           R"("number"},"minItems":2,"maxItems":2}}},"required":["type","coordinates"]}]})";
  }
};
template <>
struct Printer<routing::Grid> {
  static void print(std::string& out, Schemas&) {
    out += R"({"type":"array","items":{"type":"array","items":{"type":["number","null"]}}})";
  }
};

}  // namespace mms::vocabulary::json
