// The table of roles and the questions asked of a caller.
#include "vocabulary/caller.hpp"

#include <algorithm>
#include <array>

namespace mms::vocabulary {
namespace {

// In the order of the enum, spelled as on the wire.
constexpr std::array<std::string_view, 26> kPermissions{"none",
                                                        "any",
                                                        "templates:read",
                                                        "templates:write",
                                                        "missions:read",
                                                        "missions:write",
                                                        "missions:execute",
                                                        "missions:report",
                                                        "logs:write",
                                                        "metrics:read",
                                                        "metrics:write",
                                                        "safety:read",
                                                        "safety:write",
                                                        "safety:resolve",
                                                        "trips:read",
                                                        "trips:write",
                                                        "trips:execute",
                                                        "trips:personal_data",
                                                        "tracking:write",
                                                        "routes:use",
                                                        "traffic:write",
                                                        "events:read",
                                                        "events:replay",
                                                        "audit:read",
                                                        "webhooks:manage",
                                                        "keys:manage"};

constexpr std::array<std::string_view, 7> kRoles{"viewer",  "operator", "planner", "safety_officer",
                                                 "vehicle", "auditor",  "admin"};

bool viewer_may(Permission p) {
  using enum Permission;
  switch (p) {
    case templates_read:
    case missions_read:
    case metrics_read:
    case safety_read:
    case trips_read:
      return true;
    default:
      return false;
  }
}

bool any_of(Permission p, std::initializer_list<Permission> set) {
  return std::ranges::find(set, p) != set.end();
}

}  // namespace

std::string to_text(Permission permission) {
  return std::string(kPermissions[static_cast<std::size_t>(permission)]);
}

std::string_view to_text(Role role) {
  return kRoles[static_cast<std::size_t>(role)];
}

std::optional<Role> role_from_text(std::string_view text) {
  const auto* at = std::ranges::find(kRoles, text);
  if (at == kRoles.end()) return std::nullopt;
  return static_cast<Role>(at - kRoles.begin());
}

std::string_view to_text(CallerKind kind) {
  switch (kind) {
    case CallerKind::person:
      return "person";
    case CallerKind::service:
      return "service";
    case CallerKind::vehicle:
      return "vehicle";
  }
  return "service";
}

bool grants(Role role, Permission p) {
  using enum Permission;
  if (p == none || p == any_caller) return true;
  switch (role) {
    case Role::viewer:
      return viewer_may(p);
    case Role::operator_:
      return viewer_may(p) || any_of(p, {missions_execute, missions_report, trips_execute, trips_write, safety_write,
                                         tracking_write, logs_write, metrics_write, routes_use});
    case Role::planner:
      return viewer_may(p) || any_of(p, {templates_write, missions_write, trips_write, routes_use, traffic_write});
    case Role::safety_officer:
      return viewer_may(p) || any_of(p, {safety_write, safety_resolve, missions_execute, logs_write});
    case Role::vehicle:
      return any_of(p, {tracking_write, missions_report, logs_write, metrics_write, safety_write});
    case Role::auditor:
      return viewer_may(p) || any_of(p, {audit_read, events_read});
    case Role::admin:
      return true;
  }
  return false;
}

bool Caller::may_somewhere(Permission permission) const {
  if (permission == Permission::none || permission == Permission::any_caller) return true;
  return std::ranges::any_of(grants, [&](const Grant& g) { return vocabulary::grants(g.role, permission); });
}

bool Caller::may(Permission permission, std::string_view fleet_id) const {
  if (permission == Permission::none || permission == Permission::any_caller) return true;
  return std::ranges::any_of(grants, [&](const Grant& g) {
    return vocabulary::grants(g.role, permission) && (!g.fleet_id || *g.fleet_id == fleet_id) && !g.mission_id &&
           !g.template_id;
  });
}

std::optional<std::vector<std::string>> Caller::fleets_with(Permission permission) const {
  std::vector<std::string> fleets;
  for (const auto& g : grants) {
    if (!vocabulary::grants(g.role, permission) || g.mission_id || g.template_id) continue;
    if (!g.fleet_id) return std::nullopt;
    fleets.push_back(*g.fleet_id);
  }
  std::ranges::sort(fleets);
  const auto twice = std::ranges::unique(fleets);
  fleets.erase(twice.begin(), twice.end());
  return fleets;
}

Caller service_caller(std::string_view part) {
  return Caller{.id = "service:" + std::string(part),
                .kind = CallerKind::service,
                .grants = {Grant{.role = Role::admin, .fleet_id = {}, .mission_id = {}, .template_id = {}}}};
}

}  // namespace mms::vocabulary
