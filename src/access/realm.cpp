// Settings to a realm.
#include "access/realm.hpp"

#include <stdexcept>

#include "access/rules/credential.hpp"

namespace mms::access {
namespace {

crypto::TokenKeys keys_from(const AccessSettings& settings) {
  crypto::TokenKeys keys;
  if (!settings.jwt_secret.empty()) keys.add_secret(settings.jwt_secret);
  const bool has_set = !settings.jwks.empty() || settings.jwks_published;
  // Whoever publishes a key set signs for many: without both, a token for another service would be good here.
  if (has_set && (settings.jwt_issuer.empty() || settings.jwt_audience.empty())) {
    throw std::invalid_argument("a JWKS needs the issuer and the audience of the tokens to be set beside it");
  }
  if (!settings.jwks.empty()) keys.add_jwks(settings.jwks);
  if (keys.empty() && !has_set && !(settings.jwt_issuer.empty() && settings.jwt_audience.empty())) {
    throw std::invalid_argument("an issuer or audience of tokens is set, but no secret and no JWKS to check them");
  }
  return keys;
}

}  // namespace

Realm::Realm(const AccessSettings& settings)
    : own_keys_(keys_from(settings)),
      token_keys_(std::make_shared<const crypto::TokenKeys>(own_keys_)),
      takes_tokens_(!own_keys_.empty() || settings.jwks_published),
      waits_for_issuer_(settings.jwks_published),
      token_rules_{.issuer = settings.jwt_issuer, .audience = settings.jwt_audience},
      on_loopback_(is_loopback(settings.listen)),
      may_be_open_(on_loopback_ && !takes_tokens_) {}

std::shared_ptr<const crypto::TokenKeys> Realm::token_keys() const {
  const std::lock_guard lock(mutex_);
  return token_keys_;
}

void Realm::take_issuer_keys(std::string_view jwks) {
  auto keys = own_keys_;
  keys.add_jwks(jwks);
  {
    const std::lock_guard lock(mutex_);
    waits_for_issuer_.store(false, std::memory_order_release);
    if (published_ == jwks) return;
    published_ = jwks;
    token_keys_ = std::make_shared<const crypto::TokenKeys>(std::move(keys));
  }
  note_revocation();  // a key may be gone: nobody is believed by it any more
}

}  // namespace mms::access
