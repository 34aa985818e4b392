// The command that makes a plan, and the seam where its dependencies are made.
#pragma once

#include <string>
#include <vector>

#include "missions/rules/mission_commands.hpp"
#include "missions/rules/plan.hpp"
#include "templates/rules/template.hpp"

namespace mms::missions {

// Of a new plan: its id, the body's hash when the client chose it, and a fresh id from which those of its missions are
// made.
struct NewPlan {
  PlanId id;
  bool chosen = false;
  std::string body_hash;
  vocabulary::Uuid seed;
};
// Makes all its missions or nothing.
CommandPtr create_plan(CreatePlan input, NewPlan id);

// The id of the mission of a step: of the seed's millisecond, its other bits mixed from the seed and the step's place.
MissionId id_of_step(const vocabulary::Uuid& seed, std::size_t place);

// THE SEAM where the edges of a plan are made. The keys of the template are known to exist and to go in no circle.
// `successor` waits for `predecessor` as `edge` says; both are missions of this plan, of one fleet, pending or ready.
struct PlanEdge {
  MissionId successor;
  MissionId predecessor;
  templates::StepEdge edge;
};
// Asked before anything of the plan is made. Refuses: not_available_yet, until make_edges makes them.
Result<void> check_edges(const std::vector<PlanEdge>& edges);
// All missions of the plan are in the working set, and their events recorded; it can refuse nothing.
void make_edges(lanes::WorkingSet& set, lanes::Journal& journal, const std::vector<PlanEdge>& edges);

}  // namespace mms::missions
