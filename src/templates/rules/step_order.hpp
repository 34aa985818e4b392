// The steps of a plan and what they wait for: keys that exist, and no circle.
#pragma once

#include <vector>

#include "templates/rules/template.hpp"
#include "vocabulary/problem.hpp"

namespace mms::templates {

// Adds what is wrong: keys that are there twice, edges to keys that are not, the same edge twice, and one circle with
// all its keys.
void check_steps(const std::vector<PlanStep>& steps, std::vector<vocabulary::FieldError>& errors);

}  // namespace mms::templates
