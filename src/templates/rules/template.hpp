// A template's stored fields: exactly what GET answers, what events fold into, and what the table's body holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vocabulary/describe.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/json.hpp"
#include "vocabulary/time.hpp"

namespace mms::templates {

using vocabulary::TemplateId;
using vocabulary::Time;
using vocabulary::json::Raw;

BOOST_DEFINE_ENUM_CLASS(TemplateStatus, active, archived)
// As a mission's dependencies are.
BOOST_DEFINE_ENUM_CLASS(EdgeType, finish_to_start, start_to_start, finish_to_finish)
BOOST_DEFINE_ENUM_CLASS(EdgeCondition, success, failure, any)

// The mission of this step waits for that of another step of the plan.
struct StepEdge {
  std::string key;
  EdgeType type = EdgeType::finish_to_start;
  EdgeCondition condition = EdgeCondition::success;
  double lag_s = 0;
  bool operator==(const StepEdge&) const = default;
};
BOOST_DESCRIBE_STRUCT(StepEdge, (), (key, type, condition, lag_s))

// One mission of a plan.
struct PlanStep {
  std::string key;
  Raw mission;
  std::vector<StepEdge> depends_on;
  bool operator==(const PlanStep&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlanStep, (), (key, mission, depends_on))

// `mission` for a single one, `missions` for a plan.
struct Template {
  TemplateId id;
  std::optional<std::string> fleet_id;  // absent: every fleet may use it
  std::string name;
  std::optional<std::string> description;
  TemplateStatus status = TemplateStatus::active;
  Raw parameters;
  Raw mission;
  std::optional<std::vector<PlanStep>> missions;
  Time created_at;
  Time updated_at;
  std::string created_by;
  std::int64_t version = 0;
  bool operator==(const Template&) const = default;
};
BOOST_DESCRIBE_STRUCT(Template,
                      (),
                      (id,
                       fleet_id,
                       name,
                       description,
                       status,
                       parameters,
                       mission,
                       missions,
                       created_at,
                       updated_at,
                       created_by,
                       version))

// The fleet in tables and in the set of names: no fleet is called so.
inline constexpr std::string_view kEveryFleet = "*";
inline std::string_view fleet_of(const Template& t) {
  return t.fleet_id ? std::string_view(*t.fleet_id) : kEveryFleet;
}

}  // namespace mms::templates
