// Claims to grants and back.
#include "access/rules/grants.hpp"

#include <algorithm>

namespace mms::access {
namespace {

namespace json = vocabulary::json;

constexpr std::string_view kEveryFleet = "*";

bool is_identifier_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == ':' || c == '-';
}

std::optional<std::string> text_of(const std::optional<vocabulary::Uuid>& id) {
  return id ? std::optional(to_text(*id)) : std::nullopt;
}
std::optional<vocabulary::Uuid> id_of(const std::optional<std::string>& text) {
  return text ? vocabulary::uuid_from_text(*text) : std::nullopt;
}

void check(json::Reading& in, vocabulary::CallerKind kind, const GrantClaim& claim) {
  if (claim.fleet_id != kEveryFleet && !is_identifier(claim.fleet_id)) {
    const json::Reading::Step step(in, "fleet_id");
    in.error("bad_identifier", "must be * (every fleet) or 1 to 64 characters from A-Z a-z 0-9 . _ : -");
  }
  if (claim.role == vocabulary::Role::vehicle && kind != vocabulary::CallerKind::vehicle) {
    const json::Reading::Step step(in, "role");
    in.error("wrong_kind", "the role vehicle is for callers of kind vehicle");
  }
}

vocabulary::Grant grant_of(const GrantClaim& claim) {
  return {.role = claim.role,
          .fleet_id = claim.fleet_id == kEveryFleet ? std::nullopt : std::optional(claim.fleet_id),
          .mission_id = text_of(claim.mission_id),
          .template_id = text_of(claim.template_id)};
}

}  // namespace

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_identifier_character);
}

bool is_reserved_name(std::string_view name) {
  return name.starts_with("key:") || name.starts_with("service:") || name == "anonymous" || name == "local";
}

std::vector<vocabulary::Grant> grants_of(const std::vector<GrantClaim>& claims) {
  std::vector<vocabulary::Grant> grants;
  grants.reserve(claims.size());
  for (const auto& claim : claims) grants.push_back(grant_of(claim));
  return grants;
}

std::vector<vocabulary::Grant> read_grants(json::Reading& in,
                                           vocabulary::CallerKind kind,
                                           const std::vector<GrantClaim>& claims) {
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const json::Reading::Step step(in, i);
    check(in, kind, claims[i]);
  }
  return grants_of(claims);
}

std::vector<GrantClaim> claims_of(const std::vector<vocabulary::Grant>& grants) {
  std::vector<GrantClaim> claims;
  claims.reserve(grants.size());
  for (const auto& grant : grants) {
    claims.push_back({.role = grant.role,
                      .fleet_id = grant.fleet_id.value_or(std::string(kEveryFleet)),
                      .mission_id = id_of(grant.mission_id),
                      .template_id = id_of(grant.template_id)});
  }
  return claims;
}

}  // namespace mms::access
