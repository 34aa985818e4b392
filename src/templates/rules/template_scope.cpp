// Scope of templates, by the rules of access.
#include "templates/rules/template_scope.hpp"

#include <algorithm>

#include "access/rules/scope.hpp"

namespace mms::templates {
namespace {

using vocabulary::Permission;

// Of a template of every fleet the fleet is nobody's: only grants for every fleet reach it.
access::Target target_on(std::string_view fleet, const TemplateTarget& target) {
  return {.noun = "template",
          .fleet_id = fleet == kEveryFleet ? std::string_view() : fleet,
          .vehicle_id = {},
          .mission_id = {},
          .template_id = target.id.uuid};
}

}  // namespace

bool is_readable(const vocabulary::Caller& caller, const TemplateTarget& target) {
  if (access::holds(caller, Permission::templates_read, target_on(target.fleet, target))) return true;
  if (target.fleet != kEveryFleet) return false;
  return std::ranges::any_of(caller.grants, [&](const vocabulary::Grant& grant) {
    return grant.fleet_id && access::holds(caller, Permission::templates_read, target_on(*grant.fleet_id, target));
  });
}

vocabulary::Result<void> may_read(const vocabulary::Caller& caller, const TemplateTarget& target) {
  if (is_readable(caller, target)) return {};
  return access::not_found("template");
}

vocabulary::Result<void> may_write(const vocabulary::Caller& caller, const TemplateTarget& target) {
  if (!is_readable(caller, target)) return access::not_found("template");
  return may_create(caller, target);
}

vocabulary::Result<void> may_create(const vocabulary::Caller& caller, const TemplateTarget& target) {
  auto may = access::may_create(caller, Permission::templates_write, target_on(target.fleet, target));
  if (!may && target.fleet == kEveryFleet) {
    may.error().detail =
        "a template without fleet_id is every fleet's: this needs the permission templates:write on every fleet";
  }
  return may;
}

std::optional<std::vector<std::string>> visible_fleets(const vocabulary::Caller& caller) {
  auto fleets = access::visible_to(caller, Permission::templates_read).fleets;
  if (caller.kind == vocabulary::CallerKind::vehicle) return std::vector<std::string>{};
  if (fleets && !fleets->empty()) fleets->emplace_back(kEveryFleet);
  return fleets;
}

}  // namespace mms::templates
