// Missions that are made: written out, or from a template.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lanes/rules/command.hpp"
#include "missions/rules/mission_input.hpp"
#include "missions/rules/mission_rules.hpp"
#include "templates/rules/template.hpp"

namespace mms::missions {

// Which template, for which fleet, with what.
struct TemplateUse {
  TemplateId template_id;
  std::optional<std::int64_t> version;  // absent: the newest
  std::string fleet_id;
  Raw parameters;
};
void need_template(lanes::WorkingSet& set, const TemplateUse& use);
// The version to use. The same words for a template that is not there and for one that the caller may not read.
// Refuses: invalid_fields (no such template or version, of another fleet), wrong_state (archived).
Result<const templates::Template*> find_usable(lanes::WorkingSet& set,
                                               const vocabulary::Caller& caller,
                                               const TemplateUse& use);

// What a mission made from a template keeps of it.
struct Origin {
  TemplateId template_id;
  int template_version = 0;
  Raw parameters;  // with their defaults
  std::optional<PlanId> plan_id;
};
// The input that a template's mission becomes, with `overrides` (an object) in the place of its own fields; `fleet_id`
// stands among them. Refuses: invalid_parameters, when what comes out is no good mission.
Result<CreateMission> input_from_template(const Raw& mission, const Raw& parameters, const Raw& overrides);
void set_origin(Mission& mission, const Origin& origin);

// Notes that it was created, its timers, and puts it into the working set.
void put_new(lanes::WorkingSet& set, lanes::Journal& journal, Mission mission);

// What is wrong with the body of a mission inside a template: the same reader as for POST /missions. Fields that the
// use of a template brings (id, fleet_id, parameters, …) are refused.
std::vector<vocabulary::FieldError> check_mission_body(std::string_view body);

}  // namespace mms::missions
