// Claims, checked one after another; the first that is wrong is named.
#include "access/rules/token_claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "access/rules/grants.hpp"

namespace mms::access {
namespace {

namespace json = vocabulary::json;
using vocabulary::CallerKind;
using vocabulary::Result;
using vocabulary::Time;

constexpr std::size_t kMaxRoles = 16;
constexpr double kLastSecond = 253402300799;  // of the year 9999

std::unexpected<vocabulary::Problem> refuse(std::string detail) {
  return vocabulary::refuse(vocabulary::ProblemKind::unauthenticated, std::move(detail));
}

struct CallerClaims {
  vocabulary::Text<1, 128> sub;
  vocabulary::Or<CallerKind::person> kind;
  vocabulary::List<vocabulary::Role, kMaxRoles> roles;
  vocabulary::List<std::string, kMaxGrants> fleet_ids;
};
BOOST_DESCRIBE_STRUCT(CallerClaims, (), (sub, kind, roles, fleet_ids))

std::string_view text_of(const json::Value& value) {
  return {value.get_string().data(), value.get_string().size()};
}

// A NumericDate; nothing when the claim is absent.
Result<std::optional<Time>> time_claim(const json::Object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr) return std::nullopt;
  const double seconds = value->is_number() ? value->to_number<double>() : -1;
  if (!(seconds >= 0 && seconds <= kLastSecond)) {
    return refuse(fmt::format("the token's \"{}\" must be a number of seconds since 1970", name));
  }
  return Time(vocabulary::seconds(seconds));
}

Result<Time> check_times(const json::Object& claims, vocabulary::Duration leeway, Time now) {
  TRY(expires, time_claim(claims, "exp"));
  TRY(begins, time_claim(claims, "nbf"));
  if (!expires) return refuse("the token has no \"exp\": tokens must expire");
  if (now >= *expires + leeway) return refuse(fmt::format("the token expired at {}", vocabulary::to_text(*expires)));
  if (begins && now + leeway < *begins) {
    return refuse(fmt::format("the token is not valid before {}", vocabulary::to_text(*begins)));
  }
  return *expires;
}

Result<void> check_issuer(const json::Object& claims, const std::string& issuer) {
  if (issuer.empty()) return {};
  const auto* given = claims.if_contains("iss");
  if (given != nullptr && given->is_string() && text_of(*given) == issuer) return {};
  return refuse("the token's \"iss\" is not the issuer that this service trusts");
}

Result<void> check_audience(const json::Object& claims, const std::string& audience) {
  const auto* given = claims.if_contains("aud");
  if (given == nullptr && audience.empty()) return {};
  const auto is_ours = [&](const json::Value& v) {
    return !audience.empty() && v.is_string() && text_of(v) == audience;
  };
  if (given != nullptr && is_ours(*given)) return {};
  if (given != nullptr && given->is_array() && std::ranges::any_of(given->get_array(), is_ours)) return {};
  return refuse("the token's \"aud\" does not name this service");
}

Result<void> check_name(const std::string& name, CallerKind kind) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(name, is_control)) return refuse("the token's \"sub\" has control characters");
  if (is_reserved_name(name)) return refuse("the token's \"sub\" is a name that this service keeps for itself");
  if (kind == CallerKind::vehicle && !is_identifier(name)) {
    return refuse("the \"sub\" of a vehicle's token must be its vehicle_id");
  }
  return {};
}

Result<void> first_error(const json::Reading& in) {
  if (in.errors().empty()) return {};
  const auto& error = in.errors().front();
  return refuse(fmt::format("the token's claim {}: {}", error.pointer, error.detail));
}

// "grants", read strictly: a member that is not known here could be meant to narrow what is granted.
Result<std::vector<GrantClaim>> grant_claims(const json::Object& claims) {
  vocabulary::List<GrantClaim, kMaxGrants> grants;
  const auto* given = claims.if_contains("grants");
  if (given == nullptr) return grants;
  json::Reading in(json::UnknownMembers::refuse);
  {
    const json::Reading::Step step(in, "grants");
    json::read(in, *given, grants);
  }
  if (const auto read = first_error(in); !read) return std::unexpected(read.error());
  return grants;
}

Result<std::vector<GrantClaim>> all_claims(const json::Object& object, const CallerClaims& claims) {
  TRY(grants, grant_claims(object));
  if (claims.roles.empty() != claims.fleet_ids.empty()) {
    return refuse(
        "the token's \"roles\" need \"fleet_ids\" beside them (\"*\" is every fleet), and the other way round");
  }
  for (const auto role : claims.roles) {
    for (const auto& fleet : claims.fleet_ids) {
      grants.push_back({.role = role, .fleet_id = fleet, .mission_id = {}, .template_id = {}});
    }
  }
  return grants;
}

Result<vocabulary::Caller> read_caller(const json::Object& object, const json::Value& value) {
  json::Reading in(json::UnknownMembers::ignore);
  CallerClaims claims;
  json::read(in, value, claims);
  auto checked = first_error(in);
  if (checked) checked = check_name(claims.sub, claims.kind);
  if (!checked) return std::unexpected(std::move(checked).error());
  TRY(all, all_claims(object, claims));
  vocabulary::Caller caller{.id = claims.sub, .kind = claims.kind, .grants = {}};
  {
    const json::Reading::Step step(in, "grants");
    caller.grants = read_grants(in, caller.kind, all);
  }
  if (const auto read = first_error(in); !read) return std::unexpected(read.error());
  return caller;
}

}  // namespace

Result<Admitted> caller_of_token(std::string_view payload, const TokenRules& rules, Time now) {
  json::Document document;
  const auto root = document.parse(payload);
  if (!root || !(*root)->is_object()) return refuse("the token's payload is no JSON object");
  const auto& claims = (*root)->get_object();
  auto checked = check_issuer(claims, rules.issuer);
  if (checked) checked = check_audience(claims, rules.audience);
  if (!checked) return std::unexpected(std::move(checked).error());
  TRY(until, check_times(claims, rules.leeway, now));
  TRY(caller, read_caller(claims, **root));
  return Admitted{.caller = std::move(caller), .until = until};
}

}  // namespace mms::access
