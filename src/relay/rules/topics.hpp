// Where on Kafka an event goes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vocabulary/event.hpp"

namespace mms::relay {

struct TopicNames {
  std::string missions = "fleet.missions.lifecycle";  // missions, their plans and templates
  std::string trips = "fleet.trips.lifecycle";
  std::string safety = "fleet.safety.events";
  std::string alerts = "safety.alerts.critical";  // critical safety events when they are raised, beside `safety`

  // Each once.
  std::vector<std::string> all() const;
};

// One or two; what no topic is named for goes with the missions, so that no fact stays in the house.
// Lifetime: views into `names`.
std::vector<std::string_view> topics_of(const vocabulary::Event& event, const TopicNames& names);

}  // namespace mms::relay
