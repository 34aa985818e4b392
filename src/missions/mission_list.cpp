// Orders and filters of GET /missions.
#include "missions/mission_list.hpp"

#include "missions/rules/mission.hpp"

namespace mms::missions {
namespace {

using endpoints::ColumnKind;

std::optional<std::string> status_value(std::string_view text) {
  const auto status = vocabulary::from_name<MissionStatus>(text);
  return status ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> priority_rank(std::string_view text) {
  const auto priority = vocabulary::from_name<Priority>(text);
  return priority ? std::optional(std::to_string(static_cast<int>(*priority))) : std::nullopt;
}

// Composed before main, so that the drivers see every statement.
const endpoints::ListTable table({
    .table = "missions",
    .sorts = {{"created_at", ColumnKind::time},
              {"updated_at", ColumnKind::time},
              {"priority", ColumnKind::number},
              {"name", ColumnKind::text},
              {"scheduled_start", ColumnKind::time, true},
              {"deadline", ColumnKind::time, true}},
    .filters = {{.name = "fleet_id", .leads = true},
                {.name = "status",
                 .translate = status_value,
                 .expects = "must be one of pending, ready, running, paused, completed, failed, cancelled",
                 .leads = true},
                {.name = "vehicle_id", .leads = true},
                {.name = "type"},
                {.name = "priority",
                 .kind = ColumnKind::number,
                 .translate = priority_rank,
                 .expects = "must be one of low, normal, high, urgent, emergency"},
                {.name = "name"},
                {.name = "template_id", .kind = ColumnKind::uuid},
                {.name = "plan_id", .kind = ColumnKind::uuid}},
    .has_deleted = true,
});

}  // namespace

const endpoints::ListTable& mission_list() {
  return table;
}

}  // namespace mms::missions
