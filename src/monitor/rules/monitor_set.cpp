// Bookkeeping of the working set of watches.
#include "monitor/rules/monitor_set.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace mms::monitor {

void MonitorSet::need(const MissionId& mission) {
  if (entries_.try_emplace(mission).second) needed_.push_back(mission);
}

const Watched* MonitorSet::find(const MissionId& mission) const {
  const auto at = entries_.find(mission);
  if (at == entries_.end()) throw std::logic_error("a watch was looked for that nobody needed");
  return at->second.watched ? &*at->second.watched : nullptr;
}

std::vector<Report> MonitorSet::take_reports(const MissionId& mission) {
  std::vector<Report> reports;
  for (auto& parcel : std::exchange(entries_.at(mission).parcels, {})) {
    std::ranges::move(std::exchange(parcel.reports, {}), std::back_inserter(reports));
    taken_.emplace_back(mission, std::move(parcel));
  }
  return reports;
}

bool MonitorSet::has_all_reports(const MissionId& mission) const {
  return entries_.at(mission).has_all;
}

void MonitorSet::put(const MissionId& mission, Watch watch, Time due_at) {
  auto& entry = entries_.at(mission);
  entry.watched->watch = std::move(watch);
  entry.due_at = due_at;
  entry.changed = true;
}

void MonitorSet::remove(const MissionId& mission) {
  auto& entry = entries_.at(mission);
  entry.watched.reset();
  entry.changed = true;
}

void MonitorSet::note(std::string vehicle_id, Report report) {
  noted_.emplace_back(std::move(vehicle_id), std::move(report));
}

void MonitorSet::loaded(const MissionId& mission, Watched watched) {
  entries_[mission].watched = std::move(watched);
}

void MonitorSet::loaded(const MissionId& mission, Parcel parcel) {
  entries_[mission].parcels.push_back(std::move(parcel));
}

void MonitorSet::loaded_a_part(const MissionId& mission) {
  entries_[mission].has_all = false;
}

std::vector<MonitorSet::Kept> MonitorSet::changed() const {
  std::vector<Kept> all;
  for (const auto& [mission, entry] : entries_) {
    if (!entry.changed) continue;
    const Watch* watch = entry.watched ? &*entry.watched->watch : nullptr;
    all.push_back({.mission = mission, .watch = watch, .due_at = entry.due_at});
  }
  return all;
}

}  // namespace mms::monitor
