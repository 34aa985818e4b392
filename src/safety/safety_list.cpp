// Orders and filters of GET /safety-events.
#include "safety/safety_list.hpp"

#include "safety/rules/safety_event.hpp"

namespace mms::safety {
namespace {

using endpoints::ColumnKind;

template <class E>
std::optional<std::string> name_in(std::string_view text) {
  return vocabulary::from_name<E>(text) ? std::optional(std::string(text)) : std::nullopt;
}

// Composed before main, so that the drivers see every statement.
const endpoints::ListTable table({
    .table = "safety_events",
    .sorts = {{"created_at", ColumnKind::time}, {"updated_at", ColumnKind::time}, {"occurred_at", ColumnKind::time}},
    .filters = {{.name = "fleet_id", .leads = true},
                {.name = "mission_id", .kind = ColumnKind::uuid, .leads = true},
                {.name = "vehicle_id"},
                {.name = "type",
                 .translate = name_in<SafetyEventType>,
                 .expects = "must be one of speed, zone, battery, deviation, heartbeat, capability, environment, "
                            "command_timeout, collision, obstacle, fault, intrusion, other"},
                {.name = "severity",
                 .translate = name_in<Severity>,
                 .expects = "must be one of info, warning, error, critical"},
                {.name = "status",
                 .translate = name_in<SafetyEventStatus>,
                 .expects = "must be one of open, acknowledged, resolved"},
                {.name = "source",
                 .translate = name_in<SafetyEventSource>,
                 .expects = "must be one of operator, vehicle, monitor"},
                {.name = "trip_id", .kind = ColumnKind::uuid}},
});

}  // namespace

const endpoints::ListTable& safety_list() {
  return table;
}

}  // namespace mms::safety
