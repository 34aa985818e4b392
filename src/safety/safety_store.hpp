// The table of safety events.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "lanes/part.hpp"
#include "safety/rules/safety_event.hpp"

namespace mms::safety {

// Safety's share of the working set.
std::unique_ptr<lanes::Part> safety_part(lanes::WorkingSet& set);

// One event by id: its body.
database::Query find_safety_event(const SafetyEventId& id);

// How many events occurred in [from, to): a row each of type, severity, status, day (UTC) and count. Absent fleets:
// every fleet; with a vehicle: its events alone.
struct CountedEvents {
  Time from;
  Time to;
  std::optional<std::vector<std::string>> fleets;
  std::optional<std::string> vehicle_id;
};
database::Query count_safety_events(const CountedEvents& which);

// For replay: stored bodies in the order of their ids, and writing rows anew.
database::Query safety_event_bodies(const SafetyEventId& after, std::int64_t limit);
database::Query upsert_safety_events(const std::vector<SafetyEvent>& events);

}  // namespace mms::safety
