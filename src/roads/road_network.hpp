// Roads before they are prepared: junctions, segments and forbidden manoeuvres, as an importer or a test hands them
// over.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "roads/geometry.hpp"

namespace mms::roads {

inline constexpr std::uint32_t none = 0xFFFFFFFF;

// The values of OpenStreetMap's `highway` that carry motor vehicles, and ferries.
enum class RoadClass : std::uint8_t {
  motorway,
  motorway_link,
  trunk,
  trunk_link,
  primary,
  primary_link,
  secondary,
  secondary_link,
  tertiary,
  tertiary_link,
  unclassified,
  residential,
  living_street,
  service,
  track,
  ferry,
};
inline constexpr int road_class_count = 16;

enum class Surface : std::uint8_t { paved, rough, gravel, ground };

// Bits of Segment::flags. "forward" is the direction in which the shape is written.
enum SegmentFlag : std::uint32_t {
  car_forward = 1U << 0,
  car_backward = 1U << 1,
  truck_forward = 1U << 2,
  truck_backward = 1U << 3,
  destination_only_car = 1U << 4,  // open to those who start or end there
  destination_only_truck = 1U << 5,
  private_access = 1U << 6,  // as destination only, avoided harder
  toll_car = 1U << 7,
  toll_truck = 1U << 8,
  roundabout = 1U << 9,
  tunnel = 1U << 10,
  bridge = 1U << 11,
  lit = 1U << 12,
  // Kept by the builder: this direction belongs to the largest strongly connected part.
  main_car_forward = 1U << 16,
  main_car_backward = 1U << 17,
  main_truck_forward = 1U << 18,
  main_truck_backward = 1U << 19,
};

// One stretch of one way between two junctions. Stored in the road file as it stands here.
struct Segment {
  std::uint64_t way_id = 0;  // OpenStreetMap's
  std::uint32_t tail = 0;    // junction at the first point of the shape
  std::uint32_t head = 0;    // junction at the last
  std::uint32_t length_cm = 0;
  std::uint32_t name = 0;  // string number; 0 is the empty string
  std::uint32_t ref = 0;   // "A 13"
  std::uint32_t flags = 0;
  RoadClass road_class = RoadClass::residential;
  Surface surface = Surface::paved;
  std::uint8_t signals = 0;          // traffic lights between the junctions
  std::uint8_t height_limit_dm = 0;  // 0: none
  std::uint8_t width_limit_dm = 0;   // 0: none
  std::uint8_t reserved = 0;
  std::uint16_t weight_limit_100kg = 0;      // 0: none
  std::uint16_t car_speed_dkmh[2] = {0, 0};  // expected without traffic, tenths of km/h, forward and backward
  std::uint16_t truck_speed_dkmh[2] = {0, 0};
};
static_assert(sizeof(Segment) == 48);

// A segment travelled in one direction: segment * 2, plus 1 when backward.
using DirectedEdge = std::uint32_t;
constexpr DirectedEdge directed(std::uint32_t segment, bool backward) {
  return segment * 2 + (backward ? 1 : 0);
}
constexpr std::uint32_t segment_of(DirectedEdge edge) {
  return edge / 2;
}
constexpr bool is_backward(DirectedEdge edge) {
  return (edge & 1) != 0;
}
constexpr DirectedEdge reversed(DirectedEdge edge) {
  return edge ^ 1;
}

enum class VehicleClass : std::uint8_t { car, truck };

// Bits of ForbiddenPath::vehicles.
enum VehicleMask : std::uint8_t { mask_car = 1, mask_truck = 2, mask_all = 3 };

// A manoeuvre that must not be driven from its first edge to its last: two edges for a turn at a junction, more for a
// restriction whose via is made of ways.
struct ForbiddenPath {
  std::vector<DirectedEdge> edges;
  std::uint8_t vehicles = mask_all;
};

struct Junction {
  Coordinate place;
  bool signal = false;  // traffic lights
};

struct RoadNetwork {
  std::vector<Junction> junctions;
  std::vector<Segment> segments;
  std::vector<std::uint32_t> shape_first{0};  // segments + 1
  std::vector<Coordinate> shape;              // both ends included
  std::vector<std::string> strings{""};
  std::vector<ForbiddenPath> forbidden;
  bool left_hand_traffic = false;
  std::string source;       // what the roads were made from
  std::string attribution;  // what a shown route must say
};

}  // namespace mms::roads
