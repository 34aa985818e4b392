// Every way to write where Redis stands, and what is refused.
#include "outside/redis/place.hpp"

#include <gtest/gtest.h>

namespace mms::redis {
namespace {

TEST(RedisPlace, IsReadInEveryForm) {
  const auto text = [](std::string_view given) {
    const auto p = place_of(given, "setting");
    return p.host + '|' + p.port + '|' + p.user + '|' + p.password + '|' + std::to_string(p.database);
  };
  EXPECT_EQ(text("cache:6380"), "cache|6380||setting|0");
  EXPECT_EQ(text("redis://cache"), "cache|6379||setting|0");
  EXPECT_EQ(text("redis://cache:1/2"), "cache|1||setting|2");
  EXPECT_EQ(text("redis://ann:se@cret:x@cache/3"), "cache|6379|ann|se@cret:x|3");
  EXPECT_EQ(text("redis://a%40b:50%25%2Foff%3A@cache"), "cache|6379|a@b|50%/off:|0");
  EXPECT_EQ(text("redis://:word@10.0.0.1:7"), "10.0.0.1|7||word|0");
}

TEST(RedisPlace, WhatIsNoPlaceIsRefusedWithoutRepeatingIt) {
  for (const auto* wrong : {"", "cache", "cache:", ":6379", "cache:0", "cache:65536", "cache:x", "redis://",
                            "redis://who@cache", "redis://u:%2@cache", "redis://u:%zz@cache", "redis://cache/x",
                            "redis://cache:1/-1", "http://cache:1", "two words:1"}) {
    try {
      place_of(wrong, "secret");
      FAIL() << wrong;
    } catch (const std::invalid_argument& e) {
      EXPECT_EQ(std::string(e.what()).find("secret"), std::string::npos);
      EXPECT_TRUE(std::string(e.what()).starts_with("it must be ")) << e.what();
    }
  }
}

}  // namespace
}  // namespace mms::redis
