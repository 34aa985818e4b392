// The road file: one versioned, checksummed piece of memory that is used as it lies (little endian, 8-byte aligned).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "roads/elimination.hpp"
#include "roads/road_network.hpp"
#include "roads/turn_expansion.hpp"
#include "vocabulary/problem.hpp"

namespace mms::roads {

inline constexpr std::uint32_t road_file_version = 1;

// A piece of a segment's shape in the spatial index: the lines from point `first` on, `lines` of them.
struct ShapePiece {
  std::uint32_t segment = 0;
  std::uint32_t first = 0;
  std::uint32_t lines = 0;
};
struct Box {
  Coordinate low, high;
};

// Views into the file's bytes. Segments are numbered by the nested dissection order; states by rank, in post-order of
// the elimination tree. Lifetime: the bytes outlive the views.
struct RoadFile {
  std::uint64_t junction_count = 0;
  std::span<const Segment> segments;
  std::span<const std::uint32_t> shape_first;  // segments + 1
  std::span<const Coordinate> shape;
  std::span<const std::uint32_t> string_first;  // strings + 1
  std::span<const char> string_bytes;
  std::span<const std::uint32_t> state_first;  // segments + 1
  std::span<const DirectedEdge> state_edge;
  std::span<const std::uint32_t> edge_state;  // 2 * segments
  std::span<const std::uint32_t> turn_first;  // states + 1
  std::span<const Turn> turns;
  std::span<const std::uint32_t> parent;
  std::span<const std::uint32_t> out_first, out_head, in_first, in_tail;
  std::span<const Box> boxes;             // packed tree, leaves first (roads/spatial_index.hpp)
  std::span<const ShapePiece> pieces;     // one per leaf box
  std::span<const std::uint32_t> by_way;  // segments sorted by way_id
  std::span<const char> source, attribution;

  std::string_view text(std::uint32_t string) const {
    return {string_bytes.data() + string_first[string], string_first[string + 1] - string_first[string]};
  }
  std::span<const Coordinate> shape_of(std::uint32_t segment) const {
    return shape.subspan(shape_first[segment], shape_first[segment + 1] - shape_first[segment]);
  }
};

std::vector<std::byte> write_road_file(const RoadFile& file);

// Checks everything that a later reader relies on: checksums first, then every index and order, so that no file,
// however made, leads outside of its bytes. `bytes` are aligned to 8. Refuses: bad_parameter, naming the part that is
// wrong (empty, cut off, other program's, other version's, damaged).
vocabulary::Result<RoadFile> read_road_file(std::span<const std::byte> bytes);

// first[v] is the lowest state of v's subtree when `parent` is a post-order; nothing when it is not one.
std::vector<std::uint32_t> subtree_first(std::span<const std::uint32_t> parent);

}  // namespace mms::roads
