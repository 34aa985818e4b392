// Who asks, and what they may do, per fleet.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vocabulary/describe.hpp"

namespace mms::vocabulary {

// The wire spells each with a colon: missions_read is "missions:read".
enum class Permission {
  none,        // open to everyone: health, metrics, the API's own description
  any_caller,  // every authenticated caller
  templates_read,
  templates_write,
  missions_read,
  missions_write,
  missions_execute,
  missions_report,
  logs_write,
  metrics_read,
  metrics_write,
  safety_read,
  safety_write,
  safety_resolve,
  trips_read,
  trips_write,
  trips_execute,
  trips_personal_data,
  tracking_write,
  routes_use,
  traffic_write,
  events_read,
  events_replay,
  audit_read,
  webhooks_manage,
  keys_manage,
};

enum class Role { viewer, operator_, planner, safety_officer, vehicle, auditor, admin };
enum class CallerKind { person, service, vehicle };
BOOST_DESCRIBE_ENUM(Role, viewer, operator_, planner, safety_officer, vehicle, auditor, admin)
BOOST_DESCRIBE_ENUM(CallerKind, person, service, vehicle)

std::string to_text(Permission permission);
std::string_view to_text(Role role);
std::optional<Role> role_from_text(std::string_view text);
std::string_view to_text(CallerKind kind);

// One table, from api.md "Who may do what".
bool grants(Role role, Permission permission);

// A role on one fleet, or on every fleet when `fleet_id` is absent; narrowed to one mission or template when those are
// set.
struct Grant {
  Role role{};
  std::optional<std::string> fleet_id;
  std::optional<std::string> mission_id;
  std::optional<std::string> template_id;
  bool operator==(const Grant&) const = default;
};

struct Caller {
  std::string id;
  CallerKind kind = CallerKind::service;
  std::vector<Grant> grants;

  // Holds the permission on at least one fleet: what the guard asks before anything is loaded.
  bool may_somewhere(Permission permission) const;
  // Holds it on this fleet (by a grant that is not narrowed to one mission or template).
  bool may(Permission permission, std::string_view fleet_id) const;
  // The fleets on which the permission is held, sorted, each once; absent means every fleet.
  std::optional<std::vector<std::string>> fleets_with(Permission permission) const;
};

// The one who runs the house itself: timers, follow-ups.
Caller service_caller(std::string_view part);

}  // namespace mms::vocabulary
