// What is written down once a trip has ended: its row for analytics, and the metrics that the service itself adds.
#pragma once

#include <vector>

#include "database/statement.hpp"
#include "trips/rules/tracking.hpp"
#include "trips/rules/trip.hpp"

namespace mms::trips {

struct Ended {
  const Trip* trip;
  const Live* live;  // null: it was never tracked
};

// How wrong the arrivals were that a completed trip was said to have, in percent of what was left until then: the mean
// of those kept. Nothing for other trips, and where none was said before the arrival.
std::optional<double> eta_error_percent(const Trip& trip, const Live* live);

// Safe to repeat: each row is written once.
std::vector<database::Query> figures_of_ended(const std::vector<Ended>& ended);

}  // namespace mms::trips
