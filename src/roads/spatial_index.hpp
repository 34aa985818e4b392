// A packed R-tree over pieces of road shapes: leaves in Hilbert order, sixteen children to a box (Kamel, Faloutsos
// 1994).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "roads/road_file.hpp"

namespace mms::roads {

inline constexpr std::size_t packed_tree_fanout = 16;

// How many boxes a tree over this many pieces has, all levels together.
std::size_t packed_tree_boxes(std::size_t pieces);

struct SpatialIndex {
  std::vector<Box> boxes;  // leaves, then each level above, the root last
  std::vector<ShapePiece> pieces;
};
SpatialIndex build_spatial_index(std::span<const std::uint32_t> shape_first, std::span<const Coordinate> shape);

// Calls visit(piece, lower bound of its distance in metres) from near to far, until visit answers false.
// Bounds are those of the local plane at `place`, a trifle lowered, so that no nearer piece comes later.
class NearestPieces {
 public:
  NearestPieces(const RoadFile& file, Coordinate place);
  struct Found {
    std::uint32_t piece = 0;
    double at_least_m = 0;
  };
  // False when there are no more.
  bool next(Found& found);

 private:
  struct Entry {
    double at_least_m;
    std::uint32_t box;
    bool operator<(const Entry& other) const { return at_least_m > other.at_least_m; }
  };
  void push(std::uint32_t box);

  const RoadFile& file_;
  Coordinate place_;
  double shrink_;
  std::vector<std::uint32_t> level_first_;
  std::vector<Entry> heap_;
};

}  // namespace mms::roads
