// Grants as they are written in tokens, in API keys and in the answer of /me.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vocabulary/caller.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::access {

struct GrantClaim {
  vocabulary::Role role{};
  std::string fleet_id;  // "*": every fleet
  std::optional<vocabulary::Uuid> mission_id;
  std::optional<vocabulary::Uuid> template_id;
  bool operator==(const GrantClaim&) const = default;
};
BOOST_DESCRIBE_STRUCT(GrantClaim, (), (role, fleet_id, mission_id, template_id))

inline constexpr std::size_t kMaxGrants = 100;

// Names at `in`, by pointer, fleets that are neither "*" nor an identifier, and the role vehicle for what is no
// vehicle.
std::vector<vocabulary::Grant> read_grants(vocabulary::json::Reading& in,
                                           vocabulary::CallerKind kind,
                                           const std::vector<GrantClaim>& claims);
std::vector<GrantClaim> claims_of(const std::vector<vocabulary::Grant>& grants);
// For claims that passed read_grants.
std::vector<vocabulary::Grant> grants_of(const std::vector<GrantClaim>& claims);

// 1 to 64 of A-Z a-z 0-9 . _ : -
bool is_identifier(std::string_view text);

// Names that this house gives to callers itself; nobody else may go by them.
bool is_reserved_name(std::string_view name);

}  // namespace mms::access
