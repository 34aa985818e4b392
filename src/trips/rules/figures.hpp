// What a position means for a trip: how far along, how far beside, and when it is there.
#pragma once

#include <optional>
#include <vector>

#include "trips/rules/tracking.hpp"

namespace mms::trips {

// One who stands at a stop's rim does not come and go.
inline constexpr double kLeaveFactor = 1.2;

// The trip as it is at the position. Lifetime: of the call.
struct Moment {
  const Trip& trip;
  const std::vector<Stop>& stops;
  std::size_t target;     // the stop that it drives to, or stands at
  const RouteLine* line;  // null: straight lines between stops
  double speed_mps;
  std::optional<double> on_same_leg_s;  // since the position before; nothing when a stop lies between
};

// Sets the figures that follow from live.position. `way_m`: what was driven since the last place; nothing: nobody
// knows.
void measure(Live& live, const Moment& now, std::optional<double> way_m);

}  // namespace mms::trips
