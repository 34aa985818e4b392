// Snapping, nearest roads and matched traces as they are answered.
#include "routing/rules/place_answers.hpp"

#include <fmt/format.h>

#include <cmath>

#include "roads/polyline.hpp"

namespace mms::routing {
namespace {

namespace json = vocabulary::json;

constexpr double kFarthestRoadM = 5000;

std::string name_of_road(const roads::RoadGraph& graph, std::uint32_t segment) {
  const auto& s = graph.segment(segment);
  const auto name = graph.file().text(s.name);
  return std::string(name.empty() ? graph.file().text(s.ref) : name);
}

}  // namespace

double to_tenths(double figure) {
  return std::round(figure * 10) / 10;
}

void append(std::string& out, const Grid& grid) {
  out += '[';
  for (std::size_t i = 0; i < grid.cells.size(); ++i) {
    if (i % grid.columns == 0) out += i == 0 ? "[" : "],[";
    if (i % grid.columns != 0) out += ',';
    if (std::isnan(grid.cells[i])) {
      out += "null";
    } else {
      json::append_number(out, to_tenths(grid.cells[i]));
    }
  }
  out += grid.cells.empty() ? "]" : "]]";
}

std::vector<AskedPlace> places_of(std::span<const Coordinates> places, std::string_view pointer) {
  std::vector<AskedPlace> asked;
  asked.reserve(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    asked.push_back({coordinate_of(places[i]), fmt::format("{}/{}", pointer, i)});
  }
  return asked;
}

vocabulary::Result<std::vector<roads::RoadPosition>> snap_all(const roads::RoadGraph& graph,
                                                              const Priced& priced,
                                                              const Pricing& pricing,
                                                              std::span<const AskedPlace> places) {
  std::vector<roads::RoadPosition> positions;
  vocabulary::Problem problem{.kind = vocabulary::ProblemKind::invalid_fields,
                              .detail = "some places cannot be reached",
                              .errors = {},
                              .members = {},
                              .internal = {}};
  for (const auto& asked : places) {
    if (problem.errors.size() >= 100) break;
    if (std::ranges::any_of(pricing.avoidance.areas,
                            [&](const roads::Area& area) { return roads::contains(area, asked.place); })) {
      problem.errors.push_back({asked.pointer, "in_avoided_area", "lies in an area that is to be avoided"});
      continue;
    }
    const auto position = roads::snap(graph, *priced.model, asked.place, kFarthestRoadM);
    if (!position) {
      problem.errors.push_back(
          {asked.pointer, "off_the_map", "no road that is open to this vehicle lies within five kilometres"});
      continue;
    }
    positions.push_back(*position);
  }
  if (!problem.errors.empty()) return std::unexpected(std::move(problem));
  return positions;
}

PlaceOnRoad view_of(const roads::RoadGraph& graph, const roads::RoadPosition& position) {
  return {coordinates_of(position.point), to_tenths(position.distance_m), name_of_road(graph, position.segment)};
}

LineText line_of(std::span<const roads::Coordinate> line, GeometryFormat format) {
  LineText text;
  if (format == GeometryFormat::polyline6) {
    json::append_string(text.json, roads::to_polyline6(line));
    return text;
  }
  text.json = R"({"type":"LineString","coordinates":[)";
  const auto add = [&text](roads::Coordinate place) {
    if (!text.json.ends_with('[')) text.json += ',';
    text.json += fmt::format("[{:.7f},{:.7f}]", place.longitude(), place.latitude());
  };
  for (const auto place : line) add(place);
  if (line.size() == 1) add(line.front());  // RFC 7946: a line has two positions or more
  text.json += "]}";
  return text;
}

NearestView find_nearest(
    const roads::RoadGraph& graph, const Priced& priced, roads::Coordinate place, std::size_t count, double radius_m) {
  NearestView view{.source = AnswerSource::roads, .roads = {}};
  for (const auto& position : roads::nearest_positions(graph, *priced.model, place, count, radius_m)) {
    const auto& segment = graph.segment(position.segment);
    view.roads.push_back({.location = coordinates_of(position.point),
                          .distance_m = to_tenths(position.distance_m),
                          .name = std::string(graph.file().text(segment.name)),
                          .ref = std::string(graph.file().text(segment.ref)),
                          .road_class = segment.road_class,
                          .way_id = static_cast<std::int64_t>(segment.way_id),
                          .edge_forward = roads::directed(position.segment, false),
                          .edge_backward = roads::directed(position.segment, true),
                          .in_main_part = position.in_main_part});
  }
  return view;
}

MatchView match(const roads::RoadGraph& graph, const PriceBook& book, const MatchInput& input) {
  Wishes wishes;
  wishes.profile = input.profile;
  const auto pricing = pricing_of(wishes, roads::only(roads::Objective::distance), graph.edges(), Time());
  Pricing plain = *pricing;  // without wishes nothing is refused
  plain.traffic = false;
  const auto priced = book(plain);
  std::vector<roads::TracePoint> trace;
  std::optional<Time> first;
  for (const auto& point : input.trace) {
    roads::TracePoint asked{roads::coordinate(point.latitude, point.longitude), {}, {}};
    if (point.recorded_at) {
      if (!first) first = point.recorded_at;
      asked.at_s = std::chrono::duration<double>(*point.recorded_at - *first).count();
    }
    if (point.accuracy_m) asked.accuracy_m = point.accuracy_m->value;
    trace.push_back(asked);
  }
  const auto found = roads::match_trace(graph, *priced->model, priced->metric, trace);
  MatchView view{.source = AnswerSource::roads, .routes = {}, .points = {}};
  for (const auto& route : found.routes) {
    const auto values = roads::values_of(graph, *priced->model, route.path);
    view.routes.push_back({.distance_m = to_tenths(values[static_cast<std::size_t>(roads::Objective::distance)]),
                           .confidence = route.confidence,
                           .geometry = line_of(roads::shape_of(graph, route.path), input.geometry),
                           .edges = {route.path.edges.begin(), route.path.edges.end()}});
  }
  for (const auto& point : found.points) {
    MatchedPointView made{.matched = point.is_matched, .confidence = point.confidence};
    if (point.is_matched) {
      made.location = coordinates_of(point.position.point);
      made.distance_m = to_tenths(point.position.distance_m);
      made.name = name_of_road(graph, point.position.segment);
      made.edge = point.edge;
      if (point.route < found.routes.size()) made.route = static_cast<int>(point.route);
    }
    view.points.push_back(std::move(made));
  }
  return view;
}

}  // namespace mms::routing
