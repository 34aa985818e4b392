// A plan: several missions that were created together from one template, and which step each of them is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "missions/rules/mission.hpp"
#include "vocabulary/event.hpp"
#include "vocabulary/fields.hpp"

namespace mms::missions {

struct PlanMember {
  std::string key;
  MissionId mission_id;
  bool operator==(const PlanMember&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlanMember, (), (key, mission_id))

// Its stored fields: they never change.
struct Plan {
  PlanId id;
  std::string fleet_id;
  std::string name;
  TemplateId template_id;
  int template_version = 0;
  Raw parameters;
  std::vector<PlanMember> missions;
  Time created_at;
  std::string created_by;
  std::int64_t version = 0;
  bool operator==(const Plan&) const = default;
};
BOOST_DESCRIBE_STRUCT(
    Plan,
    (),
    (id, fleet_id, name, template_id, template_version, parameters, missions, created_at, created_by, version))

struct PlanCreated {
  static constexpr std::string_view kType = "plan.created";
  Plan plan;
};
BOOST_DESCRIBE_STRUCT(PlanCreated, (), (plan))
// Throws std::runtime_error for a type or data that this binary does not know.
Plan plan_from(const vocabulary::Event& event);

// Which vehicle drives the mission of a step.
struct PlanVehicle {
  vocabulary::Identifier key;
  vocabulary::Identifier vehicle_id;
};
BOOST_DESCRIBE_STRUCT(PlanVehicle, (), (key, vehicle_id))

struct CreatePlan {
  std::optional<PlanId> id;
  vocabulary::Identifier fleet_id;
  TemplateId template_id;
  std::optional<vocabulary::Between<1, 1000000000>> template_version;  // absent: the newest
  std::optional<vocabulary::Text<1, 200>> name;                        // absent: the template's
  Raw parameters;
  vocabulary::List<PlanVehicle, 200> vehicles;
};
BOOST_DESCRIBE_STRUCT(CreatePlan, (), (id, fleet_id, template_id, template_version, name, parameters, vehicles))

// A mission of a plan as it is now.
struct PlanMissionView {
  std::string key;
  MissionId mission_id;
  std::string name;
  std::optional<std::string> vehicle_id;
  MissionStatus status = MissionStatus::pending;
  std::optional<std::string> status_reason;
  bool blocked = false;
  double progress = 0;
  std::optional<MissionOutcome> outcome;
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
  std::optional<Time> deleted_at;
};
BOOST_DESCRIBE_STRUCT(PlanMissionView,
                      (),
                      (key,
                       mission_id,
                       name,
                       vehicle_id,
                       status,
                       status_reason,
                       blocked,
                       progress,
                       outcome,
                       started_at,
                       ended_at,
                       deleted_at))

// What GET and POST answer: the plan, and its missions as they are now.
struct PlanView {
  PlanId id;
  std::string fleet_id;
  std::string name;
  TemplateId template_id;
  int template_version = 0;
  Raw parameters;
  std::vector<PlanMissionView> missions;
  Time created_at;
  std::string created_by;
};
BOOST_DESCRIBE_STRUCT(PlanView,
                      (),
                      (id, fleet_id, name, template_id, template_version, parameters, missions, created_at, created_by))
// `missions` in the order of the plan's members; null for one that is gone.
PlanView view_of(const Plan& plan, const std::vector<const Mission*>& missions);

}  // namespace mms::missions
