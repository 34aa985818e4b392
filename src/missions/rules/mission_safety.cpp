// The gate's facts, and the link that safety is given.
#include "missions/rules/mission_safety.hpp"

#include <fmt/format.h>

#include "missions/rules/mission_commands.hpp"
#include "missions/rules/mission_set.hpp"
#include "missions/rules/vehicle_control_commands.hpp"
#include "safety/rules/safety_set.hpp"
#include "vehicles/rules/vehicle_set.hpp"

namespace mms::missions {
namespace {

namespace json = vocabulary::json;
using lanes::WorkingSet;
using safety::MissionLink;

std::string list_of(const std::vector<const safety::SafetyEvent*>& events) {
  std::string list;
  for (const auto* event : events) {
    list += list.empty() ? "[" : ",";
    list += json::ObjectText()
                .add("id", event->id)
                .add("type", event->type)
                .add("status", event->status)
                .add("description", event->description)
                .add("occurred_at", event->occurred_at)
                .text();
  }
  return list + ']';
}

}  // namespace

void need_safety(WorkingSet& set, const MissionId& id) {
  auto& events = set.of<safety::SafetySet>();
  events.need_blocking(id);
  const auto* mission = set.of<MissionSet>().find(id);
  if (mission == nullptr || !mission->vehicle_id) return;
  events.need_blocking(*mission->vehicle_id);
  if (mission->safety_requirements.empty()) return;
  auto& vehicles = set.of<vehicles::VehicleSet>();
  vehicles.need(*mission->vehicle_id);
  if (safety::asks_environment(mission->safety_requirements)) vehicles.need_environment(mission->fleet_id);
}

SafetyFacts safety_facts(const Mission& mission, WorkingSet& set) {
  SafetyFacts facts;
  facts.blocking = set.of<safety::SafetySet>().blocking(mission.fleet_id, mission.id, mission.vehicle_id);
  if (!mission.vehicle_id || mission.safety_requirements.empty()) return facts;
  const auto& vehicles = set.of<vehicles::VehicleSet>();
  facts.gate.vehicle = vehicles.find(*mission.vehicle_id);
  if (safety::asks_environment(mission.safety_requirements)) {
    facts.gate.environment = vehicles.environment_of(mission.fleet_id);
  }
  return facts;
}

std::vector<safety::Checked> checked(const Mission& mission, const SafetyFacts& facts, Time now) {
  if (mission.safety_requirements.empty()) return {};
  auto gate = facts.gate;
  gate.now = now;
  return safety::check(mission.safety_requirements, gate);
}

std::optional<SafetyRefusal> unmet_requirements(const Mission& mission, const SafetyFacts& facts, Time now) {
  if (!mission.vehicle_id) return std::nullopt;
  const auto list = safety::unmet_list(mission.safety_requirements, checked(mission, facts, now));
  if (list.empty()) return std::nullopt;
  SafetyRefusal refusal{"not every safety requirement is met; `requirements` names each", {}};
  refusal.members.add_raw("requirements", list);
  return refusal;
}

std::optional<SafetyRefusal> open_critical_events(const SafetyFacts& facts) {
  if (facts.blocking.empty()) return std::nullopt;
  SafetyRefusal refusal{fmt::format("{} critical safety event{} must be resolved first", facts.blocking.size(),
                                    facts.blocking.size() == 1 ? "" : "s"),
                        {}};
  refusal.members.add_raw("safety_events", list_of(facts.blocking));
  return refusal;
}

const MissionLink& mission_link() {
  static constexpr MissionLink link{
      .need = [](WorkingSet& set, const MissionId& id) { set.of<MissionSet>().need(id); },
      .find = [](WorkingSet& set, const MissionId& id) -> std::optional<MissionLink::Found> {
        const auto* mission = set.of<MissionSet>().find(id);
        if (mission == nullptr || mission->deleted_at) return std::nullopt;
        return MissionLink::Found{mission->fleet_id, mission->vehicle_id};
      },
      .need_vehicle = [](WorkingSet& set, const std::string& vehicle) { set.of<MissionSet>().need_vehicle(vehicle); },
      .mission_in = [](WorkingSet& set, const std::string& vehicle) -> std::optional<MissionId> {
        const auto occupant = set.of<MissionSet>().occupant(vehicle, {});
        return occupant ? std::optional(occupant->id) : std::nullopt;
      },
      .pause = [](const MissionId& id, std::string reason) { return pause_for_safety(id, std::move(reason)); },
      .fail = [](const MissionId& id, std::string reason) { return fail_mission(id, {.reason = std::move(reason)}); }};
  return link;
}

}  // namespace mms::missions
