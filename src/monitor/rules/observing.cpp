// From findings to commands on safety events.
#include "monitor/rules/observing.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "missions/rules/mission_set.hpp"
#include "monitor/rules/monitor_set.hpp"
#include "safety/rules/safety_set.hpp"
#include "vehicles/rules/vehicle_set.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::monitor {
namespace {

using lanes::Journal;
using lanes::WorkingSet;
using missions::Mission;
using missions::MissionSet;
using missions::MissionStatus;
using safety::SafetyEventId;
using safety::SafetySet;
using vehicles::VehicleSet;

// Of the mission, the requirement and the breach's moment: the same breach has the same id.
SafetyEventId event_id(const MissionId& mission, const Finding& finding, Time at) {
  const auto text = vocabulary::to_text(mission) + ' ' + finding.key + ' ' + vocabulary::to_text(finding.moment);
  const auto hash = [&](char salt) { return static_cast<std::uint64_t>(std::hash<std::string>{}(text + salt)); };
  return {vocabulary::make_uuid_v7(at, hash('h'), hash('l'))};
}

// The findings of one look, each told to the event of its requirement.
class Telling {
 public:
  Telling(const Mission& mission, const SafetySet& events, const safety::Subjects& subjects, Journal& journal)
      : mission_(mission), events_(events), subjects_(subjects), journal_(journal) {}

  void tell(const Requirement& requirement, const Finding& finding) {
    const auto event = event_of(requirement.key);
    auto& follow_ups = journal_.follow_ups;
    if (finding.what == What::over) {
      if (event) follow_ups.push_back(safety::clear_safety_event(*event, {finding.moment}));
    } else if (event) {
      follow_ups.push_back(safety::see_safety_event_again(
          *event, {.moment = finding.moment, .times = finding.times, .begins = finding.what == What::begins},
          subjects_.missions));
    } else if (finding.what == What::begins) {
      raise(requirement, finding);
    }
  }

 private:
  std::optional<SafetyEventId> event_of(const std::string& key) const {
    if (const auto at = raised_.find(key); at != raised_.end()) return at->second;
    const auto* event = events_.find_monitored(mission_.id, key);
    return event != nullptr ? std::optional(event->id) : std::nullopt;
  }

  void raise(const Requirement& requirement, const Finding& finding) {
    const auto at = std::min(finding.moment, journal_.now);
    const auto id = event_id(mission_.id, finding, at);
    raised_[requirement.key] = id;
    safety::RaiseSafetyEvent input;
    input.fleet_id = mission_.fleet_id;
    input.mission_id = mission_.id;
    input.vehicle_id = mission_.vehicle_id;
    // A trip of another mission may be of another fleet.
    if (finding.trip_mission_id == mission_.id) input.trip_id = finding.trip_id;
    input.type = safety::event_type_of(safety::kind_of(requirement));
    input.severity = requirement.severity;
    input.description = vocabulary::Text<1, 2000>(std::string(vocabulary::json::shortened(finding.words, 2000)));
    input.location = finding.location;
    input.occurred_at = at;
    const safety::Origin origin{
        .source = safety::SafetyEventSource::monitor, .requirement = requirement.key, .action = requirement.action};
    journal_.follow_ups.push_back(safety::raise_safety_event(
        std::move(input), {.id = id, .by_client = false, .body_hash = {}}, origin, subjects_));
  }

  const Mission& mission_;
  const SafetySet& events_;
  const safety::Subjects& subjects_;
  Journal& journal_;
  std::map<std::string, SafetyEventId> raised_;
};

class Observe final : public lanes::Command {
 public:
  Observe(MissionId mission, Time listening_since, safety::Subjects subjects)
      : id_(mission), listening_since_(listening_since), subjects_(subjects) {}

  std::string_view name() const override { return "observe_mission"; }

  void need(WorkingSet& set) const override {
    auto& monitor = set.of<MonitorSet>();
    auto& missions = set.of<MissionSet>();
    monitor.need(id_);
    missions.need(id_);
    set.of<SafetySet>().need_monitored(id_);
    const auto* mission = missions.find(id_);
    if (mission == nullptr || !mission->vehicle_id) return;
    const auto* watched = monitor.find(id_);
    if (watched != nullptr && !goes_on_with(watched->watch, *mission)) set.of<VehicleSet>().need(*mission->vehicle_id);
    if (safety::asks_environment(mission->safety_requirements)) {
      set.of<VehicleSet>().need_environment(mission->fleet_id);
    }
  }

  vocabulary::Result<void> authorise(WorkingSet&, const vocabulary::Caller&) const override { return {}; }

  vocabulary::Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    looked_ = {};
    auto& monitor = set.of<MonitorSet>();
    auto reports = monitor.take_reports(id_);
    const auto* watched = monitor.find(id_);
    if (watched == nullptr) return {};
    const auto* mission = set.of<MissionSet>().find(id_);
    if (mission == nullptr || mission->safety_requirements.empty() || !mission->vehicle_id) {
      monitor.remove(id_);
      return {};
    }
    look(*mission, *watched, std::move(reports), set, journal);
    return {};
  }

  lanes::Answer answer(WorkingSet&) const override {
    return {.status = 200, .body = vocabulary::json::write(looked_), .location = {}, .version = 0};
  }

 private:
  static bool goes_on_with(const std::optional<Watch>& watch, const Mission& mission) {
    return watch && watch->vehicle_id == *mission.vehicle_id;
  }

  void look(
      const Mission& mission, const Watched& watched, std::vector<Report> reports, WorkingSet& set, Journal& journal) {
    auto& monitor = set.of<MonitorSet>();
    const auto& events = set.of<SafetySet>();
    const bool runs = mission.status == MissionStatus::running;
    const bool ended = !runs && mission.status != MissionStatus::paused;
    WatchFacts facts{.requirements = mission.safety_requirements,
                     .since = watched.since,
                     .until = runs ? std::nullopt : std::optional(watched.until.value_or(journal.now)),
                     .now = journal.now,
                     .listening_since = listening_since_,
                     .all_arrived = monitor.has_all_reports(id_),
                     .ended = ended};
    if (!ended && safety::asks_environment(mission.safety_requirements)) {
      facts.environment = set.of<VehicleSet>().environment_of(mission.fleet_id);
    }
    auto watch = goes_on_with(watched.watch, mission) ? *watched.watch : begun(mission, watched, set);
    // A person resolved it while it went on: then it begins anew.
    std::erase_if(watch.broken, [&](const Phase& p) { return events.find_monitored(id_, p.key) == nullptr; });
    auto seen = observe(std::move(watch), std::move(reports), facts);
    looked_.late = seen.late;
    looked_.unfinished = !facts.all_arrived || seen.findings.size() >= kMostFindings;
    const bool over = ended && facts.all_arrived && seen.watch.waiting.empty() && *facts.until + kHold <= journal.now;
    if (over) std::ranges::move(last_words(seen.watch), std::back_inserter(seen.findings));
    Telling telling(mission, events, subjects_, journal);
    for (const auto& finding : seen.findings) {
      const auto r = std::ranges::find(mission.safety_requirements, finding.key, &Requirement::key);
      if (r == mission.safety_requirements.end()) continue;
      looked_.told.push_back({safety::kind_of(*r), finding.what});
      telling.tell(*r, finding);
    }
    if (over) return monitor.remove(id_);
    monitor.put(id_, std::move(seen.watch), ended ? std::min(seen.due_at, *facts.until + kHold) : seen.due_at);
  }

  // What was broken on another vehicle is still to be seen to; where that was says nothing of this one.
  static Watch begun(const Mission& mission, const Watched& watched, WorkingSet& set) {
    Watch watch;
    watch.vehicle_id = *mission.vehicle_id;
    if (watched.watch) watch.broken = watched.watch->broken;
    const auto* state = set.of<VehicleSet>().find(*mission.vehicle_id);
    if (state == nullptr) return watch;
    watch.onboard_stage = state->onboard_stage;
    watch.capabilities = state->capabilities;
    // One that came since is among the reports.
    if (state->position && state->recorded_at < watched.since) {
      watch.last = Seen{*state->position, state->recorded_at};
    }
    return watch;
  }

  MissionId id_;
  Time listening_since_;
  safety::Subjects subjects_;
  Looked looked_;
};

}  // namespace

std::unique_ptr<lanes::Command> observe_mission(MissionId mission, Time listening_since, safety::Subjects subjects) {
  return std::make_unique<Observe>(mission, listening_since, subjects);
}

}  // namespace mms::monitor
