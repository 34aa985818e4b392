// What safety asks of trips without knowing them: functions that the service hands in.
#pragma once

#include <optional>
#include <string>

#include "lanes/rules/working_set.hpp"
#include "vocabulary/ids.hpp"

namespace mms::safety {

// Both look at the working set alone. Lifetime: static. Threads: the lane's.
struct TripLink {
  struct Found {
    std::string fleet_id;
    std::optional<std::string> vehicle_id;
  };
  void (*need)(lanes::WorkingSet& set, const vocabulary::TripId& id);
  // Nothing when there is none. It must have been needed before.
  std::optional<Found> (*find)(lanes::WorkingSet& set, const vocabulary::TripId& id);
};

}  // namespace mms::safety
