// Settings to a realm: when it may be open, and which settings stop the start.
#include "access/realm.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mms::access {
namespace {

AccessSettings settings(std::string listen) {
  return {.listen = std::move(listen), .jwt_secret = {}, .jwks = {}, .jwt_issuer = {}, .jwt_audience = {}};
}

std::string refusal_of(const AccessSettings& wrong) {
  try {
    const Realm realm(wrong);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "was taken";
}

TEST(Realm, is_open_on_loopback_without_any_setting_only) {
  EXPECT_TRUE(Realm(settings("127.0.0.1")).may_be_open());
  EXPECT_TRUE(Realm(settings("localhost")).may_be_open());
  EXPECT_FALSE(Realm(settings("0.0.0.0")).may_be_open());
  EXPECT_FALSE(Realm(settings("::")).may_be_open());
  auto with_secret = settings("127.0.0.1");
  with_secret.jwt_secret = std::string(32, 's');
  EXPECT_FALSE(Realm(with_secret).may_be_open());
  EXPECT_TRUE(Realm(with_secret).takes_tokens());
}

TEST(Realm, stays_closed_once_closed) {
  Realm realm(settings("127.0.0.1"));
  realm.close();
  EXPECT_FALSE(realm.may_be_open());
}

TEST(Realm, wrong_settings_are_named_without_the_secret) {
  auto wrong = settings("127.0.0.1");
  wrong.jwt_secret = "too-short-hunter2";
  EXPECT_TRUE(refusal_of(wrong).contains("at least 32 bytes"));
  EXPECT_FALSE(refusal_of(wrong).contains("hunter2"));
  wrong.jwt_secret.clear();
  wrong.jwt_issuer = "us";
  EXPECT_TRUE(refusal_of(wrong).contains("no secret"));
  wrong.jwks = R"({"keys":[]})";
  EXPECT_TRUE(refusal_of(wrong).contains("issuer and the audience"));
  wrong.jwt_audience = "mms";
  EXPECT_TRUE(refusal_of(wrong).contains("no RSA, P-256 or Ed25519 key"));
}

}  // namespace
}  // namespace mms::access
