// Who may see, use and change a template: those of its fleet; one of every fleet is seen by all and changed by those
// who hold the permission on every fleet.
#pragma once

#include <optional>
#include <string>

#include "templates/rules/template.hpp"
#include "vocabulary/caller.hpp"
#include "vocabulary/problem.hpp"

namespace mms::templates {

// What is asked about. Lifetime: the views hold for the call.
struct TemplateTarget {
  std::string_view fleet;  // or kEveryFleet
  TemplateId id;
};

bool is_readable(const vocabulary::Caller& caller, const TemplateTarget& target);
// Refuses: not_found.
vocabulary::Result<void> may_read(const vocabulary::Caller& caller, const TemplateTarget& target);
// Refuses: not_found, forbidden.
vocabulary::Result<void> may_write(const vocabulary::Caller& caller, const TemplateTarget& target);
// Refuses: forbidden.
vocabulary::Result<void> may_create(const vocabulary::Caller& caller, const TemplateTarget& target);

// The fleets whose templates a list shows, kEveryFleet among them; absent: all.
std::optional<std::vector<std::string>> visible_fleets(const vocabulary::Caller& caller);

}  // namespace mms::templates
