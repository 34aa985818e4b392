// Headers to credentials, and the manners of an open house.
#include "access/rules/credential.hpp"

#include <gtest/gtest.h>

#include "access/rules/api_key.hpp"

namespace mms::access {
namespace {

using Kind = Credential::Kind;

const std::string kKey = key_text(*vocabulary::uuid_from_text("019ab7c2-1d00-7000-8000-0123456789ab"),
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123-_x");

TEST(Credential, is_read_from_either_header) {
  EXPECT_EQ(credential_of("", "")->kind, Kind::none);
  EXPECT_EQ(credential_of("", kKey)->kind, Kind::api_key);
  EXPECT_EQ(credential_of("Bearer " + kKey, "")->kind, Kind::api_key);
  EXPECT_EQ(credential_of("Bearer " + kKey, "")->text, kKey);
  EXPECT_EQ(credential_of("bEaReR  a.b.c ", "")->kind, Kind::token);
  EXPECT_EQ(credential_of("Bearer a.b.c", "")->text, "a.b.c");
}

TEST(Credential, what_is_neither_is_refused_with_a_sentence) {
  for (const auto* header : {"Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Bearer a b", "bearerx a", "a.b.c", "mms_"}) {
    const auto answer = credential_of(header, "");
    ASSERT_FALSE(answer) << header;
    EXPECT_TRUE(answer.error().detail.contains("Bearer <token>"));
  }
  for (const auto* key : {"x", "mms_", "mms_1_2", "a.b.c"}) {
    const auto answer = credential_of("", key);
    ASSERT_FALSE(answer) << key;
    EXPECT_TRUE(answer.error().detail.contains("mms_<id>_<secret>"));
  }
  EXPECT_TRUE(credential_of("Bearer a.b.c", kKey).error().detail.contains("not both"));
  EXPECT_TRUE(no_credential().error().detail.contains("X-API-Key"));
}

TEST(Credential, a_wrong_one_is_not_repeated_in_the_answer) {
  EXPECT_FALSE(credential_of("", kKey + "x").error().detail.contains("abcdefgh"));
  EXPECT_FALSE(credential_of("Bearer one two", "").error().detail.contains("two"));
}

TEST(ApiKeyText, has_one_form) {
  EXPECT_EQ(kKey.size(), 80U);
  EXPECT_EQ(to_text(*key_id_of(kKey)), "019ab7c2-1d00-7000-8000-0123456789ab");
  auto other = kKey;
  for (std::size_t i = 0; i < kKey.size(); ++i) {
    EXPECT_FALSE(key_id_of(kKey.substr(0, i)));
    other = kKey;
    other[i] = '+';
    EXPECT_FALSE(key_id_of(other)) << i;
  }
  EXPECT_FALSE(key_id_of(kKey + "a"));
  other = kKey;
  other[10] = 'F';
  EXPECT_FALSE(key_id_of(other)) << "one text for one key";
}

TEST(Loopback, is_told_from_what_looks_like_it) {
  for (const auto* host :
       {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:8080", "127.8.9.10", "::1", "[::1]", "[::1]:8080"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const auto* host : {"", "0.0.0.0", "::", "localhost.evil.example", "127.0.0.1.evil.example", "127.evil",
                           "10.0.0.1", "[::2]:1", "example:80", "[", "127.0.0.1@evil.example"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(OpenHouse, lets_in_who_comes_from_this_machine_only) {
  EXPECT_TRUE(may_enter_open_house({.host = "localhost:8080", .origin = {}, .forwarded = false}));
  EXPECT_TRUE(may_enter_open_house({.host = {}, .origin = {}, .forwarded = false}));
  EXPECT_TRUE(may_enter_open_house({.host = "127.0.0.1", .origin = "http://localhost:3000", .forwarded = false}));
  EXPECT_FALSE(may_enter_open_house({.host = "rebound.example:8080", .origin = {}, .forwarded = false}));
  EXPECT_FALSE(may_enter_open_house({.host = "127.0.0.1", .origin = "https://evil.example", .forwarded = false}));
  EXPECT_FALSE(may_enter_open_house({.host = "127.0.0.1", .origin = "null", .forwarded = false}));
  EXPECT_FALSE(may_enter_open_house({.host = "127.0.0.1", .origin = {}, .forwarded = true}));
}

}  // namespace
}  // namespace mms::access
