// Bookkeeping of the working set of missions.
#include "missions/rules/mission_set.hpp"

#include <stdexcept>
#include <utility>

#include "vocabulary/json_write.hpp"

namespace mms::missions {

void MissionSet::need(const MissionId& id) {
  if (entries_.try_emplace(id).second) needed_.missions.push_back(id);
}

void MissionSet::need_vehicle_of(const MissionId& id) {
  // A mission that is here says which vehicle, also when it was made by this batch; one that is yet to be loaded says
  // it then.
  const bool is_first = vehicles_of_.insert(id).second;
  const auto entry = entries_.find(id);
  if (entry == entries_.end() || !entry->second.mission) {
    if (is_first) needed_.vehicles_of.push_back(id);
  } else if (entry->second.mission->vehicle_id) {
    need_vehicle(*entry->second.mission->vehicle_id);
  }
}

void MissionSet::need_vehicle(const std::string& vehicle_id) {
  if (occupants_.try_emplace(vehicle_id).second) needed_.vehicles.push_back(vehicle_id);
}

const Mission* MissionSet::find(const MissionId& id) const {
  const auto at = entries_.find(id);
  if (at == entries_.end()) throw std::logic_error("a mission was looked for that nobody needed");
  return at->second.mission ? &*at->second.mission : nullptr;
}

const Mission* MissionSet::find_if_here(const MissionId& id) const {
  const auto at = entries_.find(id);
  return at != entries_.end() && at->second.mission ? &*at->second.mission : nullptr;
}

std::vector<MissionId> MissionSet::closed() const {
  std::vector<MissionId> ids;
  for (const auto& [id, entry] : entries_) {
    if (!entry.changed) continue;
    const auto status = entry.mission->status;
    if (status == MissionStatus::completed || status == MissionStatus::cancelled) ids.push_back(id);
  }
  return ids;
}

std::optional<Occupant> MissionSet::occupant(const std::string& vehicle_id, const MissionId& other_than) const {
  std::optional<Occupant> found;
  if (const auto evolved = evolved_.find(vehicle_id); evolved != evolved_.end()) {
    found = evolved->second;
  } else if (const auto stored = occupants_.find(vehicle_id); stored != occupants_.end()) {
    found = stored->second;
  } else {
    throw std::logic_error("a vehicle's mission was asked for that nobody needed");
  }
  return found && found->id != other_than ? found : std::nullopt;
}

void MissionSet::put(Mission mission) {
  auto& entry = entries_[mission.id];
  const bool held = entry.mission && occupies_vehicle(*entry.mission);
  if (held) evolved_[*entry.mission->vehicle_id] = std::nullopt;
  if (occupies_vehicle(mission)) evolved_[*mission.vehicle_id] = Occupant{mission.id, mission.name};
  entry.mission = std::move(mission);
  entry.body.clear();
  entry.changed = true;
}

const std::string& MissionSet::body(const MissionId& id) const {
  const auto& entry = entries_.at(id);
  if (entry.body.empty()) vocabulary::json::append(entry.body, *entry.mission);
  return entry.body;
}

MissionSet::Needed MissionSet::take_needed() {
  return std::exchange(needed_, {});
}

void MissionSet::loaded(Mission mission, std::string body) {
  auto& entry = entries_[mission.id];
  if (entry.changed) return;
  if (occupies_vehicle(mission)) entry.stored_vehicle = mission.vehicle_id;
  if (mission.vehicle_id && vehicles_of_.contains(mission.id)) occupants_.try_emplace(*mission.vehicle_id);
  entry.stored_start = mission.started_at;
  entry.stored_end = mission.ended_at;
  entry.mission = std::move(mission);
  entry.body = std::move(body);
  entry.stored = true;
}

void MissionSet::loaded_occupant(const std::string& vehicle_id, Occupant occupant) {
  occupants_[vehicle_id] = std::move(occupant);
}

std::vector<MissionSet::Changed> MissionSet::changed() const {
  std::vector<Changed> all;
  for (const auto& [id, entry] : entries_) {
    if (!entry.changed) continue;
    const bool moves = entry.stored_vehicle && entry.stored_vehicle != entry.mission->vehicle_id;
    const bool starts = entry.mission->started_at && entry.mission->started_at != entry.stored_start;
    const bool ends = entry.mission->ended_at && entry.mission->ended_at != entry.stored_end;
    all.push_back({&*entry.mission, &body(id), !entry.stored, moves, starts, ends});
  }
  return all;
}

}  // namespace mms::missions
