// Settings to a realm.
#include "access/realm.hpp"

#include <stdexcept>

#include "access/rules/credential.hpp"

namespace mms::access {
namespace {

crypto::TokenKeys keys_from(const AccessSettings& settings) {
  crypto::TokenKeys keys;
  if (!settings.jwt_secret.empty()) keys.add_secret(settings.jwt_secret);
  if (!settings.jwks.empty()) {
    // Whoever publishes a key set signs for many: without both, a token for another service would be good here.
    if (settings.jwt_issuer.empty() || settings.jwt_audience.empty()) {
      throw std::invalid_argument("a JWKS file needs the issuer and the audience of the tokens to be set beside it");
    }
    keys.add_jwks(settings.jwks);
  }
  if (keys.empty() && !(settings.jwt_issuer.empty() && settings.jwt_audience.empty())) {
    throw std::invalid_argument("an issuer or audience of tokens is set, but no secret and no JWKS file to check them");
  }
  return keys;
}

}  // namespace

Realm::Realm(const AccessSettings& settings)
    : token_keys_(keys_from(settings)),
      token_rules_{.issuer = settings.jwt_issuer, .audience = settings.jwt_audience},
      on_loopback_(is_loopback(settings.listen)),
      may_be_open_(on_loopback_ && token_keys_.empty()) {}

}  // namespace mms::access
