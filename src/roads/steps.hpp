// Turn by turn: what a driver is told along a route.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roads/route.hpp"

namespace mms::roads {

enum class Maneuver : std::uint8_t {
  depart,
  turn,
  new_name,
  fork,
  on_ramp,
  off_ramp,
  merge,
  end_of_road,
  roundabout,
  u_turn,
  ferry,
  arrive,
};
enum class Direction : std::uint8_t {
  straight,
  slight_right,
  right,
  sharp_right,
  u_turn,
  sharp_left,
  left,
  slight_left
};
std::string_view to_text(Maneuver maneuver);
std::string_view to_text(Direction direction);
// Within 20° straight, then slight to 55°, plain to 125°, sharp to 170°.
Direction direction_of(double turn_angle_deg);

struct Step {
  Maneuver maneuver{};
  Direction direction{};
  std::uint32_t roundabout_exit = 0;  // counted from 1 in order of driving; 0 where there is no roundabout
  std::string name, ref;              // of the road that follows
  Coordinate place;                   // where it is done
  double bearing_before_deg = 0, bearing_after_deg = 0;
  double distance_m = 0, duration_s = 0;  // to the next step
  std::string instruction;                // in English: "Turn left onto Lettstrasse."
};

// The first step departs, the last arrives; distances and durations add up to those of the whole route.
std::vector<Step> steps_of(const RoadGraph& graph,
                           const CostModel& model,
                           const RoutePath& path,
                           std::span<const EdgeTraffic> traffic_by_edge = {});

}  // namespace mms::roads
