// What people want to be told of a trip's way, each once.
#pragma once

#include <optional>
#include <vector>

#include "trips/rules/tracking.hpp"
#include "trips/rules/trip_events.hpp"

namespace mms::trips {

// From when on it is told. Zero: not at all.
struct NoticeLimits {
  vocabulary::Duration arriving{std::chrono::minutes(5)};
  vocabulary::Duration delayed{std::chrono::minutes(10)};
};

// What the figures show and the trip was not told of yet; in the order of the events that come of it.
struct Notices {
  std::vector<TripProgressReached> progress;
  std::optional<TripDelayed> delayed;
  std::optional<TripArriving> arriving;
  bool empty() const { return progress.empty() && !delayed && !arriving; }
};
// Asked as states, not as crossings: what could not be told is seen again by the next position.
Notices notices_of(const Trip& trip, const Live& live, const NoticeLimits& limits);

// Those of them that were not told by now.
std::vector<TripEvent> decide_notices(const Trip& trip, const Notices& notices);

}  // namespace mms::trips
