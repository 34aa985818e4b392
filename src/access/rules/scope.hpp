// Where a caller's permissions reach: the first question a feature asks of the row that it loaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vocabulary/caller.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/problem.hpp"

namespace mms::access {

// What is asked about. Lifetime: the views hold for the call.
struct Target {
  std::string_view noun;  // "mission": for the words of not_found
  std::string_view fleet_id;
  std::string_view vehicle_id = {};  // to which it is assigned; empty: to none
  std::optional<vocabulary::Uuid> mission_id = {};
  std::optional<vocabulary::Uuid> template_id = {};
};

// The answer for what is not there and for what the caller may not know of: the same words for both, so use it for
// both.
std::unexpected<vocabulary::Problem> not_found(std::string_view noun);

// Holds the permission on the target: by a grant for its fleet (or every fleet), whose mission and template, when
// named, are the target's. A caller of kind vehicle, and the role vehicle, reach only what is assigned to that vehicle.
bool holds(const vocabulary::Caller& caller, vocabulary::Permission permission, const Target& target);

// Refuses: not_found.
vocabulary::Result<void> may_read(const vocabulary::Caller& caller, vocabulary::Permission read, const Target& target);
// Refuses: not_found where the caller may neither act nor read, forbidden (names `act`) where it may only read.
vocabulary::Result<void> may_act(const vocabulary::Caller& caller,
                                 vocabulary::Permission act,
                                 vocabulary::Permission read,
                                 const Target& target);
// For what does not exist yet: the fleet is the caller's own word, so that there is nothing to hide.
// Refuses: forbidden (names `act`).
vocabulary::Result<void> may_create(const vocabulary::Caller& caller, vocabulary::Permission act, const Target& target);
// Holds the permission somewhere: what the guard asks. Refuses: forbidden (names the permission).
vocabulary::Result<void> may_somewhere(const vocabulary::Caller& caller, vocabulary::Permission permission);

// What lists, streams and analytics may show. Grants for single missions or templates do not widen it: what they name
// is read by its id.
struct Visible {
  std::optional<std::vector<std::string>> fleets;  // absent: every fleet
  std::optional<std::string> vehicle_id;           // only what is assigned to it
  bool operator==(const Visible&) const = default;
};
Visible visible_to(const vocabulary::Caller& caller, vocabulary::Permission read);

}  // namespace mms::access
