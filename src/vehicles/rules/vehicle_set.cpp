// Bookkeeping of the working set of vehicles.
#include "vehicles/rules/vehicle_set.hpp"

#include <stdexcept>
#include <utility>

namespace mms::vehicles {

void VehicleSet::need(const std::string& vehicle_id) {
  if (vehicles_.try_emplace(vehicle_id).second) needed_.vehicles.push_back(vehicle_id);
}

void VehicleSet::need_environment(const std::string& fleet_id) {
  if (environment_.try_emplace(fleet_id).second) needed_.fleets.push_back(fleet_id);
}

const VehicleState* VehicleSet::find(const std::string& vehicle_id) const {
  const auto at = vehicles_.find(vehicle_id);
  if (at == vehicles_.end()) throw std::logic_error("a vehicle was looked for that nobody needed");
  return at->second.state ? &*at->second.state : nullptr;
}

const EnvironmentReading* VehicleSet::find_reading(const std::string& fleet_id, const std::string& name) const {
  const auto fleet = environment_.find(fleet_id);
  if (fleet == environment_.end()) throw std::logic_error("an environment was looked for that nobody needed");
  const auto at = fleet->second.find(name);
  return at == fleet->second.end() ? nullptr : &*at->second.state;
}

std::vector<const EnvironmentReading*> VehicleSet::environment_of(const std::string& fleet_id) const {
  const auto fleet = environment_.find(fleet_id);
  if (fleet == environment_.end()) throw std::logic_error("an environment was looked for that nobody needed");
  std::vector<const EnvironmentReading*> all;
  for (const auto& [name, entry] : fleet->second) all.push_back(&*entry.state);
  return all;
}

void VehicleSet::put(VehicleState state, const vocabulary::Uuid& row) {
  auto& entry = vehicles_[state.vehicle_id];
  entry.state = std::move(state);
  entry.row = row;
}

void VehicleSet::put(EnvironmentReading reading, const vocabulary::Uuid& row) {
  auto& entry = environment_[reading.fleet_id][reading.name];
  entry.state = std::move(reading);
  entry.row = row;
}

VehicleSet::Needed VehicleSet::take_needed() {
  return std::exchange(needed_, {});
}

void VehicleSet::loaded(VehicleState state) {
  auto& entry = vehicles_[state.vehicle_id];
  if (!entry.row) entry.state = std::move(state);
}

void VehicleSet::loaded(EnvironmentReading reading) {
  auto& entry = environment_[reading.fleet_id][reading.name];
  if (!entry.row) entry.state = std::move(reading);
}

}  // namespace mms::vehicles
