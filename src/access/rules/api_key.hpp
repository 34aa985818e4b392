// API keys: their text, what may be asked for, and what one is good for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/rules/grants.hpp"
#include "vocabulary/caller.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/problem.hpp"
#include "vocabulary/time.hpp"

namespace mms::access {

// mms_<32 hex digits of the id>_<43 characters of base64url: 32 random bytes>
inline constexpr std::string_view kKeyPrefix = "mms_";
std::string key_text(const vocabulary::Uuid& id, std::string_view secret);
// The id in a text of that form; nothing for any other. Says nothing about the secret.
std::optional<vocabulary::Uuid> key_id_of(std::string_view text);

struct CreateApiKey {
  vocabulary::Text<1, 100> name;
  vocabulary::Or<vocabulary::CallerKind::service> kind;
  std::optional<vocabulary::Identifier> vehicle_id;  // for kind vehicle: the vehicle that it speaks for
  vocabulary::List<GrantClaim, kMaxGrants> grants;
  std::optional<vocabulary::Time> expires_at;
};
BOOST_DESCRIBE_STRUCT(CreateApiKey, (), (name, kind, vehicle_id, grants, expires_at))

// What everyone who manages keys may see of one.
struct ApiKey {
  vocabulary::Uuid id;
  std::string name;
  vocabulary::CallerKind kind = vocabulary::CallerKind::service;
  std::optional<std::string> vehicle_id;
  std::vector<GrantClaim> grants;
  vocabulary::Time created_at;
  std::string created_by;
  std::optional<vocabulary::Time> expires_at;
  std::optional<vocabulary::Time> last_used_at;
  std::optional<vocabulary::Time> revoked_at;
  std::optional<std::string> key;  // its text, only in the answer that makes it
};
BOOST_DESCRIBE_STRUCT(
    ApiKey, (), (id, name, kind, vehicle_id, grants, created_at, created_by, expires_at, last_used_at, revoked_at, key))

// Who makes it, when, and under which id.
struct Making {
  vocabulary::Uuid id;
  std::string_view created_by;
  vocabulary::Time now;
};
// Refuses: invalid_fields, with every bad field.
vocabulary::Result<ApiKey> make_api_key(const CreateApiKey& wish, const Making& making);

// The caller that a key stands for: "key:<id>", or the vehicle.
vocabulary::Caller caller_of(const ApiKey& key);

// Neither revoked nor expired. Refuses: unauthenticated.
vocabulary::Result<void> is_good(const ApiKey& key, vocabulary::Time now);

// May make, see and revoke a key with these grants: holds keys:manage wherever they reach. Never a
// vehicle.
bool manages(const vocabulary::Caller& caller, const std::vector<GrantClaim>& grants);

// Can make further keys for everything: what the first key must be able to do.
bool opens_every_door(const ApiKey& key);

}  // namespace mms::access
