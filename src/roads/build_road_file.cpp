// Puts the parts of a road file together: order, turns, elimination tree, arcs, largest components, spatial index.
#include "roads/build_road_file.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "roads/components.hpp"
#include "roads/elimination.hpp"
#include "roads/road_file.hpp"
#include "roads/spatial_index.hpp"
#include "roads/turn_expansion.hpp"

namespace mms::roads {
namespace {

// The network with segment number i being the old order[i].
void renumber(RoadNetwork& network, std::span<const std::uint32_t> order) {
  std::vector<std::uint32_t> position(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) position[order[i]] = i;
  std::vector<Segment> segments;
  std::vector<std::uint32_t> shape_first{0};
  std::vector<Coordinate> shape;
  shape.reserve(network.shape.size());
  for (const std::uint32_t old : order) {
    segments.push_back(network.segments[old]);
    shape.insert(shape.end(), network.shape.begin() + network.shape_first[old],
                 network.shape.begin() + network.shape_first[old + 1]);
    shape_first.push_back(static_cast<std::uint32_t>(shape.size()));
  }
  for (ForbiddenPath& path : network.forbidden) {
    for (DirectedEdge& edge : path.edges) edge = directed(position[segment_of(edge)], is_backward(edge));
  }
  network.segments = std::move(segments);
  network.shape_first = std::move(shape_first);
  network.shape = std::move(shape);
}

std::vector<std::uint32_t> identity(std::size_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

void split(const std::vector<Coordinate>& middle,
           const std::vector<std::pair<std::uint32_t, std::uint32_t>>& ends,
           const std::vector<Coordinate>& junctions,
           std::vector<std::uint32_t> part,
           std::vector<std::uint32_t>& order) {
  if (part.size() <= 8) {
    order.insert(order.end(), part.begin(), part.end());
    return;
  }
  const auto latitude = [&](std::uint32_t s) { return middle[s].latitude_e7; };
  const auto longitude = [&](std::uint32_t s) { return middle[s].longitude_e7; };
  const auto [south, north] = std::ranges::minmax(part, {}, latitude);
  const auto [west, east] = std::ranges::minmax(part, {}, longitude);
  const bool by_latitude = static_cast<std::int64_t>(latitude(north)) - latitude(south) >
                           static_cast<std::int64_t>(longitude(east)) - longitude(west);
  const auto along = [&](Coordinate c) { return by_latitude ? c.latitude_e7 : c.longitude_e7; };
  const auto half = part.begin() + static_cast<std::ptrdiff_t>(part.size() / 2);
  std::ranges::nth_element(part, half, {}, [&](std::uint32_t s) { return along(middle[s]); });
  const std::int32_t cut = along(middle[*half]);
  std::vector<std::uint32_t> low, high, separator;
  for (const std::uint32_t s : part) {
    const bool a = along(junctions[ends[s].first]) < cut, b = along(junctions[ends[s].second]) < cut;
    (a != b ? separator : a ? low : high).push_back(s);
  }
  if (low.empty() || high.empty()) {
    order.insert(order.end(), part.begin(), part.end());
    return;
  }
  split(middle, ends, junctions, std::move(low), order);
  split(middle, ends, junctions, std::move(high), order);
  order.insert(order.end(), separator.begin(), separator.end());
}

}  // namespace

SegmentGraph segment_graph(const RoadNetwork& network) {
  const auto segments = static_cast<std::uint32_t>(network.segments.size());
  std::vector<std::uint32_t> first(network.junctions.size() + 1, 0);
  for (const Segment& s : network.segments) ++first[s.tail + 1], ++first[s.head + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::uint32_t> at(first.back());
  auto next = first;
  for (std::uint32_t s = 0; s < segments; ++s) {
    at[next[network.segments[s].tail]++] = s;
    at[next[network.segments[s].head]++] = s;
  }
  SegmentGraph graph{{0}, {}};
  for (std::uint32_t s = 0; s < segments; ++s) {
    const auto begin = static_cast<std::ptrdiff_t>(graph.neighbours.size());
    for (const std::uint32_t junction : {network.segments[s].tail, network.segments[s].head}) {
      for (std::uint32_t i = first[junction]; i < first[junction + 1]; ++i) {
        if (at[i] != s) graph.neighbours.push_back(at[i]);
      }
    }
    std::sort(graph.neighbours.begin() + begin, graph.neighbours.end());
    graph.neighbours.erase(std::unique(graph.neighbours.begin() + begin, graph.neighbours.end()),
                           graph.neighbours.end());
    graph.first.push_back(static_cast<std::uint32_t>(graph.neighbours.size()));
  }
  return graph;
}

std::vector<std::uint32_t> order_by_coordinates(const RoadNetwork& network) {
  std::vector<Coordinate> middle, junctions;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  for (const Junction& junction : network.junctions) junctions.push_back(junction.place);
  for (const Segment& s : network.segments) {
    middle.push_back(between(junctions[s.tail], junctions[s.head], 0.5));
    ends.emplace_back(s.tail, s.head);
  }
  std::vector<std::uint32_t> order;
  split(middle, ends, junctions, identity(network.segments.size()), order);
  return order;
}

vocabulary::Result<std::vector<std::byte>> build_road_file(RoadNetwork network, std::span<const std::uint32_t> order) {
  if (network.segments.empty()) {
    return vocabulary::refuse(vocabulary::ProblemKind::bad_parameter, "there are no roads that a car or truck may use");
  }
  if (network.shape.size() > 0xFFFFFFF0 || network.segments.size() > 0x3FFFFFFF) {
    return vocabulary::refuse(vocabulary::ProblemKind::graph_too_large, "more than a billion road segments");
  }
  renumber(network, order);
  const auto in_order = identity(network.segments.size());
  {
    const TurnExpansion first_numbering = expand_turns(network, in_order);
    renumber(network, postorder_segments(first_numbering, elimination_tree(first_numbering), in_order));
  }
  const TurnExpansion graph = expand_turns(network, in_order);
  const auto parent = elimination_tree(graph);
  const UpwardArcs arcs = complete(graph);
  mark_largest_components(network, graph);
  const SpatialIndex index = build_spatial_index(network.shape_first, network.shape);

  auto by_way = in_order;
  std::ranges::sort(by_way, {}, [&network](std::uint32_t s) { return std::pair(network.segments[s].way_id, s); });
  std::vector<std::uint32_t> string_first{0};
  std::string string_bytes;
  for (const std::string& text : network.strings) {
    string_bytes += text;
    string_first.push_back(static_cast<std::uint32_t>(string_bytes.size()));
  }
  return write_road_file(RoadFile{.junction_count = network.junctions.size(),
                                  .segments = network.segments,
                                  .shape_first = network.shape_first,
                                  .shape = network.shape,
                                  .string_first = string_first,
                                  .string_bytes = string_bytes,
                                  .state_first = graph.state_first,
                                  .state_edge = graph.state_edge,
                                  .edge_state = graph.edge_state,
                                  .turn_first = graph.turn_first,
                                  .turns = graph.turns,
                                  .parent = parent,
                                  .out_first = arcs.out_first,
                                  .out_head = arcs.out_head,
                                  .in_first = arcs.in_first,
                                  .in_tail = arcs.in_tail,
                                  .boxes = index.boxes,
                                  .pieces = index.pieces,
                                  .by_way = by_way,
                                  .source = network.source,
                                  .attribution = network.attribution});
}

}  // namespace mms::roads
