// The way of a credential: cache, else signature or key table, then the permission.
#include "access/guard.hpp"

#include <algorithm>

#include "access/rules/scope.hpp"
#include "crypto/signed_token.hpp"

namespace mms::access {
namespace {

using async::Task;
using vocabulary::Caller;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
using vocabulary::Time;

constexpr auto kBelieved = std::chrono::seconds(5);
constexpr std::size_t kRemembered = 4096;  // credentials for each thread: about 1 MiB

bool is_name(std::string_view given, std::string_view lower_case) {
  return std::ranges::equal(given, lower_case, {}, [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
}

// The headers that matter here, found in one pass.
struct Presented {
  std::string_view authorization;
  std::string_view api_key;
  Approach approach;
};

Presented presented_by(const http::Request& request) {
  Presented presented;
  const auto keep_first = [](std::string_view& slot, std::string_view value) {
    if (slot.empty()) slot = value;
  };
  for (const auto& [name, value] : request.headers) {
    if (is_name(name, "authorization")) keep_first(presented.authorization, value);
    if (is_name(name, "x-api-key")) keep_first(presented.api_key, value);
    if (is_name(name, "host")) keep_first(presented.approach.host, value);
    if (is_name(name, "origin")) keep_first(presented.approach.origin, value);
    if (is_name(name, "x-forwarded-for") || is_name(name, "forwarded")) presented.approach.forwarded = true;
  }
  return presented;
}

Caller caller_of_open_house() {
  return {.id = "local",
          .kind = vocabulary::CallerKind::person,
          .grants = {{.role = vocabulary::Role::admin, .fleet_id = {}, .mission_id = {}, .template_id = {}}}};
}

Caller nobody() {
  return {.id = "anonymous", .kind = vocabulary::CallerKind::person, .grants = {}};
}

Result<Caller> holding(const Caller& caller, Permission permission) {
  if (auto refused = may_somewhere(caller, permission); !refused) return std::unexpected(std::move(refused).error());
  return caller;
}

Result<Caller> of_open_house(const Approach& approach) {
  if (auto refused = may_enter_open_house(approach); !refused) return std::unexpected(std::move(refused).error());
  return caller_of_open_house();
}

Result<Admitted> verify_token(std::string_view token, const Realm& realm, Time now) {
  if (!realm.takes_tokens()) {
    return vocabulary::refuse(ProblemKind::unauthenticated,
                              "this service takes no tokens; send an API key in the header X-API-Key");
  }
  const auto keys = realm.token_keys();
  if (realm.waits_for_issuer() && crypto::names_another_key(token, *keys)) {
    return vocabulary::refuse(ProblemKind::unavailable,
                              "the keys of the tokens' issuer could not be read yet; try again shortly",
                              R"("outcome":"none")");
  }
  TRY(payload, crypto::verified_payload(token, *keys));
  return caller_of_token(payload, realm.token_rules(), now);
}

}  // namespace

Guard::Guard(Realm& realm, KeyStore& keys, Now now, RateLimits* limits)
    : realm_(realm), keys_(keys), now_(std::move(now)), limits_(limits), cache_(kRemembered) {}

Task<Result<Caller>> Guard::admit(http::Request& request, Permission permission) {
  if (permission == Permission::none) co_return nobody();
  const auto presented = presented_by(request);
  if (realm_.may_be_open() && co_await is_open(request.deadline)) co_return of_open_house(presented.approach);
  auto found = credential_of(presented.authorization, presented.api_key);
  if (found && found->kind == Credential::Kind::none) found = no_credential();
  if (!found) {
    if (auto within = knock(request, false); !within) co_return std::unexpected(std::move(within).error());
    co_return std::unexpected(std::move(found).error());
  }
  const auto digest = crypto::sha256(found->text.substr(0, crypto::kMaxTokenBytes + 1));
  // Whoever was good lately is not hindered by guesses from the same address, which a proxy may be.
  const bool is_guess = limits_ != nullptr && !cache_.remembers(digest);
  if (const auto* known = cache_.find(digest, now_(), realm_.revocations())) co_return holding(*known, permission);
  if (is_guess) {
    if (auto within = knock(request, true); !within) co_return std::unexpected(std::move(within).error());
  }
  Result<Caller> caller;
  try {
    caller = co_await verify(*found, digest, request.deadline);
  } catch (...) {
    if (is_guess) limits_->was_no_guess(request);
    throw;
  }
  if (is_guess && (caller || caller.error().kind != ProblemKind::unauthenticated)) limits_->was_no_guess(request);
  if (!caller) co_return std::unexpected(std::move(caller).error());
  co_return holding(*caller, permission);
}

Result<void> Guard::knock(http::Request& request, bool has_credential) {
  return limits_ == nullptr ? Result<void>() : limits_->knock(request, has_credential);
}

// A key may be made by another process: looked for again every few seconds as long as there is none.
Task<bool> Guard::is_open(async::Deadline deadline) {
  const auto now = now_();
  if (now >= looked_for_keys_ && now - looked_for_keys_ < kBelieved) co_return true;
  if (co_await keys_.has_any(deadline)) {
    realm_.close();
  } else {
    looked_for_keys_ = now;
  }
  co_return realm_.may_be_open();
}

Task<Result<Caller>> Guard::verify(Credential credential, crypto::Digest digest, async::Deadline deadline) {
  // Both taken before the look at the table: what is revoked meanwhile makes the entry stale at birth.
  const auto revocations = realm_.revocations();
  const auto now = now_();
  const bool is_token = credential.kind == Credential::Kind::token;
  // The issuer may have made a new key meanwhile.
  if (is_token && realm_.refresh() && crypto::names_another_key(credential.text, *realm_.token_keys())) {
    co_await realm_.refresh()();
  }
  auto admitted =
      is_token ? verify_token(credential.text, realm_, now) : co_await verify_key(credential.text, digest, deadline);
  if (!admitted) co_return std::unexpected(std::move(admitted).error());
  cache_.put(digest, {.caller = admitted->caller,
                      .from = now,
                      .until = std::min<Time>(admitted->until, now + kBelieved),
                      .revocations = revocations});
  co_return std::move(admitted->caller);
}

Task<Result<Admitted>> Guard::verify_key(std::string_view text, crypto::Digest digest, async::Deadline deadline) {
  const auto id = key_id_of(text);
  auto stored = id ? co_await keys_.find(*id, deadline) : std::nullopt;
  if (!stored || !crypto::constant_time_equal(stored->secret_hash, crypto::to_hex(digest))) {
    co_return vocabulary::refuse(ProblemKind::unauthenticated, "this API key is not known here");
  }
  const auto now = now_();
  if (auto refused = is_good(stored->key, now); !refused) co_return std::unexpected(std::move(refused).error());
  keys_.note_use(stored->key, now);
  co_return Admitted{.caller = caller_of(stored->key), .until = stored->key.expires_at.value_or(Time::max())};
}

http::Admit admit_by(Guard& guard) {
  return [&guard](http::Request& request, Permission permission) { return guard.admit(request, permission); };
}

}  // namespace mms::access
