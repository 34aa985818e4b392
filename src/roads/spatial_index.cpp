// Builds the packed R-tree and walks it best first.
#include "roads/spatial_index.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace mms::roads {
namespace {

constexpr std::uint32_t lines_per_piece = 8;

// Position on a Hilbert curve of order 16.
std::uint64_t hilbert(std::uint32_t x, std::uint32_t y) {
  std::uint64_t result = 0;
  for (std::uint32_t side = 1U << 15; side > 0; side >>= 1) {
    const std::uint32_t right = (x & side) ? 1 : 0, up = (y & side) ? 1 : 0;
    result += static_cast<std::uint64_t>(side) * side * ((3 * right) ^ up);
    if (up == 0) {
      if (right == 1) {
        x = 0xFFFF - x;
        y = 0xFFFF - y;
      }
      std::swap(x, y);
    }
  }
  return result;
}

Box united(const Box& a, const Box& b) {
  return {{std::min(a.low.latitude_e7, b.low.latitude_e7), std::min(a.low.longitude_e7, b.low.longitude_e7)},
          {std::max(a.high.latitude_e7, b.high.latitude_e7), std::max(a.high.longitude_e7, b.high.longitude_e7)}};
}

std::uint64_t place_on_curve(const Box& box) {
  const auto scaled = [](std::int32_t low, std::int32_t high, std::int64_t half_range) {
    const std::int64_t middle = (static_cast<std::int64_t>(low) + high) / 2 + half_range;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(middle * 65535 / (2 * half_range), 0, 65535));
  };
  return hilbert(scaled(box.low.longitude_e7, box.high.longitude_e7, 1'800'000'000),
                 scaled(box.low.latitude_e7, box.high.latitude_e7, 900'000'000));
}

// First box of each level, then the number of all boxes.
std::vector<std::uint32_t> levels(std::size_t pieces) {
  std::vector<std::uint32_t> first{0};
  std::size_t width = pieces;
  while (width > 0) {
    first.push_back(static_cast<std::uint32_t>(first.back() + width));
    if (width == 1) break;
    width = (width + packed_tree_fanout - 1) / packed_tree_fanout;
  }
  return first;
}

}  // namespace

std::size_t packed_tree_boxes(std::size_t pieces) {
  return levels(pieces).back();
}

SpatialIndex build_spatial_index(std::span<const std::uint32_t> shape_first, std::span<const Coordinate> shape) {
  std::vector<ShapePiece> pieces;
  std::vector<Box> boxes;
  for (std::uint32_t segment = 0; segment + 1 < shape_first.size(); ++segment) {
    const std::uint32_t last = shape_first[segment + 1] - 1;
    for (std::uint32_t first = shape_first[segment]; first < last; first += lines_per_piece) {
      const std::uint32_t lines = std::min(lines_per_piece, last - first);
      Box box{shape[first], shape[first]};
      for (std::uint32_t i = first + 1; i <= first + lines; ++i) box = united(box, {shape[i], shape[i]});
      pieces.push_back({segment, first, lines});
      boxes.push_back(box);
    }
  }
  std::vector<std::uint32_t> order(pieces.size());
  std::iota(order.begin(), order.end(), 0U);
  std::vector<std::uint64_t> key(pieces.size());
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = place_on_curve(boxes[i]);
  std::ranges::sort(order, {}, [&key](std::uint32_t i) { return std::pair(key[i], i); });

  SpatialIndex index;
  for (const std::uint32_t i : order) {
    index.pieces.push_back(pieces[i]);
    index.boxes.push_back(boxes[i]);
  }
  const auto first = levels(pieces.size());
  for (std::size_t level = 1; level + 1 < first.size(); ++level) {
    for (std::size_t child = first[level - 1]; child < first[level]; child += packed_tree_fanout) {
      Box box = index.boxes[child];
      for (std::size_t i = child + 1; i < std::min<std::size_t>(child + packed_tree_fanout, first[level]); ++i) {
        box = united(box, index.boxes[i]);
      }
      index.boxes.push_back(box);
    }
  }
  return index;
}

NearestPieces::NearestPieces(const RoadFile& file, Coordinate place)
    : file_(file),
      place_(place),
      shrink_(std::cos(place.latitude() * std::numbers::pi / 180)),
      level_first_(levels(file.pieces.size())) {
  if (!file.boxes.empty()) push(static_cast<std::uint32_t>(file.boxes.size() - 1));
}

void NearestPieces::push(std::uint32_t box) {
  const auto outside = [](std::int32_t at, std::int32_t low, std::int32_t high) {
    return at < low ? static_cast<double>(low) - at : at > high ? static_cast<double>(at) - high : 0.0;
  };
  const Box& b = file_.boxes[box];
  const double dy = outside(place_.latitude_e7, b.low.latitude_e7, b.high.latitude_e7);
  const double dx = outside(place_.longitude_e7, b.low.longitude_e7, b.high.longitude_e7) * shrink_;
  constexpr double meters_per_e7 = 0.0111194;  // rounded down
  heap_.push_back({std::sqrt(dx * dx + dy * dy) * meters_per_e7, box});
  std::push_heap(heap_.begin(), heap_.end());
}

bool NearestPieces::next(Found& found) {
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end());
    const Entry entry = heap_.back();
    heap_.pop_back();
    if (entry.box < file_.pieces.size()) {
      found = {entry.box, entry.at_least_m};
      return true;
    }
    const auto above = std::ranges::upper_bound(level_first_, entry.box);
    const std::size_t level = static_cast<std::size_t>(above - level_first_.begin()) - 1;
    const std::size_t child = level_first_[level - 1] + (entry.box - level_first_[level]) * packed_tree_fanout;
    for (std::size_t i = child; i < std::min<std::size_t>(child + packed_tree_fanout, level_first_[level]); ++i) {
      push(static_cast<std::uint32_t>(i));
    }
  }
  return false;
}

}  // namespace mms::roads
