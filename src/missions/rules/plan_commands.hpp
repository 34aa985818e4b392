// The command that makes a plan, and the seam where its dependencies are made.
#pragma once

#include <string>
#include <vector>

#include "missions/rules/dependency.hpp"
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

// The edges of a plan, made as POST …/dependencies makes them. All its missions are in the working set, their events
// recorded; the keys of its template exist and go in no circle, so that nothing is refused.
struct PlanEdge {
  DependencyId id;
  MissionId successor;
  MissionId predecessor;
  templates::StepEdge edge;
};
void make_edges(lanes::WorkingSet& set, lanes::Journal& journal, const std::vector<PlanEdge>& edges);

}  // namespace mms::missions
