// A town of streets in rows and columns for tests, and an island far outside that no road reaches.
#pragma once

#include <string>
#include <vector>

#include "roads/build_road_file.hpp"
#include "roads/geometry.hpp"
#include "roads/road_graph.hpp"
#include "routing/rules/pricing.hpp"

namespace mms::routing::tests {

inline constexpr std::uint32_t kSide = 5;
inline constexpr double kNorthStep = 0.002, kEastStep = 0.003;  // both some 225 m at 47 degrees

inline Coordinates corner(double row, double column) {
  return {{47 + row * kNorthStep}, {9 + column * kEastStep}};
}
inline Coordinates island() {
  return {{47.2}, {9.2}};
}

// Way 100 + r is row r (the middle one faster), 200 + c column c, 300 the island's.
inline std::shared_ptr<const roads::RoadGraph> made_town() {
  using namespace roads;
  RoadNetwork network;
  for (std::uint32_t r = 0; r < kSide; ++r) {
    for (std::uint32_t c = 0; c < kSide; ++c) {
      const auto place = corner(r, c);
      network.junctions.push_back({coordinate(place.latitude, place.longitude), false});
    }
  }
  network.junctions.push_back({coordinate(47.2, 9.2), false});
  network.junctions.push_back({coordinate(47.202, 9.2), false});
  const auto join = [&network](std::uint32_t tail, std::uint32_t head, std::uint64_t way, const std::string& name,
                               double speed) {
    Segment s;
    s.way_id = way;
    s.tail = tail;
    s.head = head;
    const auto a = network.junctions[tail].place, b = network.junctions[head].place;
    s.length_cm = static_cast<std::uint32_t>(meters_between(a, b) * 100);
    s.name = static_cast<std::uint32_t>(network.strings.size());
    network.strings.push_back(name);
    s.flags = car_forward | car_backward | truck_forward | truck_backward;
    for (auto* speeds : {s.car_speed_dkmh, s.truck_speed_dkmh}) {
      speeds[0] = speeds[1] = static_cast<std::uint16_t>(speed * 10);
    }
    network.segments.push_back(s);
    network.shape.insert(network.shape.end(), {a, b});
    network.shape_first.push_back(static_cast<std::uint32_t>(network.shape.size()));
  };
  for (std::uint32_t r = 0; r < kSide; ++r) {
    for (std::uint32_t c = 0; c + 1 < kSide; ++c) {
      join(r * kSide + c, r * kSide + c + 1, 100 + r, "Row " + std::to_string(r), r == 2 ? 60 : 30);
    }
  }
  for (std::uint32_t c = 0; c < kSide; ++c) {
    for (std::uint32_t r = 0; r + 1 < kSide; ++r) {
      join(r * kSide + c, (r + 1) * kSide + c, 200 + c, "Column " + std::to_string(c), 30);
    }
  }
  join(kSide * kSide, kSide * kSide + 1, 300, "Island Road", 30);
  network.source = "made town";
  network.attribution = "nobody's";
  const auto order = order_by_coordinates(network);
  return RoadGraph::open(build_road_file(std::move(network), order).value()).value();
}

// Makes each metric anew, under this traffic.
inline PriceBook plain_book(std::shared_ptr<const roads::RoadGraph> graph, TrafficNow traffic = {}) {
  auto shared = std::make_shared<const TrafficNow>(std::move(traffic));
  return [graph, shared](const Pricing& p) {
    auto model = std::make_shared<const roads::CostModel>(*graph, p.vehicle, p.shares, p.avoidance);
    return std::make_shared<const Priced>(Priced{model, model->metric(shared->by_edge), shared});
  };
}

}  // namespace mms::routing::tests
