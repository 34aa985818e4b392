// For tests of tokens: key pairs made on the spot, and tokens signed with them.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

#include "crypto/base64url.hpp"
#include "crypto/digest.hpp"

namespace mms::crypto {

using KeyPair = std::shared_ptr<EVP_PKEY>;

inline KeyPair make_rsa(unsigned bits = 2048) {
  return {EVP_RSA_gen(bits), EVP_PKEY_free};
}
inline KeyPair make_ec(const char* curve = "P-256") {
  return {EVP_EC_gen(curve), EVP_PKEY_free};
}

inline std::string number_of(const KeyPair& key, const char* name, int size = 0) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key.get(), name, &number);
  std::string bytes(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(number);
  return to_base64url(bytes);
}

inline std::string rsa_jwk(const KeyPair& key, const std::string& more) {
  return R"({"kty":"RSA","n":")" + number_of(key, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
         number_of(key, OSSL_PKEY_PARAM_RSA_E) + "\"" + more + "}";
}
inline std::string ec_jwk(const KeyPair& key, const std::string& more) {
  return R"({"kty":"EC","crv":"P-256","x":")" + number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")" +
         number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"" + more + "}";
}
inline KeyPair make_ed25519() {
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free};
}
inline std::string ed25519_jwk(const KeyPair& key, const std::string& more) {
  std::string bytes(32, '\0');
  auto size = bytes.size();
  EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
  return R"({"kty":"OKP","crv":"Ed25519","x":")" + to_base64url(bytes) + "\"" + more + "}";
}
inline std::string jwks(const std::string& keys) {
  return R"({"keys":[)" + keys + "]}";
}

inline std::string public_pem(const KeyPair& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

// DER for EC keys, as OpenSSL makes it.
inline std::string raw_signature(const KeyPair& key, const std::string& text) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const auto* digest = EVP_PKEY_is_a(key.get(), "ED25519") == 1 ? nullptr : EVP_sha256();
  EVP_DigestSignInit(context, nullptr, digest, nullptr, key.get());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, bytes, text.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size());
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return signature;
}

inline std::string pair_of(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::string pair(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(pair.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32);
  ECDSA_SIG_free(signature);
  return pair;
}

inline std::string signed_part(const std::string& header, const std::string& payload) {
  return to_base64url(header) + "." + to_base64url(payload);
}
inline std::string hs256(const std::string& header, const std::string& payload, const std::string& secret) {
  const auto text = signed_part(header, payload);
  return text + "." + to_base64url(bytes_of(hmac_sha256(secret, text)));
}
inline std::string rs256(const std::string& header, const std::string& payload, const KeyPair& key) {
  const auto text = signed_part(header, payload);
  return text + "." + to_base64url(raw_signature(key, text));
}
// The signature is the raw one too.
inline std::string eddsa(const std::string& header, const std::string& payload, const KeyPair& key) {
  return rs256(header, payload, key);
}
inline std::string es256(const std::string& header, const std::string& payload, const KeyPair& key) {
  const auto text = signed_part(header, payload);
  return text + "." + to_base64url(pair_of(raw_signature(key, text)));
}

}  // namespace mms::crypto
