// The missions of a batch, as evolved by the commands before, and who occupies which vehicle.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "missions/rules/mission.hpp"
#include "missions/rules/mission_rules.hpp"

namespace mms::missions {

// Lifetime: of one batch. Pointers that it gives stay valid for the batch. Threads: one.
class MissionSet {
 public:
  // Needs, before deciding.
  void need(const MissionId& id);
  // The mission that occupies the vehicle which this mission has.
  void need_vehicle_of(const MissionId& id);
  void need_vehicle(const std::string& vehicle_id);

  // Nothing when there is no such mission; deleted ones are found (and say so). It must have been needed before.
  const Mission* find(const MissionId& id) const;
  // The same, or nothing when it was never needed.
  const Mission* find_if_here(const MissionId& id) const;
  // Missions that this batch completed or cancelled.
  std::vector<MissionId> closed() const;
  // Another mission that occupies the vehicle. It must have been needed before.
  std::optional<Occupant> occupant(const std::string& vehicle_id, const MissionId& other_than) const;
  // The mission as it is from now on.
  void put(Mission mission);
  // Its stored JSON, written once.
  const std::string& body(const MissionId& id) const;

  // For the part that reads and writes the table.
  struct Needed {
    std::vector<MissionId> missions;
    std::vector<MissionId> vehicles_of;
    std::vector<std::string> vehicles;
    bool empty() const { return missions.empty() && vehicles_of.empty() && vehicles.empty(); }
  };
  Needed take_needed();
  void loaded(Mission mission, std::string body);
  void loaded_occupant(const std::string& vehicle_id, Occupant occupant);
  struct Changed {
    const Mission* mission;
    const std::string* body;
    bool is_new;
    bool moves;   // its row holds another vehicle than the one it is in now
    bool starts;  // this batch started it
    bool ends;    // this batch ended it
  };
  std::vector<Changed> changed() const;

 private:
  struct Entry {
    std::optional<Mission> mission;
    mutable std::string body;
    bool stored = false;                        // the table has a row
    std::optional<std::string> stored_vehicle;  // that the row occupies
    std::optional<Time> stored_start;
    std::optional<Time> stored_end;
    bool changed = false;
  };
  std::unordered_map<MissionId, Entry> entries_;
  // Vehicles: what the table said, and over it what this batch changed.
  std::unordered_map<std::string, std::optional<Occupant>> occupants_;
  std::unordered_map<std::string, std::optional<Occupant>> evolved_;
  std::unordered_set<MissionId> vehicles_of_;
  Needed needed_;
};

}  // namespace mms::missions
