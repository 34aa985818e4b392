// JWK Sets: what may sign is taken, what is dangerous stops the start with a sentence.
#include "crypto/token_keys.hpp"

#include <gtest/gtest.h>

#include "crypto/token_fixture.hpp"

namespace mms::crypto {
namespace {

std::string refusal_of(const std::string& text) {
  TokenKeys keys;
  try {
    keys.add_jwks(text);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "was taken";
}

testing::AssertionResult says(const std::string& text, std::string_view what) {
  const auto said = refusal_of(text);
  if (said.find(what) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << said;
}

TEST(TokenKeys, a_short_secret_is_refused) {
  TokenKeys keys;
  EXPECT_THROW(keys.add_secret(std::string(31, 'x')), std::invalid_argument);
  EXPECT_TRUE(keys.empty());
  keys.add_secret(std::string(32, 'x'));
  EXPECT_FALSE(keys.empty());
}

TEST(TokenKeys, text_that_is_no_jwks_is_refused) {
  for (const auto* text : {"", "{", "[]", "{}", R"({"keys":{}})"}) EXPECT_TRUE(says(text, "JWKS")) << text;
  EXPECT_TRUE(says(R"({"keys":[]})", "no RSA, P-256 or Ed25519 key"));
  EXPECT_TRUE(says(R"({"keys":[7]})", "key 1"));
  EXPECT_TRUE(says(R"({"keys":[{}]})", "kty"));
}

TEST(TokenKeys, secrets_do_not_belong_into_the_file) {
  EXPECT_TRUE(says(jwks(R"({"kty":"oct","k":"AAAA"})"), "shared secret"));
  EXPECT_TRUE(says(jwks(rsa_jwk(make_rsa(), R"(,"d":"AAAA")")), "private key"));
  EXPECT_TRUE(says(jwks(ec_jwk(make_ec(), R"(,"d":"AAAA")")), "private key"));
}

TEST(TokenKeys, weak_and_broken_keys_are_refused) {
  EXPECT_TRUE(says(jwks(rsa_jwk(make_rsa(1024), "")), "2048"));
  EXPECT_TRUE(says(jwks(R"({"kty":"RSA","e":"AQAB"})"), "\"n\""));
  const auto rsa = make_rsa();
  const auto n = number_of(rsa, OSSL_PKEY_PARAM_RSA_N);
  for (const auto* e : {"AQ", "AA", "Ag", "", "AQAB=="}) {
    EXPECT_TRUE(says(jwks(R"({"kty":"RSA","n":")" + n + R"(","e":")" + e + "\"}"), "key 1")) << e;
  }
  const auto x = number_of(make_ec(), OSSL_PKEY_PARAM_EC_PUB_X, 32);
  EXPECT_TRUE(says(jwks(R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + x + "\"}"), "no point"));
  EXPECT_TRUE(says(jwks(R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})"), "32 bytes"));
  EXPECT_TRUE(says(jwks(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})"), "32 bytes"));
  EXPECT_TRUE(says(jwks(R"({"kty":"OKP","crv":"Ed448","x":"AAAA"})"), "no RSA, P-256 or Ed25519 key"));
}

TEST(TokenKeys, keys_of_no_use_here_are_passed_over) {
  const auto rsa = make_rsa();
  const auto others = rsa_jwk(rsa, R"(,"kid":"1","use":"enc")") + "," + rsa_jwk(rsa, R"(,"kid":"2","alg":"RS512")") +
                      "," + rsa_jwk(rsa, R"(,"kid":"3","key_ops":["encrypt"])") +
                      R"(,{"kty":"OKP","crv":"X25519","x":"AAAA"},{"kty":"EC","crv":"P-384"})";
  EXPECT_TRUE(says(jwks(others), "no RSA, P-256 or Ed25519 key"));
  TokenKeys keys;
  keys.add_jwks(jwks(others + "," + rsa_jwk(rsa, R"(,"kid":"4","key_ops":["verify"])")));
  EXPECT_EQ(keys.find(Algorithm::rs256, "1"), nullptr);
  EXPECT_NE(keys.find(Algorithm::rs256, "4"), nullptr);
  EXPECT_NE(keys.find(Algorithm::rs256, ""), nullptr);
  EXPECT_EQ(keys.find(Algorithm::es256, "4"), nullptr);
}

TEST(TokenKeys, a_kid_stands_for_one_key) {
  const auto rsa = rsa_jwk(make_rsa(), R"(,"kid":"1")");
  EXPECT_TRUE(says(jwks(rsa + "," + rsa), "same kid"));
  EXPECT_TRUE(says(jwks(rsa_jwk(make_rsa(), R"(,"kid":1)")), "kid"));
}

}  // namespace
}  // namespace mms::crypto
