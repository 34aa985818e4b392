// The table of plans.
#pragma once

#include <memory>
#include <vector>

#include "database/database.hpp"
#include "lanes/part.hpp"
#include "missions/rules/plan.hpp"

namespace mms::missions {

// The plans' share of the working set.
std::unique_ptr<lanes::Part> plan_part(lanes::WorkingSet& set);

// One plan by id: fleet_id, template_id, body.
database::Query find_plan(const PlanId& id);
// The bodies of its missions, deleted ones too.
database::Query missions_of_plan(const PlanId& id);

// For replay: stored bodies in the order of their ids, and writing rows anew.
database::Query plan_bodies(const PlanId& after, std::int64_t limit);
database::Query upsert_plans(const std::vector<Plan>& plans);

}  // namespace mms::missions
