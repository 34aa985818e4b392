// Nearest roads by the spatial index; labels for searches.
#include "roads/snap.hpp"

#include <algorithm>
#include <cmath>

#include "roads/spatial_index.hpp"

namespace mms::roads {
namespace {

bool is_open(const CostModel& model, std::uint32_t segment) {
  return model.may_use(directed(segment, false)) || model.may_use(directed(segment, true));
}

bool is_in_main_part(const RoadGraph& graph, const CostModel& model, std::uint32_t segment) {
  const bool truck = model.vehicle().vehicle_class == VehicleClass::truck;
  const std::uint32_t flags = graph.segment(segment).flags;
  return ((flags & (truck ? main_truck_forward : main_car_forward)) != 0 && model.may_use(directed(segment, false))) ||
         ((flags & (truck ? main_truck_backward : main_car_backward)) != 0 && model.may_use(directed(segment, true)));
}

// Share of the segment's length that lies before point `line` + `fraction` of the line behind it.
double fraction_of(const RoadGraph& graph, std::uint32_t segment, std::size_t line, double fraction) {
  const auto shape = graph.file().shape_of(segment);
  double before = 0, whole = 0;
  for (std::size_t i = 0; i + 1 < shape.size(); ++i) {
    const double length = meters_between(shape[i], shape[i + 1]);
    if (i < line) before += length;
    if (i == line) before += length * fraction;
    whole += length;
  }
  return whole > 0 ? std::clamp(before / whole, 0.0, 1.0) : 0.0;
}

RoadPosition nearest_on(const RoadGraph& graph, const CostModel& model, const ShapePiece& piece, Coordinate place) {
  const auto& shape = graph.file().shape;
  Projection best{{}, std::numeric_limits<double>::infinity(), 0};
  std::size_t line = 0;
  for (std::uint32_t i = piece.first; i < piece.first + piece.lines; ++i) {
    const Projection here = project(place, shape[i], shape[i + 1]);
    if (here.distance_m >= best.distance_m) continue;
    best = here;
    line = i - graph.file().shape_first[piece.segment];
  }
  return {piece.segment, fraction_of(graph, piece.segment, line, best.fraction), best.point, best.distance_m,
          is_in_main_part(graph, model, piece.segment)};
}

// Hands over positions in order of distance until `accept` answers false.
template <class Accept>
void walk_nearest(const RoadGraph& graph, const CostModel& model, Coordinate place, double radius_m, Accept accept) {
  NearestPieces pieces(graph.file(), place);
  std::vector<RoadPosition> waiting;  // measured, but a nearer one may come
  const auto farther = [](const RoadPosition& a, const RoadPosition& b) { return a.distance_m > b.distance_m; };
  const auto hand_over = [&](double up_to) {
    while (!waiting.empty() && waiting.front().distance_m <= up_to) {
      std::pop_heap(waiting.begin(), waiting.end(), farther);
      const RoadPosition position = waiting.back();
      waiting.pop_back();
      if (position.distance_m > radius_m || !accept(position)) return false;
    }
    return true;
  };
  NearestPieces::Found found;
  while (pieces.next(found)) {
    if (!hand_over(found.at_least_m)) return;
    if (found.at_least_m > radius_m) return;
    const ShapePiece& piece = graph.file().pieces[found.piece];
    if (!is_open(model, piece.segment)) continue;
    waiting.push_back(nearest_on(graph, model, piece, place));
    std::push_heap(waiting.begin(), waiting.end(), farther);
  }
  hand_over(radius_m);
}

}  // namespace

std::vector<RoadPosition> nearest_positions(
    const RoadGraph& graph, const CostModel& model, Coordinate place, std::size_t count, double radius_m) {
  std::vector<RoadPosition> result;
  if (count == 0) return result;
  walk_nearest(graph, model, place, radius_m, [&](const RoadPosition& position) {
    if (std::ranges::find(result, position.segment, &RoadPosition::segment) == result.end()) result.push_back(position);
    return result.size() < count;
  });
  return result;
}

std::optional<RoadPosition> snap(const RoadGraph& graph, const CostModel& model, Coordinate place, double radius_m) {
  constexpr double detour_m = 1000;
  std::optional<RoadPosition> nearest, chosen;
  walk_nearest(graph, model, place, radius_m, [&](const RoadPosition& position) {
    if (!nearest) nearest = position;
    if (position.in_main_part) chosen = position;
    return !chosen && position.distance_m <= nearest->distance_m + detour_m;
  });
  if (chosen && chosen->distance_m <= nearest->distance_m + detour_m) return chosen;
  return nearest;
}

double share_before(DirectedEdge edge, const RoadPosition& position) {
  return is_backward(edge) ? 1 - position.fraction : position.fraction;
}

Weight weight_before(const Metric& metric, DirectedEdge edge, const RoadPosition& position) {
  const Weight whole = metric.edge_weight[edge];
  return std::min(whole, static_cast<Weight>(std::lround(whole * share_before(edge, position))));
}

Labels source_labels(const RoadGraph& graph, const Metric& metric, const RoadPosition& position) {
  Labels labels;
  for (const DirectedEdge edge : {directed(position.segment, false), directed(position.segment, true)}) {
    const std::uint32_t state = graph.file().edge_state[edge];
    if (state == none || metric.edge_weight[edge] >= infinite) continue;
    labels.push_back({state, metric.edge_weight[edge] - weight_before(metric, edge, position)});
  }
  return labels;
}

Labels target_labels(const RoadGraph& graph, const Metric& metric, const RoadPosition& position) {
  Labels labels;
  const RoadFile& f = graph.file();
  for (std::uint32_t v = f.state_first[position.segment]; v < f.state_first[position.segment + 1]; ++v) {
    const DirectedEdge edge = graph.edge_of(v);
    if (metric.edge_weight[edge] >= infinite) continue;
    labels.push_back({v, metric.edge_weight[edge] - weight_before(metric, edge, position)});
  }
  return labels;
}

}  // namespace mms::roads
