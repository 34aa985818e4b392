// Reads JWK Sets and finds the key for a token.
#include "crypto/token_keys.hpp"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "crypto/base64url.hpp"
#include "vocabulary/json.hpp"

namespace mms::crypto {
namespace {

namespace json = vocabulary::json;

constexpr std::size_t kLeastSecret = 32;
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;
constexpr std::size_t kCoordinate = 32;  // bytes, of P-256 and of Ed25519

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using ParameterBuild = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;

[[noreturn]] void wrong(std::size_t at, std::string_view what) {
  throw std::invalid_argument(fmt::format("key {} of the JWKS: {}", at + 1, what));
}

std::optional<std::string_view> text_member(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string().data(), value->get_string().size());
}

std::string bytes_member(const json::Object& jwk, std::string_view name, std::size_t at) {
  const auto text = text_member(jwk, name);
  const auto bytes = text ? from_base64url(*text) : std::nullopt;
  if (!bytes || bytes->empty()) wrong(at, fmt::format("\"{}\" must be base64url without padding", name));
  return *bytes;
}

Number number_of(std::string_view bytes) {
  return Number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
}

// `build` holds references to numbers of the caller until to_param.
std::shared_ptr<EVP_PKEY> key_from(const char* type, OSSL_PARAM_BLD* build) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(build));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

bool passes_public_check(EVP_PKEY* key) {
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context && EVP_PKEY_public_check(context.get()) == 1;
}

std::shared_ptr<EVP_PKEY> rsa_key(const json::Object& jwk, std::size_t at) {
  const auto n = number_of(bytes_member(jwk, "n", at));
  const auto e = number_of(bytes_member(jwk, "e", at));
  if (BN_num_bits(n.get()) < kLeastRsaBits) wrong(at, "an RSA key must have at least 2048 bits");
  if (BN_num_bits(n.get()) > kMostRsaBits) wrong(at, "an RSA key may have at most 8192 bits");
  if (!BN_is_odd(e.get()) || BN_is_one(e.get()) || BN_num_bits(e.get()) > 32) wrong(at, "\"e\" is no RSA exponent");
  const ParameterBuild build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  auto key = key_from("RSA", build.get());
  if (!key) wrong(at, "OpenSSL does not take this RSA key");
  return key;
}

std::shared_ptr<EVP_PKEY> ec_key(const json::Object& jwk, std::size_t at) {
  const auto x = bytes_member(jwk, "x", at);
  const auto y = bytes_member(jwk, "y", at);
  if (x.size() != kCoordinate || y.size() != kCoordinate) wrong(at, "\"x\" and \"y\" must have 32 bytes each");
  const std::string point = '\x04' + x + y;
  const ParameterBuild build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  auto key = key_from("EC", build.get());
  if (!key || !passes_public_check(key.get())) wrong(at, "\"x\" and \"y\" are no point of the curve P-256");
  return key;
}

std::shared_ptr<EVP_PKEY> edwards_key(const json::Object& jwk, std::size_t at) {
  const auto x = bytes_member(jwk, "x", at);
  if (x.size() != kCoordinate) wrong(at, "\"x\" must have 32 bytes");
  auto* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(x.data()),
                                          x.size());
  if (key == nullptr) wrong(at, "OpenSSL does not take this Ed25519 key");
  return {key, EVP_PKEY_free};
}

// What the JWK says it may be used for: a signature by `algorithm`?
bool is_for(const json::Object& jwk, std::string_view algorithm) {
  if (jwk.contains("use") && text_member(jwk, "use") != "sig") return false;
  if (jwk.contains("alg") && text_member(jwk, "alg") != algorithm) return false;
  const auto* operations = jwk.if_contains("key_ops");
  if (operations == nullptr) return true;
  return operations->is_array() &&
         std::ranges::any_of(operations->get_array(), [](const json::Value& o) { return o == "verify"; });
}

void refuse_secrets(const json::Object& jwk, std::size_t at) {
  if (text_member(jwk, "kty") == "oct") wrong(at, "a shared secret does not belong into a JWKS file");
  if (jwk.contains("d")) wrong(at, "this is a private key; give the public one");
}

// Nothing for a key that is of no use here.
std::optional<TokenKey> read_key(const json::Value& value, std::size_t at) {
  if (!value.is_object()) wrong(at, "must be an object");
  const auto& jwk = value.get_object();
  const auto kty = text_member(jwk, "kty");
  if (!kty) wrong(at, "\"kty\" is missing");
  if (jwk.contains("kid") && !text_member(jwk, "kid")) wrong(at, "\"kid\" must be a string");
  refuse_secrets(jwk, at);
  const std::string kid(text_member(jwk, "kid").value_or(""));
  if (*kty == "RSA" && is_for(jwk, "RS256")) return TokenKey{Algorithm::rs256, kid, {}, rsa_key(jwk, at)};
  if (*kty == "EC" && text_member(jwk, "crv") == "P-256" && is_for(jwk, "ES256")) {
    return TokenKey{Algorithm::es256, kid, {}, ec_key(jwk, at)};
  }
  if (*kty == "OKP" && text_member(jwk, "crv") == "Ed25519" && (is_for(jwk, "EdDSA") || is_for(jwk, "Ed25519"))) {
    return TokenKey{Algorithm::eddsa, kid, {}, edwards_key(jwk, at)};
  }
  return std::nullopt;
}

}  // namespace

void TokenKeys::add_secret(std::string secret) {
  if (secret.size() < kLeastSecret) {
    throw std::invalid_argument("the shared secret for HS256 tokens must have at least 32 bytes");
  }
  keys_.push_back({Algorithm::hs256, {}, std::move(secret), nullptr});
}

void TokenKeys::add_jwks(std::string_view text) {
  json::Document document;
  const auto root = document.parse(text);
  if (!root) throw std::invalid_argument("the JWKS is not JSON: " + root.error().detail);
  const auto* keys = (*root)->is_object() ? (*root)->get_object().if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array()) throw std::invalid_argument("a JWKS has the form {\"keys\":[...]}");
  const auto before = keys_.size();
  std::size_t at = 0;
  for (const auto& value : keys->get_array()) {
    auto key = read_key(value, at++);
    if (!key) continue;
    const auto same = [&](const TokenKey& k) { return k.algorithm == key->algorithm && k.kid == key->kid; };
    if (std::ranges::any_of(keys_, same)) wrong(at - 1, "another key has the same kid");
    keys_.push_back(std::move(*key));
  }
  if (keys_.size() == before) throw std::invalid_argument("the JWKS has no RSA, P-256 or Ed25519 key for signatures");
}

const TokenKey* TokenKeys::find(Algorithm algorithm, std::string_view kid) const {
  const TokenKey* found = nullptr;
  for (const auto& key : keys_) {
    if (key.algorithm != algorithm) continue;
    if (!kid.empty() && algorithm != Algorithm::hs256 && key.kid != kid) continue;
    if (found != nullptr) return nullptr;  // which of them?
    found = &key;
  }
  return found;
}

}  // namespace mms::crypto
