// A plan's event, and how it is shown.
#include "missions/rules/plan.hpp"

#include <stdexcept>

#include "vocabulary/json_read.hpp"

namespace mms::missions {

Plan plan_from(const vocabulary::Event& event) {
  if (event.type != PlanCreated::kType) throw std::runtime_error("unknown plan event type " + event.type);
  return vocabulary::json::from_stored<PlanCreated>(event.data).plan;
}

PlanView view_of(const Plan& plan, const std::vector<const Mission*>& missions) {
  PlanView view{.id = plan.id,
                .fleet_id = plan.fleet_id,
                .name = plan.name,
                .template_id = plan.template_id,
                .template_version = plan.template_version,
                .parameters = plan.parameters,
                .missions = {},
                .created_at = plan.created_at,
                .created_by = plan.created_by};
  for (std::size_t i = 0; i < plan.missions.size(); ++i) {
    if (missions[i] == nullptr) continue;
    const auto& m = *missions[i];
    view.missions.push_back({.key = plan.missions[i].key,
                             .mission_id = m.id,
                             .name = m.name,
                             .vehicle_id = m.vehicle_id,
                             .status = m.status,
                             .status_reason = m.status_reason,
                             .blocked = m.blocked,
                             .progress = m.progress,
                             .outcome = m.outcome,
                             .started_at = m.started_at,
                             .ended_at = m.ended_at,
                             .deleted_at = m.deleted_at});
  }
  return view;
}

}  // namespace mms::missions
