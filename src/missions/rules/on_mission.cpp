// From a decision to the working set, the journal, and what follows.
#include "missions/rules/on_mission.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "missions/rules/dependency_commands.hpp"
#include "missions/rules/vehicle_control.hpp"
#include "missions/rules/vehicle_control_commands.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

// Edges are the mission's own events, and stand in a set of their own.
void apply_edges(WorkingSet& set, const Mission& mission, const MissionEvent& event) {
  if (const auto* added = std::get_if<MissionDependencyAdded>(&event)) {
    const auto* predecessor = set.of<MissionSet>().find(added->dependency.predecessor_id);
    set.of<DependencySet>().add(added->dependency, predecessor_of(*predecessor));
  } else if (const auto* removed = std::get_if<MissionDependencyRemoved>(&event)) {
    set.of<DependencySet>().remove(removed->id, mission.id);
  }
}

// Evolves the mission by the events, notes them, the timers that follow from its state, and what is alarming in them.
void apply(WorkingSet& set, Journal& journal, const MissionId& id, const Events& events) {
  if (events.empty()) return;
  const Mission before = *set.of<MissionSet>().find(id);
  Mission after = before;
  for (const auto& event : events) {
    const auto at = journal.record({"mission", id.uuid, after.fleet_id, after.version, after.updated_at},
                                   type_of(event), data_of(event));
    const auto version = after.version + 1;
    after = evolve(std::move(after), event, version, at);
    apply_edges(set, before, event);
    if (auto alarm = alarm_of(after, event, version, at)) journal.follow_ups.push_back(std::move(alarm));
  }
  set.of<lanes::TimerSet>().replace(timers_of(before), timers_of(after));
  set.of<MissionSet>().put(std::move(after));
}

// A timer that fires while dependencies hold its mission is gone. When the clock is set back after that, its time comes
// once more, and nobody but the timer would see it.
void set_again(WorkingSet& set, const Mission& mission, Time now) {
  for (const auto& timer : timers_of(mission)) {
    const bool may_be_gone = timer.kind == "schedule" || timer.kind == "backoff";
    if (may_be_gone && timer.due_at > now) set.of<lanes::TimerSet>().replace({}, {timer});
  }
}

// What a successor's edge looks at.
bool moved_on(const Mission& before, const Mission& after) {
  return before.started_at != after.started_at || is_final(before.status) != is_final(after.status);
}

}  // namespace

access::Target target_of(const Mission& mission) {
  return {.noun = "mission",
          .fleet_id = mission.fleet_id,
          .vehicle_id = mission.vehicle_id ? std::string_view(*mission.vehicle_id) : std::string_view(),
          .mission_id = mission.id.uuid,
          .template_id = mission.template_id ? std::optional(mission.template_id->uuid) : std::nullopt};
}

Result<void> check_scope(const Mission* mission, const vocabulary::Caller& caller, Permission permission) {
  if (mission == nullptr) return access::not_found("mission");
  return access::may_act(caller, permission, Permission::missions_read, target_of(*mission));
}

void OnMission::need(WorkingSet& set) const {
  set.of<MissionSet>().need(id_);
  set.of<DependencySet>().need_edges_of(id_);
  set.of<DependencySet>().need_successors_of(id_);
}

vocabulary::Result<void> OnMission::authorise(WorkingSet& set, const vocabulary::Caller& caller) const {
  return check_scope(set.of<MissionSet>().find(id_), caller, permission_);
}

Edges OnMission::edges(WorkingSet& set, Time now) const {
  return set.of<DependencySet>().edges_of(id_, set.of<MissionSet>(), now);
}

StartFacts OnMission::start_facts(const Mission& mission, WorkingSet& set, Time now) const {
  StartFacts facts;
  if (mission.vehicle_id) facts.occupant = set.of<MissionSet>().occupant(*mission.vehicle_id, id_);
  facts.edges = edges(set, now);
  facts.safety = safety_facts(mission, set);
  return facts;
}

vocabulary::Result<void> OnMission::carry_out(WorkingSet& set, Journal& journal) {
  const auto& missions = set.of<MissionSet>();
  const auto* found = missions.find(id_);
  if (found == nullptr || found->deleted_at) return access::not_found("mission");
  if (!expected_versions.empty() && std::ranges::find(expected_versions, found->version) == expected_versions.end()) {
    return vocabulary::refuse(ProblemKind::version_conflict,
                              fmt::format("the mission is at version {} now; read it again", found->version),
                              json::ObjectText().add("version", found->version).members());
  }
  const Mission before = *found;
  const bool has_waited = !edges(set, journal.now).empty();
  auto events = decide_on(before, set, journal);
  if (!events) return std::unexpected(std::move(events).error());
  // Decisions on the mission alone do not know its edges: what is held back is not ready.
  if (!holding_start(edges(set, journal.now)).empty()) {
    std::erase_if(*events, [](const MissionEvent& e) { return std::holds_alternative<MissionBecameReady>(e); });
  }
  const auto decided = [&](const Mission& mission, Events plain) {
    return through_vehicle(mission, std::move(plain), journal.caller.id, journal.now);
  };
  apply(set, journal, id_, decided(before, std::move(*events)));
  const auto& mission = *missions.find(id_);
  apply(set, journal, id_, decided(mission, decide_settling(mission, edges(set, journal.now), journal.now)));
  if (has_waited) set_again(set, *missions.find(id_), journal.now);
  if (!moved_on(before, *missions.find(id_)) || set.of<DependencySet>().successors_of(id_).empty()) return {};
  auto kind = settle_kind(missions.find(id_)->version);
  if (settles_at_once()) {
    journal.follow_ups.push_back(settle_successors(id_, {}, std::move(kind)));
  } else {
    set.of<lanes::TimerSet>().replace({}, {settle_timer(id_, {}, std::move(kind), journal.now)});
  }
  return {};
}

lanes::Answer OnMission::answer(WorkingSet& set) const {
  const auto& missions = set.of<MissionSet>();
  return {.status = 200, .body = missions.body(id_), .location = {}, .version = missions.find(id_)->version};
}

}  // namespace mms::missions
