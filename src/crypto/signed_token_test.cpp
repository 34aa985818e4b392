// Tokens: published examples pass, and every known way to forge one does not.
#include "crypto/signed_token.hpp"

#include <gtest/gtest.h>

#include "crypto/token_fixture.hpp"

namespace mms::crypto {
namespace {

const std::string kSecret(32, 's');
constexpr auto kPayload = R"({"sub":"ada"})";

struct Pairs {
  KeyPair rsa = make_rsa();
  KeyPair other_rsa = make_rsa();
  KeyPair ec = make_ec();
};
const Pairs& pairs() {
  static const Pairs made;
  return made;
}

// RSA keys "a" and "b", EC key "c", and the shared secret.
const TokenKeys& all_keys() {
  static const TokenKeys made = [] {
    TokenKeys keys;
    keys.add_secret(kSecret);
    keys.add_jwks(jwks(rsa_jwk(pairs().rsa, R"(,"kid":"a","use":"sig")") + "," +
                       rsa_jwk(pairs().other_rsa, R"(,"kid":"b","alg":"RS256")") + "," +
                       ec_jwk(pairs().ec, R"(,"kid":"c")")));
    return keys;
  }();
  return made;
}

testing::AssertionResult refused(const std::string& token, const TokenKeys& keys, std::string_view because) {
  const auto answer = verified_payload(token, keys);
  if (answer) return testing::AssertionFailure() << "was taken";
  if (answer.error().kind != vocabulary::ProblemKind::unauthenticated) return testing::AssertionFailure() << "kind";
  if (answer.error().detail.find(because) == std::string::npos) {
    return testing::AssertionFailure() << "says: " << answer.error().detail;
  }
  return testing::AssertionSuccess();
}

// Payload of the examples of RFC 7515, appendix A.
constexpr std::string_view kRfcPayload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view kRfcText =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

TEST(SignedToken, rfc_8037_a4_eddsa) {
  TokenKeys keys;
  keys.add_jwks(jwks(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
  const std::string token =
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  EXPECT_EQ(verified_payload(token, keys), "Example of Ed25519 signing");
  auto broken = token;
  broken[50] = broken[50] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(refused(broken, keys, "does not match"));
}

TEST(SignedToken, an_ed25519_key_signs_eddsa_and_nothing_else) {
  const auto key = make_ed25519();
  TokenKeys keys;
  keys.add_jwks(jwks(ed25519_jwk(key, R"(,"kid":"e","alg":"EdDSA")") + "," + rsa_jwk(pairs().rsa, R"(,"kid":"a")")));
  for (const auto* header : {R"({"alg":"EdDSA","kid":"e"})", R"({"alg":"Ed25519","kid":"e"})", R"({"alg":"EdDSA"})"}) {
    EXPECT_EQ(verified_payload(eddsa(header, kPayload, key), keys), kPayload) << header;
  }
  EXPECT_TRUE(refused(eddsa(R"({"alg":"RS256","kid":"e"})", kPayload, key), keys, "no key"));
  EXPECT_TRUE(refused(eddsa(R"({"alg":"EdDSA","kid":"a"})", kPayload, pairs().rsa), keys, "no key"));
  EXPECT_TRUE(refused(eddsa(R"({"alg":"EdDSA","kid":"e"})", kPayload, make_ed25519()), keys, "does not match"));
  EXPECT_TRUE(refused(eddsa(R"({"alg":"EdDSA","kid":"e"})", kPayload, pairs().rsa), keys, "does not match"));
}

TEST(SignedToken, an_unknown_key_is_told_from_a_wrong_token) {
  const auto names = [](const std::string& header) {
    return names_another_key(signed_part(header, kPayload) + ".AAAA", all_keys());
  };
  EXPECT_TRUE(names(R"({"alg":"RS256","kid":"new"})"));
  EXPECT_TRUE(names(R"({"alg":"EdDSA"})"));
  EXPECT_FALSE(names(R"({"alg":"RS256","kid":"a"})"));
  EXPECT_FALSE(names(R"({"alg":"HS256","kid":"new"})"));
  EXPECT_FALSE(names(R"({"alg":"none"})"));
  EXPECT_FALSE(names("[]"));
  EXPECT_FALSE(names_another_key("nonsense", all_keys()));
}

TEST(SignedToken, rfc_7515_a1_hs256) {
  TokenKeys keys;
  keys.add_secret(
      *from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
  const auto token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string(kRfcPayload) +
                     ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  EXPECT_EQ(verified_payload(token, keys), std::string(kRfcText));
}

TEST(SignedToken, rfc_7515_a2_rs256) {
  TokenKeys keys;
  keys.add_jwks(
      R"({"keys":[{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]})");
  const auto token =
      "eyJhbGciOiJSUzI1NiJ9." + std::string(kRfcPayload) +
      ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr"
      "7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi1"
      "2jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlU"
      "PQGe77Rw";
  EXPECT_EQ(verified_payload(token, keys), std::string(kRfcText));
}

TEST(SignedToken, rfc_7515_a3_es256) {
  TokenKeys keys;
  keys.add_jwks(
      R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  const auto token = "eyJhbGciOiJFUzI1NiJ9." + std::string(kRfcPayload) +
                     ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  EXPECT_EQ(verified_payload(token, keys), std::string(kRfcText));
}

TEST(SignedToken, each_kind_of_key_signs) {
  EXPECT_EQ(verified_payload(hs256(R"({"alg":"HS256"})", kPayload, kSecret), all_keys()), kPayload);
  EXPECT_EQ(verified_payload(rs256(R"({"alg":"RS256","kid":"a","typ":"at+jwt"})", kPayload, pairs().rsa), all_keys()),
            kPayload);
  EXPECT_EQ(verified_payload(rs256(R"({"alg":"RS256","kid":"b"})", kPayload, pairs().other_rsa), all_keys()), kPayload);
  EXPECT_EQ(verified_payload(es256(R"({"alg":"ES256","kid":"c","typ":"JWT"})", kPayload, pairs().ec), all_keys()),
            kPayload);
  EXPECT_EQ(verified_payload(es256(R"({"alg":"ES256"})", kPayload, pairs().ec), all_keys()), kPayload);
}

TEST(SignedToken, alg_none_is_refused_in_every_spelling) {
  for (const auto* alg : {"none", "None", "NONE", "nOnE", ""}) {
    const auto text = signed_part(R"({"alg":")" + std::string(alg) + R"("})", kPayload);
    EXPECT_TRUE(refused(text + ".", all_keys(), "alg")) << alg;
    EXPECT_TRUE(refused(text + ".AAAA", all_keys(), "alg")) << alg;
  }
  for (const auto* header : {"{}", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":"hs256"})",
                             R"({"alg":"HS512"})", R"({"alg":"EdDSA"})", R"({"alg":"PS256"})"}) {
    EXPECT_TRUE(refused(hs256(header, kPayload, kSecret), all_keys(), "alg")) << header;
  }
}

TEST(SignedToken, a_public_key_is_never_taken_as_the_shared_secret) {
  TokenKeys keys;
  keys.add_jwks(jwks(rsa_jwk(pairs().rsa, R"(,"kid":"a")")));
  const auto pem = public_pem(pairs().rsa);
  for (const auto& secret : {pem, pem.substr(0, pem.size() - 1), rsa_jwk(pairs().rsa, R"(,"kid":"a")"),
                             *from_base64url(number_of(pairs().rsa, OSSL_PKEY_PARAM_RSA_N)), std::string()}) {
    EXPECT_TRUE(refused(hs256(R"({"alg":"HS256","kid":"a"})", kPayload, secret), keys, "no key is known"));
    EXPECT_TRUE(refused(hs256(R"({"alg":"HS256","kid":"a"})", kPayload, secret), all_keys(), "does not match"));
    EXPECT_TRUE(refused(hs256(R"({"alg":"RS256","kid":"a"})", kPayload, secret), keys, "does not match"));
  }
}

TEST(SignedToken, a_key_signs_with_its_own_algorithm_only) {
  EXPECT_TRUE(refused(rs256(R"({"alg":"ES256","kid":"c"})", kPayload, pairs().rsa), all_keys(), "does not match"));
  EXPECT_TRUE(refused(rs256(R"({"alg":"ES256","kid":"a"})", kPayload, pairs().rsa), all_keys(), "no key is known"));
  EXPECT_TRUE(refused(es256(R"({"alg":"RS256","kid":"c"})", kPayload, pairs().ec), all_keys(), "no key is known"));
}

TEST(SignedToken, kid_names_the_key_and_nothing_else) {
  EXPECT_TRUE(refused(rs256(R"({"alg":"RS256","kid":"b"})", kPayload, pairs().rsa), all_keys(), "does not match"));
  EXPECT_TRUE(refused(rs256(R"({"alg":"RS256","kid":"x"})", kPayload, pairs().rsa), all_keys(), "no key is known"));
  EXPECT_TRUE(refused(rs256(R"({"alg":"RS256"})", kPayload, pairs().rsa), all_keys(), "no key is known"));
  for (const auto* kid : {R"("../../../dev/null")", R"("a' or '1'='1")", R"("a\u0000")", R"(7)", R"(["a"])", R"("")",
                          R"("A")", R"("a ")"}) {
    const auto header = R"({"alg":"RS256","kid":)" + std::string(kid) + "}";
    EXPECT_TRUE(refused(rs256(header, kPayload, pairs().rsa), all_keys(), "")) << kid;
  }
}

TEST(SignedToken, a_key_brought_along_is_not_trusted) {
  const auto own = make_rsa();
  const auto header = R"({"alg":"RS256","kid":"a","jku":"https://evil.example/jwks","jwk":)" + rsa_jwk(own, "") + "}";
  EXPECT_TRUE(refused(rs256(header, kPayload, own), all_keys(), "does not match"));
}

TEST(SignedToken, crit_strange_types_and_double_members_are_refused) {
  EXPECT_TRUE(refused(hs256(R"({"alg":"HS256","crit":["exp"]})", kPayload, kSecret), all_keys(), "crit"));
  EXPECT_TRUE(refused(hs256(R"({"alg":"HS256","crit":[]})", kPayload, kSecret), all_keys(), "crit"));
  for (const auto* typ : {R"("logout+jwt")", R"("dpop+jwt")", R"("JOSE")", "1", "null"}) {
    const auto header = R"({"alg":"HS256","typ":)" + std::string(typ) + "}";
    EXPECT_TRUE(refused(hs256(header, kPayload, kSecret), all_keys(), "typ")) << typ;
  }
  EXPECT_TRUE(refused(hs256(R"({"alg":"none","alg":"HS256"})", kPayload, kSecret), all_keys(), "header"));
  EXPECT_TRUE(refused(hs256("[]", kPayload, kSecret), all_keys(), "header"));
  EXPECT_TRUE(refused(hs256("\xff", kPayload, kSecret), all_keys(), "header"));
}

TEST(SignedToken, one_changed_bit_anywhere_is_refused) {
  for (const auto& token :
       {hs256(R"({"alg":"HS256"})", kPayload, kSecret), rs256(R"({"alg":"RS256","kid":"a"})", kPayload, pairs().rsa),
        es256(R"({"alg":"ES256","kid":"c"})", kPayload, pairs().ec)}) {
    ASSERT_TRUE(verified_payload(token, all_keys()));
    for (std::size_t i = 0; i < token.size(); ++i) {
      auto other = token;
      other[i] = static_cast<char>(other[i] ^ 1);
      EXPECT_TRUE(refused(other, all_keys(), "")) << i;
    }
  }
}

TEST(SignedToken, a_payload_is_not_carried_over_to_another_signature) {
  const auto mine = hs256(R"({"alg":"HS256"})", kPayload, kSecret);
  const auto theirs = signed_part(R"({"alg":"HS256"})", R"({"sub":"root"})");
  EXPECT_TRUE(refused(theirs + mine.substr(mine.rfind('.')), all_keys(), "does not match"));
}

TEST(SignedToken, every_prefix_is_refused) {
  for (const auto& token :
       {hs256(R"({"alg":"HS256"})", kPayload, kSecret), rs256(R"({"alg":"RS256","kid":"a"})", kPayload, pairs().rsa)}) {
    for (std::size_t size = 0; size < token.size(); ++size) {
      EXPECT_TRUE(refused(token.substr(0, size), all_keys(), "")) << size;
    }
    EXPECT_TRUE(refused(token + "A", all_keys(), ""));
    EXPECT_TRUE(refused(token + "=", all_keys(), ""));
    EXPECT_TRUE(refused(token + ".", all_keys(), ""));
  }
  for (const auto* text : {"", ".", "..", "...", "....", "a.b.c", "Zg.Zg.Zg"}) {
    EXPECT_TRUE(refused(text, all_keys(), "")) << text;
  }
  EXPECT_TRUE(refused("a.b.c.d.e", all_keys(), "JWE"));
}

TEST(SignedToken, huge_and_deep_tokens_are_refused) {
  EXPECT_TRUE(refused(hs256(R"({"alg":"HS256"})", std::string(7000, ' '), kSecret), all_keys(), "longer"));
  EXPECT_TRUE(refused(std::string(10'000'000, '.'), all_keys(), "longer"));
  EXPECT_TRUE(refused(hs256(std::string(3000, '['), kPayload, kSecret), all_keys(), "header"));
}

TEST(SignedToken, an_es256_signature_has_64_bytes_and_numbers_above_zero) {
  const auto text = signed_part(R"({"alg":"ES256","kid":"c"})", kPayload);
  const auto der = raw_signature(pairs().ec, text);
  const auto pair = pair_of(der);
  EXPECT_TRUE(refused(text + "." + to_base64url(der), all_keys(), "does not match"));
  for (const auto& wrong :
       {pair.substr(0, 63), pair + '\0', '\0' + pair, pair + pair, std::string(), std::string(64, '\0'),
        std::string(32, '\0') + pair.substr(32), pair.substr(0, 32) + std::string(32, '\0'), std::string(64, '\xff')}) {
    EXPECT_TRUE(refused(text + "." + to_base64url(wrong), all_keys(), "does not match")) << wrong.size();
  }
}

TEST(SignedToken, an_hs256_signature_has_32_bytes) {
  const auto text = signed_part(R"({"alg":"HS256"})", kPayload);
  const std::string mac(bytes_of(hmac_sha256(kSecret, text)));
  for (const auto& wrong : {mac.substr(0, 16), mac.substr(0, 31), mac + '\0', std::string()}) {
    EXPECT_TRUE(refused(text + "." + to_base64url(wrong), all_keys(), "does not match"));
  }
}

}  // namespace
}  // namespace mms::crypto
