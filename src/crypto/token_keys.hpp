// The keys that may sign tokens: one shared secret (HS256), public keys of a JWK Set (RS256, ES256, EdDSA).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace mms::crypto {

enum class Algorithm { hs256, rs256, es256, eddsa };  // EdDSA with Ed25519 (RFC 8037)

// One key; its algorithm is its own and not the token's to choose.
struct TokenKey {
  Algorithm algorithm{};
  std::string kid;                          // empty: unnamed
  std::string secret;                       // HS256
  std::shared_ptr<evp_pkey_st> public_key;  // the others
};

// Threads: filled by one, then read by any number.
class TokenKeys {
 public:
  // Throws std::invalid_argument for less than 32 bytes (RFC 7518 section 3.2).
  void add_secret(std::string secret);
  // A JWK Set (RFC 7517). Keys for encryption and of other kinds are passed over; throws std::invalid_argument, with a
  // sentence that names the key, for text that is no JWKS, private or symmetric keys, RSA below 2048 bits, points off
  // the curve, a kid used twice, and a set without a usable key.
  void add_jwks(std::string_view json);
  bool empty() const { return keys_.empty(); }

  // The key for a token that names `algorithm` and `kid` (empty: none named). Without a kid the algorithm must have one
  // key only; the shared secret is one key without a name, so that a kid says nothing about it. Null when there is
  // none.
  const TokenKey* find(Algorithm algorithm, std::string_view kid) const;

 private:
  std::vector<TokenKey> keys_;
};

// True when `signature` (as it stands in the token, decoded) is this key's over `signed_text`.
bool signature_matches(const TokenKey& key, std::string_view signed_text, std::string_view signature);

}  // namespace mms::crypto
