// The vehicles' states and the environment of a batch, as evolved by the reports before.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "vehicles/rules/vehicle_state.hpp"
#include "vocabulary/ids.hpp"

namespace mms::vehicles {

// Lifetime: of one batch. Pointers that it gives hold until the same vehicle or fleet changes. Threads: one.
class VehicleSet {
 public:
  // Needs, before deciding.
  void need(const std::string& vehicle_id);
  void need_environment(const std::string& fleet_id);

  // Nothing when it never reported. It must have been needed before.
  const VehicleState* find(const std::string& vehicle_id) const;
  const EnvironmentReading* find_reading(const std::string& fleet_id, const std::string& name) const;
  // All readings of the fleet, expired ones too, by name. It must have been needed before.
  std::vector<const EnvironmentReading*> environment_of(const std::string& fleet_id) const;
  // As it is from now on. `row` is the row's id when it is new.
  void put(VehicleState state, const vocabulary::Uuid& row);
  void put(EnvironmentReading reading, const vocabulary::Uuid& row);

  // For the part that reads and writes the tables.
  struct Needed {
    std::vector<std::string> vehicles;
    std::vector<std::string> fleets;
    bool empty() const { return vehicles.empty() && fleets.empty(); }
  };
  Needed take_needed();
  void loaded(VehicleState state);
  void loaded(EnvironmentReading reading);
  template <class F>
  void for_each_changed_vehicle(F&& f) const {
    for (const auto& [id, entry] : vehicles_) {
      if (entry.row) f(*entry.state, *entry.row);
    }
  }
  template <class F>
  void for_each_changed_reading(F&& f) const {
    for (const auto& [fleet, readings] : environment_) {
      for (const auto& [name, entry] : readings) {
        if (entry.row) f(*entry.state, *entry.row);
      }
    }
  }

 private:
  template <class T>
  struct Entry {
    std::optional<T> state;
    std::optional<vocabulary::Uuid> row;  // set: changed
  };
  std::unordered_map<std::string, Entry<VehicleState>> vehicles_;
  std::unordered_map<std::string, std::map<std::string, Entry<EnvironmentReading>>> environment_;
  Needed needed_;
};

}  // namespace mms::vehicles
