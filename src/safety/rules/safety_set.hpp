// The safety events of a batch, as evolved by the commands before, and which of them block a mission or a vehicle.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "safety/rules/safety_event.hpp"

namespace mms::safety {

// Lifetime: of one batch. Pointers that it gives stay valid for the batch. Threads: one.
class SafetySet {
 public:
  // Needs, before deciding.
  void need(const SafetyEventId& id);
  // The blocking events of the mission, and of the vehicle that its row names.
  void need_blocking(const MissionId& mission);
  // The blocking events of the vehicle: costs nothing when the mission that is in it was needed before.
  void need_blocking(const std::string& vehicle_id);

  // What the monitor raised of the mission's requirements and nobody resolved.
  void need_monitored(const MissionId& mission);

  // Nothing when there is no such event. It must have been needed before.
  const SafetyEvent* find(const SafetyEventId& id) const;
  // Critical events that are not resolved, of the fleet, about the mission or its vehicle, by id. Both must have been
  // needed before.
  std::vector<const SafetyEvent*> blocking(const std::string& fleet_id,
                                           const MissionId& mission,
                                           const std::optional<std::string>& vehicle_id) const;
  // By the requirement's key; the latest where there are more. It must have been needed before.
  const SafetyEvent* find_monitored(const MissionId& mission, const std::string& requirement) const;
  // The event as it is from now on.
  void put(SafetyEvent event);
  // Its stored JSON, written once.
  const std::string& body(const SafetyEventId& id) const;

  // For the part that reads and writes the table.
  struct Needed {
    std::vector<SafetyEventId> events;
    std::vector<MissionId> missions;
    std::vector<std::string> vehicles;
    std::vector<MissionId> monitored;
    bool empty() const { return events.empty() && missions.empty() && vehicles.empty() && monitored.empty(); }
  };
  Needed take_needed();
  void loaded(SafetyEvent event, std::string body);
  // The blocking events of this vehicle were all loaded.
  void loaded_vehicle(const std::string& vehicle_id) { vehicles_.insert(vehicle_id); }
  struct Changed {
    const SafetyEvent* event;
    const std::string* body;
  };
  std::vector<Changed> changed() const;

 private:
  struct Entry {
    std::optional<SafetyEvent> event;
    mutable std::string body;
    bool changed = false;
  };
  std::unordered_map<SafetyEventId, Entry> entries_;
  void index(const SafetyEvent& event);

  std::unordered_set<SafetyEventId> critical_;  // those of entries_ that were seen critical
  std::unordered_map<MissionId, std::unordered_set<SafetyEventId>> of_requirements_;
  std::unordered_set<MissionId> monitored_;
  std::unordered_set<MissionId> missions_;
  std::unordered_set<std::string> vehicles_;
  Needed needed_;
};

}  // namespace mms::safety
