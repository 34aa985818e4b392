// Routes between positions, and what they consist of.
#include "roads/route.hpp"

#include <algorithm>
#include <cmath>

#include "roads/dijkstra.hpp"

namespace mms::roads {
namespace {

// Both positions on one edge, the target ahead: driven without a turn. The cheapest such edge; none when there is none.
struct Direct {
  Weight weight = infinite;
  DirectedEdge edge = none;
};
Direct find_direct(const Metric& metric, const RoadPosition& from, const RoadPosition& to) {
  Direct best;
  if (from.segment != to.segment) return best;
  for (const DirectedEdge edge : {directed(from.segment, false), directed(from.segment, true)}) {
    if (metric.edge_weight[edge] >= infinite) continue;
    const bool ahead = is_backward(edge) ? to.fraction <= from.fraction : to.fraction >= from.fraction;
    if (!ahead) continue;
    const Weight weight = weight_before(metric, edge, to) - weight_before(metric, edge, from);
    if (weight < best.weight) best = {weight, edge};
  }
  return best;
}

// Calls visit(label after the turn, turn) for every turn out of the sources: on one segment, only paths with a turn may
// be searched, or the target behind the source would seem near.
template <class Visit>
void after_one_turn(const RoadGraph& graph, const Metric& metric, const Labels& sources, Visit visit) {
  for (const Label& source : sources) {
    const RoadFile& f = graph.file();
    for (std::uint32_t turn = f.turn_first[source.state]; turn < f.turn_first[source.state + 1]; ++turn) {
      const std::uint32_t to = f.turns[turn].to;
      const Weight step = (*metric.turn_weight)[turn], edge = metric.edge_weight[graph.edge_of(to)];
      if (step >= infinite || edge >= infinite) continue;
      visit(Label{to, source.weight + step + edge}, source.state);
    }
  }
}

StatePath search_same_segment(
    const RoadGraph& graph, const Metric& metric, const Labels& sources, const Labels& targets, SearchSpace& space) {
  StatePath best;
  after_one_turn(graph, metric, sources, [&](const Label& label, std::uint32_t before) {
    if (label.weight >= infinite) return;
    StatePath path = shortest_path(graph, metric, {&label, 1}, targets, space);
    if (path.weight >= best.weight) return;
    path.states.insert(path.states.begin(), before);
    best = std::move(path);
  });
  return best;
}

}  // namespace

RoutePath route_along(const RoadGraph& graph, StatePath found, const RoadPosition& from, const RoadPosition& to) {
  RoutePath route{found.weight, {}, {}, from, to};
  const RoadFile& f = graph.file();
  for (std::size_t i = 0; i < found.states.size(); ++i) {
    route.edges.push_back(graph.edge_of(found.states[i]));
    if (i == 0) continue;
    const std::uint32_t before = found.states[i - 1];
    for (std::uint32_t turn = f.turn_first[before]; turn < f.turn_first[before + 1]; ++turn) {
      if (f.turns[turn].to != found.states[i]) continue;
      route.turns.push_back(turn);
      break;
    }
  }
  return route;
}

namespace {

// The part of a segment's shape between two shares of its length, in its own direction.
void append_part(const RoadGraph& graph, std::uint32_t segment, double from, double to, std::vector<Coordinate>& out) {
  const auto shape = graph.file().shape_of(segment);
  double whole = 0;
  for (std::size_t i = 0; i + 1 < shape.size(); ++i) whole += meters_between(shape[i], shape[i + 1]);
  double before = 0;
  const auto add = [&out](Coordinate place) {
    if (out.empty() || out.back() != place) out.push_back(place);
  };
  for (std::size_t i = 0; i + 1 < shape.size(); ++i) {
    const double length = meters_between(shape[i], shape[i + 1]);
    const double begin = before, end = before + length;
    before = end;
    if (end < from * whole || begin > to * whole) continue;
    const auto at = [&](double share) {
      return between(shape[i], shape[i + 1], length > 0 ? std::clamp((share * whole - begin) / length, 0.0, 1.0) : 0.0);
    };
    add(at(from));
    add(at(to));
  }
}

void append_edge(const RoadGraph& graph, DirectedEdge edge, double from, double to, std::vector<Coordinate>& out) {
  std::vector<Coordinate> part;
  if (is_backward(edge)) {
    append_part(graph, segment_of(edge), 1 - to, 1 - from, part);
    std::ranges::reverse(part);
  } else {
    append_part(graph, segment_of(edge), from, to, part);
  }
  for (const Coordinate place : part) {
    if (out.empty() || out.back() != place) out.push_back(place);
  }
}

}  // namespace

std::optional<RoutePath> find_route(const RoadGraph& graph,
                                    const Metric& metric,
                                    const RoadPosition& from,
                                    const RoadPosition& to,
                                    SearchSpace& space) {
  const Labels sources = source_labels(graph, metric, from), targets = target_labels(graph, metric, to);
  if (sources.empty() || targets.empty()) return {};
  const Direct direct = find_direct(metric, from, to);
  StatePath found = from.segment == to.segment ? search_same_segment(graph, metric, sources, targets, space)
                                               : shortest_path(graph, metric, sources, targets, space);
  if (direct.weight < infinite && direct.weight <= found.weight)
    return RoutePath{direct.weight, {direct.edge}, {}, from, to};
  if (found.weight >= infinite) return {};
  return route_along(graph, std::move(found), from, to);
}

std::vector<Weight> find_matrix(const RoadGraph& graph,
                                const Metric& metric,
                                std::span<const RoadPosition> from,
                                std::span<const RoadPosition> to) {
  std::vector<Labels> sources, targets;
  for (const RoadPosition& position : from) sources.push_back(source_labels(graph, metric, position));
  for (const RoadPosition& position : to) targets.push_back(target_labels(graph, metric, position));
  std::vector<Weight> weights = weight_matrix(graph, metric, sources, targets);
  SearchSpace space(graph);
  std::vector<std::uint32_t> by_segment(to.size());
  for (std::uint32_t j = 0; j < to.size(); ++j) by_segment[j] = j;
  std::ranges::sort(by_segment, {}, [&to](std::uint32_t j) { return to[j].segment; });
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto same =
        std::ranges::equal_range(by_segment, from[i].segment, {}, [&to](std::uint32_t j) { return to[j].segment; });
    for (const std::uint32_t j : same) {
      const auto route = find_route(graph, metric, from[i], to[j], space);
      weights[i * to.size() + j] = route ? route->weight : infinite;
    }
  }
  return weights;
}

Weight dijkstra_weight(const RoadGraph& graph, const Metric& metric, const RoadPosition& from, const RoadPosition& to) {
  const Labels sources = source_labels(graph, metric, from), targets = target_labels(graph, metric, to);
  Labels turned;
  after_one_turn(graph, metric, sources, [&](const Label& label, std::uint32_t) { turned.push_back(label); });
  const auto weight = dijkstra(graph, *metric.turn_weight, metric.edge_weight, turned);
  Weight best = find_direct(metric, from, to).weight;
  for (const Label& target : targets) {
    if (weight[target.state] < infinite) best = std::min(best, weight[target.state] - target.weight);
  }
  return best;
}

std::vector<Coordinate> shape_of(const RoadGraph& graph, const RoutePath& path) {
  std::vector<Coordinate> shape{path.from.point};
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    const DirectedEdge edge = path.edges[i];
    const double from = i == 0 ? share_before(edge, path.from) : 0;
    const double to = i + 1 == path.edges.size() ? share_before(edge, path.to) : 1;
    append_edge(graph, edge, from, to, shape);
  }
  if (shape.back() != path.to.point) shape.push_back(path.to.point);
  return shape;
}

ObjectiveValues values_of(const RoadGraph&,
                          const CostModel& model,
                          const RoutePath& path,
                          std::span<const EdgeTraffic> traffic_by_edge) {
  ObjectiveValues sum{};
  SpeedsAlong speeds(path, traffic_by_edge);
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    const DirectedEdge edge = path.edges[i];
    const double from = i == 0 ? share_before(edge, path.from) : 0;
    const double to = i + 1 == path.edges.size() ? share_before(edge, path.to) : 1;
    const auto values = model.edge_values(edge, speeds(i));
    for (std::size_t o = 0; o < objective_count; ++o) sum[o] += values[o] * std::max(0.0, to - from);
  }
  for (const std::uint32_t turn : path.turns) {
    const auto values = model.turn_values(turn);
    for (std::size_t o = 0; o < objective_count; ++o) sum[o] += values[o];
  }
  return sum;
}

}  // namespace mms::roads
