// Bookkeeping of the working set of safety events.
#include "safety/rules/safety_set.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "vocabulary/json_write.hpp"

namespace mms::safety {

void SafetySet::need(const SafetyEventId& id) {
  if (entries_.try_emplace(id).second) needed_.events.push_back(id);
}

void SafetySet::need_blocking(const MissionId& mission) {
  if (missions_.insert(mission).second) needed_.missions.push_back(mission);
}

void SafetySet::need_blocking(const std::string& vehicle_id) {
  if (vehicles_.insert(vehicle_id).second) needed_.vehicles.push_back(vehicle_id);
}

void SafetySet::need_monitored(const MissionId& mission) {
  if (monitored_.insert(mission).second) needed_.monitored.push_back(mission);
}

const SafetyEvent* SafetySet::find_monitored(const MissionId& mission, const std::string& requirement) const {
  if (!monitored_.contains(mission)) throw std::logic_error("monitored events were asked for that nobody needed");
  const auto at = of_requirements_.find(mission);
  if (at == of_requirements_.end()) return nullptr;
  const SafetyEvent* found = nullptr;
  for (const auto& id : at->second) {
    const auto& event = *entries_.at(id).event;
    if (event.requirement != requirement || event.status == SafetyEventStatus::resolved) continue;
    if (found == nullptr || found->id < event.id) found = &event;
  }
  return found;
}

void SafetySet::index(const SafetyEvent& event) {
  if (event.severity == Severity::critical) critical_.insert(event.id);
  if (event.requirement && event.mission_id) of_requirements_[*event.mission_id].insert(event.id);
}

const SafetyEvent* SafetySet::find(const SafetyEventId& id) const {
  const auto at = entries_.find(id);
  if (at == entries_.end()) throw std::logic_error("a safety event was looked for that nobody needed");
  return at->second.event ? &*at->second.event : nullptr;
}

std::vector<const SafetyEvent*> SafetySet::blocking(const std::string& fleet_id,
                                                    const MissionId& mission,
                                                    const std::optional<std::string>& vehicle_id) const {
  if (!missions_.contains(mission) || (vehicle_id && !vehicles_.contains(*vehicle_id))) {
    throw std::logic_error("blocking safety events were asked for that nobody needed");
  }
  std::vector<const SafetyEvent*> found;
  for (const auto& id : critical_) {
    const auto& event = *entries_.at(id).event;
    const bool concerns = event.mission_id == mission || (vehicle_id && event.vehicle_id == vehicle_id);
    if (concerns && is_blocking(event) && event.fleet_id == fleet_id) found.push_back(&event);
  }
  std::ranges::sort(found, {}, &SafetyEvent::id);
  return found;
}

void SafetySet::put(SafetyEvent event) {
  const auto id = event.id;
  index(event);
  auto& entry = entries_[id];
  entry.event = std::move(event);
  entry.body.clear();
  entry.changed = true;
}

const std::string& SafetySet::body(const SafetyEventId& id) const {
  const auto& entry = entries_.at(id);
  if (entry.body.empty()) vocabulary::json::append(entry.body, *entry.event);
  return entry.body;
}

SafetySet::Needed SafetySet::take_needed() {
  return std::exchange(needed_, {});
}

void SafetySet::loaded(SafetyEvent event, std::string body) {
  auto& entry = entries_[event.id];
  if (entry.changed) return;
  index(event);
  entry.event = std::move(event);
  entry.body = std::move(body);
}

std::vector<SafetySet::Changed> SafetySet::changed() const {
  std::vector<Changed> all;
  for (const auto& [id, entry] : entries_) {
    if (entry.changed) all.push_back({&*entry.event, &body(id)});
  }
  return all;
}

}  // namespace mms::safety
