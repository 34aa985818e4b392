// A made road network of any size, for growth: towns of streets, joined by roads, as real networks cluster.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

#include "roads/road_network.hpp"

namespace mms::bench {

inline void join(roads::RoadNetwork& network,
                 std::uint32_t tail,
                 std::uint32_t head,
                 double speed_kmh,
                 roads::RoadClass road_class,
                 bool one_way) {
  roads::Segment s;
  const roads::Coordinate a = network.junctions[tail].place, b = network.junctions[head].place;
  s.way_id = network.segments.size() + 1;
  s.tail = tail;
  s.head = head;
  s.flags = roads::car_forward | roads::truck_forward | (one_way ? 0U : roads::car_backward | roads::truck_backward);
  s.road_class = road_class;
  s.length_cm = static_cast<std::uint32_t>(std::lround(roads::meters_between(a, b) * 100)) + 1;
  for (int side = 0; side < 2; ++side)
    s.car_speed_dkmh[side] = s.truck_speed_dkmh[side] = static_cast<std::uint16_t>(speed_kmh * 10);
  network.segments.push_back(s);
  network.shape.push_back(a);
  network.shape.push_back(b);
  network.shape_first.push_back(static_cast<std::uint32_t>(network.shape.size()));
}

// About `junctions` junctions in towns of 20 × 20, each joined to its neighbours by two roads.
inline roads::RoadNetwork made_country(std::uint32_t junctions, unsigned seed) {
  constexpr std::uint32_t side = 20;
  const auto towns = static_cast<std::uint32_t>(std::max(1.0, std::round(std::sqrt(junctions / double(side * side)))));
  std::mt19937 random(seed);
  const auto chance = [&random](double share) { return random() < share * 4294967296.0; };
  roads::RoadNetwork network;
  const auto number = [=](std::uint32_t ty, std::uint32_t tx, std::uint32_t y, std::uint32_t x) {
    return ((ty * towns + tx) * side + y) * side + x;
  };
  for (std::uint32_t ty = 0; ty < towns; ++ty) {
    for (std::uint32_t tx = 0; tx < towns; ++tx) {
      for (std::uint32_t y = 0; y < side; ++y) {
        for (std::uint32_t x = 0; x < side; ++x) {
          const double jitter_y = (random() % 1000) * 6e-7, jitter_x = (random() % 1000) * 6e-7;
          network.junctions.push_back(
              {roads::coordinate(40 + ty * 0.06 + y * 0.0015 + jitter_y, 5 + tx * 0.09 + x * 0.002 + jitter_x),
               chance(0.05)});
        }
      }
    }
  }
  for (std::uint32_t ty = 0; ty < towns; ++ty) {
    for (std::uint32_t tx = 0; tx < towns; ++tx) {
      for (std::uint32_t y = 0; y < side; ++y) {
        for (std::uint32_t x = 0; x < side; ++x) {
          if (x + 1 < side && chance(0.8))
            join(network, number(ty, tx, y, x), number(ty, tx, y, x + 1), 25 + random() % 30,
                 roads::RoadClass::residential, chance(0.15));
          if (y + 1 < side && chance(0.8))
            join(network, number(ty, tx, y, x), number(ty, tx, y + 1, x), 25 + random() % 30,
                 roads::RoadClass::residential, chance(0.15));
        }
      }
      for (std::uint32_t k = 0; k < 2; ++k) {
        if (tx + 1 < towns)
          join(network, number(ty, tx, random() % side, side - 1), number(ty, tx + 1, random() % side, 0), 80,
               roads::RoadClass::primary, false);
        if (ty + 1 < towns)
          join(network, number(ty, tx, side - 1, random() % side), number(ty + 1, tx, 0, random() % side), 80,
               roads::RoadClass::primary, false);
      }
    }
  }
  return network;
}

}  // namespace mms::bench
