// The rules of API keys.
#include "access/rules/api_key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mms::access {
namespace {

namespace json = vocabulary::json;
using vocabulary::Caller;
using vocabulary::CallerKind;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kSecretSize = 43;
constexpr std::size_t kTextSize = kKeyPrefix.size() + kIdDigits + 1 + kSecretSize;

bool is_base64url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

void error_at(json::Reading& in, std::string_view member, std::string_view code, std::string detail) {
  const json::Reading::Step step(in, member);
  in.error(code, std::move(detail));
}

void check_name(json::Reading& in, const std::string& name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(name, is_control)) error_at(in, "name", "bad_text", "must have no control characters");
}

void check_vehicle(json::Reading& in, const CreateApiKey& wish) {
  const bool is_vehicle = wish.kind == CallerKind::vehicle;
  if (is_vehicle && !wish.vehicle_id) {
    error_at(in, "vehicle_id", "required", "a key of kind vehicle names the vehicle that it speaks for");
  }
  if (!is_vehicle && wish.vehicle_id) {
    error_at(in, "vehicle_id", "wrong_kind", "only a key of kind vehicle speaks for a vehicle");
  }
  if (wish.vehicle_id && is_reserved_name(*wish.vehicle_id)) {
    error_at(in, "vehicle_id", "reserved", "this service keeps that name for itself");
  }
}

void check_grants(json::Reading& in, const CreateApiKey& wish) {
  const json::Reading::Step step(in, "grants");
  if (wish.grants.empty()) in.error("required", "at least one grant, such as {\"role\":\"viewer\",\"fleet_id\":\"*\"}");
  read_grants(in, wish.kind, wish.grants);
}

}  // namespace

std::string key_text(const vocabulary::Uuid& id, std::string_view secret) {
  auto digits = to_text(id);
  std::erase(digits, '-');
  return fmt::format("{}{}_{}", kKeyPrefix, digits, secret);
}

std::optional<vocabulary::Uuid> key_id_of(std::string_view text) {
  if (text.size() != kTextSize || !text.starts_with(kKeyPrefix)) return std::nullopt;
  text.remove_prefix(kKeyPrefix.size());
  const auto digits = text.substr(0, kIdDigits);
  if (text[kIdDigits] != '_' || !std::ranges::all_of(digits, is_lower_hex) ||
      !std::ranges::all_of(text.substr(kIdDigits + 1), is_base64url)) {
    return std::nullopt;
  }
  return vocabulary::uuid_from_text(fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                                                digits.substr(12, 4), digits.substr(16, 4), digits.substr(20)));
}

Result<ApiKey> make_api_key(const CreateApiKey& wish, const Making& making) {
  json::Reading in(json::UnknownMembers::refuse);
  check_name(in, wish.name);
  check_vehicle(in, wish);
  check_grants(in, wish);
  if (wish.expires_at && *wish.expires_at <= making.now) {
    error_at(in, "expires_at", "in_the_past", "must be later than now");
  }
  if (!in.errors().empty()) {
    return std::unexpected(vocabulary::Problem{.kind = ProblemKind::invalid_fields,
                                               .detail = "this key cannot be made",
                                               .errors = in.take_errors(),
                                               .members = {},
                                               .internal = {}});
  }
  return ApiKey{.id = making.id,
                .name = wish.name,
                .kind = wish.kind,
                .vehicle_id = wish.vehicle_id,
                .grants = wish.grants,
                .created_at = making.now,
                .created_by = std::string(making.created_by),
                .expires_at = wish.expires_at,
                .last_used_at = {},
                .revoked_at = {},
                .key = {}};
}

Caller caller_of(const ApiKey& key) {
  const bool is_vehicle = key.kind == CallerKind::vehicle && key.vehicle_id;
  return {
      .id = is_vehicle ? *key.vehicle_id : "key:" + to_text(key.id), .kind = key.kind, .grants = grants_of(key.grants)};
}

Result<void> is_good(const ApiKey& key, vocabulary::Time now) {
  if (key.revoked_at) return vocabulary::refuse(ProblemKind::unauthenticated, "this API key was revoked");
  if (key.expires_at && now >= *key.expires_at) {
    return vocabulary::refuse(ProblemKind::unauthenticated,
                              fmt::format("this API key expired at {}", vocabulary::to_text(*key.expires_at)));
  }
  return {};
}

bool manages(const Caller& caller, const std::vector<GrantClaim>& grants) {
  if (caller.kind == CallerKind::vehicle) return false;
  const auto fleets = caller.fleets_with(Permission::keys_manage);
  if (!fleets) return true;
  return std::ranges::all_of(
      grants, [&](const GrantClaim& g) { return std::ranges::find(*fleets, g.fleet_id) != fleets->end(); });
}

bool opens_every_door(const ApiKey& key) {
  return key.kind != CallerKind::vehicle && !caller_of(key).fleets_with(Permission::keys_manage);
}

}  // namespace mms::access
