// Grants against targets.
#include "access/rules/scope.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mms::access {
namespace {

using vocabulary::Caller;
using vocabulary::CallerKind;
using vocabulary::Grant;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
using vocabulary::Role;

bool names(const std::optional<vocabulary::Uuid>& id, const std::string& text) {
  return id && to_text(*id) == text;
}

bool reaches(const Grant& grant, const Target& target) {
  if (grant.fleet_id && *grant.fleet_id != target.fleet_id) return false;
  if (grant.mission_id && !names(target.mission_id, *grant.mission_id)) return false;
  return !grant.template_id || names(target.template_id, *grant.template_id);
}

bool is_bound_to_vehicle(const Caller& caller, const Grant& grant) {
  return caller.kind == CallerKind::vehicle || grant.role == Role::vehicle;
}

bool is_assigned(const Caller& caller, const Target& target) {
  return caller.kind == CallerKind::vehicle && !target.vehicle_id.empty() && target.vehicle_id == caller.id;
}

std::unexpected<vocabulary::Problem> forbidden(Permission permission, std::string_view where) {
  const auto name = to_text(permission);
  return vocabulary::refuse(ProblemKind::forbidden, fmt::format("this needs the permission {}{}", name, where),
                            fmt::format("\"permission\":\"{}\"", name));
}

}  // namespace

std::unexpected<vocabulary::Problem> not_found(std::string_view noun) {
  return vocabulary::refuse(ProblemKind::not_found, fmt::format("there is no {} of this id", noun));
}

bool holds(const Caller& caller, Permission permission, const Target& target) {
  return std::ranges::any_of(caller.grants, [&](const Grant& grant) {
    return vocabulary::grants(grant.role, permission) && reaches(grant, target) &&
           (!is_bound_to_vehicle(caller, grant) || is_assigned(caller, target));
  });
}

Result<void> may_read(const Caller& caller, Permission read, const Target& target) {
  if (holds(caller, read, target)) return {};
  return not_found(target.noun);
}

Result<void> may_act(const Caller& caller, Permission act, Permission read, const Target& target) {
  if (holds(caller, act, target)) return {};
  if (!holds(caller, read, target)) return not_found(target.noun);
  return forbidden(act, fmt::format(" on this {}", target.noun));
}

Result<void> may_create(const Caller& caller, Permission act, const Target& target) {
  if (holds(caller, act, target)) return {};
  return forbidden(act, " on that fleet");
}

Result<void> may_somewhere(const Caller& caller, Permission permission) {
  if (caller.may_somewhere(permission)) return {};
  return forbidden(permission, ", which this caller holds on no fleet; GET /me shows what it holds");
}

Visible visible_to(const Caller& caller, Permission read) {
  Visible visible{.fleets = caller.fleets_with(read), .vehicle_id = {}};
  if (caller.kind == CallerKind::vehicle) visible.vehicle_id = caller.id;
  return visible;
}

}  // namespace mms::access
