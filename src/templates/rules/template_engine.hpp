// The template engine: from a template and parameters to the bodies of missions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "templates/rules/template.hpp"
#include "vocabulary/json.hpp"
#include "vocabulary/problem.hpp"

namespace mms::templates {

// What is wrong with a mission's body, by pointers into it: the reader of POST /missions, which this room may not name.
// service/assemble.cpp hands it in.
using MissionCheck = std::vector<vocabulary::FieldError> (*)(std::string_view body);

// What is wrong with parameters, mission and missions of a template, by pointers into it. Each mission is tried with
// its defaults, or with values of the right types: what depends on a value that is not known yet is not held against
// it.
std::vector<vocabulary::FieldError> check_definition(const Template& t, MissionCheck check);

// The parameters with the defaults of what is absent, all checked.
// Refuses: invalid_parameters, with every bad one; pointers begin with /parameters.
vocabulary::Result<Raw> fill_parameters(const Template& t, const Raw& given);

// The body with the parameters put in; `overrides` (an object, or empty) replace its own members.
// Refuses: invalid_parameters when it grows beyond 256 KiB or too deep.
vocabulary::Result<std::string> expand(const Raw& mission, const Raw& parameters, const Raw& overrides);

// The missions that it would make: one of the key "mission", or those of a plan.
struct MadeMission {
  std::string key;
  Raw mission;
  std::vector<StepEdge> depends_on;
};
BOOST_DESCRIBE_STRUCT(MadeMission, (), (key, mission, depends_on))
// Refuses: invalid_parameters, with what is wrong with each mission that comes out.
vocabulary::Result<std::vector<MadeMission>> make_all(const Template& t, const Raw& filled, MissionCheck check);

}  // namespace mms::templates
