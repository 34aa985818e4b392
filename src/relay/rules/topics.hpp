// Where on Kafka an event goes, and with which key.
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
  std::string alerts = "safety.alerts.critical";       // critical safety events when they are raised, beside `safety`
  std::string commands = "vehicle.commands.outbound";  // what vehicles are to do, beside `missions`

  // Each once.
  std::vector<std::string> all() const;
};

// Messages of one key stay in order: those of a stream, and on the topic of commands those to a vehicle.
struct Destination {
  std::string_view topic;
  std::string key;
  bool operator==(const Destination&) const = default;
};

// One or two; what no topic is named for goes with the missions, so that no fact stays in the house. A command to a
// vehicle goes to the topic of commands as well, with the vehicle as its key.
// Lifetime: views into `names`.
std::vector<Destination> destinations_of(const vocabulary::Event& event, const TopicNames& names);

}  // namespace mms::relay
