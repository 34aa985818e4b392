// Arrivals that were foretold, kept until the trip has arrived and tells how wrong they were.
#pragma once

#include <optional>
#include <vector>

#include "trips/rules/trip.hpp"

namespace mms::trips {

// Seconds since the trip's start.
struct Promise {
  int given_s = 0;
  int eta_s = 0;
  bool operator==(const Promise&) const = default;
};
BOOST_DESCRIBE_STRUCT(Promise, (), (given_s, eta_s))

// So many of a trip are kept: evenly spread over it, five seconds apart or more.
inline constexpr std::size_t kMostPromises = 16;
// An error is a share of what was left until the arrival, and of this at least: seconds before it nobody cares.
inline constexpr double kLeastLeftS = 60;

// Keeps the arrival that is foretold at `given`, when it is time for another one. `given` never goes back.
void keep_promise(std::vector<Promise>& promises, Time start, Time given, Time eta);

// The mean error in percent of those given before the arrival; nothing when there is none.
std::optional<double> mean_error_percent(const std::vector<Promise>& promises, Time start, Time arrival);

}  // namespace mms::trips
