// What clients send: bodies of the template endpoints, with their limits.
#pragma once

#include <optional>
#include <string>

#include "templates/rules/template.hpp"
#include "vocabulary/fields.hpp"

namespace mms::templates {

using vocabulary::Between;
using vocabulary::Change;
using vocabulary::Identifier;
using vocabulary::List;
using vocabulary::Or;
using vocabulary::Replace;
using vocabulary::Text;

inline constexpr std::size_t kMostSteps = 200;

struct StepEdgeWish {
  Identifier key;
  Or<EdgeType::finish_to_start> type;
  std::optional<EdgeCondition> condition;
  Or<Between<0.0, 31536000.0>{0.0}> lag_s;
};
BOOST_DESCRIBE_STRUCT(StepEdgeWish, (), (key, type, condition, lag_s))

struct PlanStepWish {
  Identifier key;
  Raw mission;
  List<StepEdgeWish, 100> depends_on;
};
BOOST_DESCRIBE_STRUCT(PlanStepWish, (), (key, mission, depends_on))

// Exactly one of `mission` and `missions`. Without fleet_id it is every fleet's.
struct CreateTemplate {
  std::optional<TemplateId> id;
  std::optional<Identifier> fleet_id;
  Text<1, 200> name;
  std::optional<Text<0, 2000>> description;
  Raw parameters;
  Raw mission;
  std::optional<List<PlanStepWish, kMostSteps>> missions;
};
BOOST_DESCRIBE_STRUCT(CreateTemplate, (), (id, fleet_id, name, description, parameters, mission, missions))

// A merging update: absent keeps, null clears, lists replace. `mission` takes the place of `missions` and the other way
// round.
struct UpdateTemplate {
  Replace<Text<1, 200>> name;
  Change<Text<0, 2000>> description;
  Change<Raw> parameters;
  Replace<Raw> mission;
  Replace<List<PlanStepWish, kMostSteps>> missions;
};
BOOST_DESCRIBE_STRUCT(UpdateTemplate, (), (name, description, parameters, mission, missions))

struct ArchiveTemplate {};
BOOST_DESCRIBE_STRUCT(ArchiveTemplate, (), ())

struct PreviewTemplate {
  std::optional<Between<1, 1000000000>> template_version;  // absent: the newest
  Raw parameters;
};
BOOST_DESCRIBE_STRUCT(PreviewTemplate, (), (template_version, parameters))

}  // namespace mms::templates
