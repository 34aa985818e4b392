// From a road network and an order to the bytes of a road file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "roads/road_network.hpp"
#include "vocabulary/problem.hpp"

namespace mms::roads {

// Which segments touch each other (share a junction): neighbours[first[s]] … neighbours[first[s + 1] - 1].
struct SegmentGraph {
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> neighbours;
};
SegmentGraph segment_graph(const RoadNetwork& network);

// A nested dissection order by splitting at the median of the longer side, again and again: needs nothing but
// coordinates. METIS (room road_import) finds smaller separators.
std::vector<std::uint32_t> order_by_coordinates(const RoadNetwork& network);

// `order` lists every segment once, least important first.
// Refuses: bad_parameter (no roads; more than 20,000 levels), graph_too_large.
vocabulary::Result<std::vector<std::byte>> build_road_file(RoadNetwork network, std::span<const std::uint32_t> order);

}  // namespace mms::roads
