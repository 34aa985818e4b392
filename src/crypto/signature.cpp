// Checks a token's signature with one key.
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/digest.hpp"
#include "crypto/token_keys.hpp"

namespace mms::crypto {
namespace {

constexpr std::size_t kHalf = 32;  // of an ES256 signature: r, then s

const unsigned char* unsigned_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

bool verifies(EVP_PKEY* key, const EVP_MD* digest, std::string_view signed_text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool good = context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
                    EVP_DigestVerify(context.get(), unsigned_of(signature), signature.size(), unsigned_of(signed_text),
                                     signed_text.size()) == 1;
  if (!good) ERR_clear_error();  // else the next user of this thread's error queue (TLS) would see it
  return good;
}

// JWS has r and s side by side (RFC 7518 section 3.4); OpenSSL reads DER. Empty when it is no such pair.
std::string der_of(std::string_view signature) {
  if (signature.size() != 2 * kHalf) return {};
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  BIGNUM* r = BN_bin2bn(unsigned_of(signature), kHalf, nullptr);
  BIGNUM* s = BN_bin2bn(unsigned_of(signature) + kHalf, kHalf, nullptr);
  if (!pair || r == nullptr || s == nullptr || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

bool signature_matches(const TokenKey& key, std::string_view signed_text, std::string_view signature) {
  switch (key.algorithm) {
    case Algorithm::hs256:
      return constant_time_equal(bytes_of(hmac_sha256(key.secret, signed_text)), signature);
    case Algorithm::rs256:
      return verifies(key.public_key.get(), EVP_sha256(), signed_text, signature);
    case Algorithm::es256: {
      const auto der = der_of(signature);
      return !der.empty() && verifies(key.public_key.get(), EVP_sha256(), signed_text, der);
    }
    case Algorithm::eddsa:
      return verifies(key.public_key.get(), nullptr, signed_text, signature);
  }
  return false;
}

}  // namespace mms::crypto
