// Networks for tests and benches: random ones from a seed, and the same draw again for the same seed.
#pragma once

#include <cstdint>

#include "roads/road_network.hpp"

namespace mms::roads::tests {

// A repeatable source of numbers (SplitMix64, Steele et al. 2014).
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(next() % bound); }
  bool chance(double probability) { return static_cast<double>(next() >> 11) * 0x1p-53 < probability; }

 private:
  std::uint64_t state_;
};

// A town of width × height junctions with streets left out, one-ways, trucks kept out here and there, turns and via-way
// manoeuvres forbidden, and a few long diagonal roads.
RoadNetwork made_town(std::uint32_t width, std::uint32_t height, std::uint64_t seed);

// Joins two junctions by a straight road.
void add_road(RoadNetwork& network,
              std::uint32_t tail,
              std::uint32_t head,
              std::uint32_t flags,
              double speed_kmh,
              std::uint64_t way_id,
              RoadClass road_class = RoadClass::residential);

}  // namespace mms::roads::tests
