// Where missions and safety meet: what start and resume ask of safety, and what safety asks of missions.
#pragma once

#include <optional>
#include <vector>

#include "lanes/rules/working_set.hpp"
#include "missions/rules/mission.hpp"
#include "safety/rules/gate.hpp"
#include "safety/rules/mission_link.hpp"
#include "safety/rules/safety_event.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {

// Lifetime: the pointers hold for the batch.
struct SafetyFacts {
  safety::GateFacts gate;                            // its `now` is the decision's
  std::vector<const safety::SafetyEvent*> blocking;  // critical, not resolved, of the mission or its vehicle
};

// Everything that the gate of this mission will look at.
void need_safety(lanes::WorkingSet& set, const MissionId& id);
SafetyFacts safety_facts(const Mission& mission, lanes::WorkingSet& set);

// The outcome of the mission's requirements, for its event.
std::vector<safety::Checked> checked(const Mission& mission, const SafetyFacts& facts, Time now);

// Why it may not move, in words and as members of the problem.
struct SafetyRefusal {
  std::string detail;
  vocabulary::json::ObjectText members;
};
// A requirement that is not met. A mission without a vehicle is refused for that, not for what nobody can know.
std::optional<SafetyRefusal> unmet_requirements(const Mission& mission, const SafetyFacts& facts, Time now);
// A critical event that nobody resolved.
std::optional<SafetyRefusal> open_critical_events(const SafetyFacts& facts);

// What the room safety is handed: see safety/rules/mission_link.hpp.
const safety::MissionLink& mission_link();

}  // namespace mms::missions
