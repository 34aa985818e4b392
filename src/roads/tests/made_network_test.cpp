// Makes the networks that tests and benches run on.
#include "made_network.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mms::roads::tests {

void add_road(RoadNetwork& network,
              std::uint32_t tail,
              std::uint32_t head,
              std::uint32_t flags,
              double speed_kmh,
              std::uint64_t way_id,
              RoadClass road_class) {
  Segment segment;
  segment.way_id = way_id;
  segment.tail = tail;
  segment.head = head;
  segment.flags = flags;
  segment.road_class = road_class;
  const Coordinate a = network.junctions[tail].place, b = network.junctions[head].place;
  segment.length_cm = static_cast<std::uint32_t>(std::lround(meters_between(a, b) * 100));
  for (int side = 0; side < 2; ++side) {
    segment.car_speed_dkmh[side] = static_cast<std::uint16_t>(speed_kmh * 10);
    segment.truck_speed_dkmh[side] = static_cast<std::uint16_t>(std::min(speed_kmh, 80.0) * 10);
  }
  network.segments.push_back(segment);
  network.shape.push_back(a);
  network.shape.push_back(b);
  network.shape_first.push_back(static_cast<std::uint32_t>(network.shape.size()));
}

namespace {

constexpr std::uint32_t both_ways = car_forward | car_backward | truck_forward | truck_backward;

void add_street(RoadNetwork& network, Draw& draw, std::uint32_t a, std::uint32_t b) {
  if (draw.chance(0.12)) return;
  std::uint32_t flags = both_ways;
  if (draw.chance(0.2)) flags = draw.chance(0.5) ? car_forward | truck_forward : car_backward | truck_backward;
  if (draw.chance(0.1)) flags &= ~static_cast<std::uint32_t>(truck_forward | truck_backward);
  if (draw.chance(0.05)) flags |= destination_only_car | destination_only_truck;
  if (draw.chance(0.05)) flags |= toll_car | toll_truck;
  const auto road_class = static_cast<RoadClass>(draw.below(14));
  add_road(network, a, b, flags, 20 + draw.below(100), 1000 + network.segments.size() / 2, road_class);
  if (draw.chance(0.05)) network.segments.back().height_limit_dm = static_cast<std::uint8_t>(20 + draw.below(20));
}

// Walks over a few edges at random and forbids what it walked.
void forbid_some(RoadNetwork& network, Draw& draw) {
  std::vector<std::vector<DirectedEdge>> leaving(network.junctions.size());
  for (DirectedEdge edge = 0; edge < network.segments.size() * 2; ++edge) {
    const Segment& s = network.segments[segment_of(edge)];
    leaving[is_backward(edge) ? s.head : s.tail].push_back(edge);
  }
  const std::size_t wanted = network.segments.size() / 8;
  for (std::size_t i = 0; i < wanted; ++i) {
    ForbiddenPath path;
    std::uint32_t at = draw.below(static_cast<std::uint32_t>(network.junctions.size()));
    const std::uint32_t edges = 2 + (draw.chance(0.5) ? 0 : 1 + draw.below(2));
    while (path.edges.size() < edges && !leaving[at].empty()) {
      const DirectedEdge edge = leaving[at][draw.below(static_cast<std::uint32_t>(leaving[at].size()))];
      path.edges.push_back(edge);
      const Segment& s = network.segments[segment_of(edge)];
      at = is_backward(edge) ? s.tail : s.head;
    }
    path.vehicles = draw.chance(0.8) ? mask_all : draw.chance(0.5) ? mask_car : mask_truck;
    if (path.edges.size() >= 2) network.forbidden.push_back(path);
  }
}

}  // namespace

RoadNetwork made_town(std::uint32_t width, std::uint32_t height, std::uint64_t seed) {
  Draw draw(seed);
  RoadNetwork network;
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      const double shake_x = draw.below(1000) * 1e-6, shake_y = draw.below(1000) * 1e-6;
      network.junctions.push_back(
          {coordinate(47.0 + y * 0.002 + shake_y, 9.5 + x * 0.003 + shake_x), draw.chance(0.1)});
    }
  }
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      if (x + 1 < width) add_street(network, draw, y * width + x, y * width + x + 1);
      if (y + 1 < height) add_street(network, draw, y * width + x, (y + 1) * width + x);
    }
  }
  const std::uint32_t junctions = width * height;
  for (std::uint32_t i = 0; i < junctions / 60; ++i) {
    const std::uint32_t a = draw.below(junctions), b = draw.below(junctions);
    if (a != b) add_road(network, a, b, both_ways, 100, 500'000 + i, RoadClass::primary);
  }
  forbid_some(network, draw);
  return network;
}

TEST(MadeTown, is_the_same_for_the_same_seed) {
  const RoadNetwork a = made_town(7, 5, 3), b = made_town(7, 5, 3);
  EXPECT_EQ(a.shape, b.shape);
  EXPECT_EQ(a.segments.size(), b.segments.size());
}

}  // namespace mms::roads::tests
