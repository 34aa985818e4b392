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

// Safe to repeat: each row is written once.
std::vector<database::Query> figures_of_ended(const std::vector<Ended>& ended);

}  // namespace mms::trips
