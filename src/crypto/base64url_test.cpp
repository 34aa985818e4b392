// base64url: every run of bytes comes back, and only one text stands for it.
#include "crypto/base64url.hpp"

#include <gtest/gtest.h>

namespace mms::crypto {
namespace {

TEST(Base64url, gives_the_values_of_rfc_4648_without_padding) {
  EXPECT_EQ(to_base64url(""), "");
  EXPECT_EQ(to_base64url("f"), "Zg");
  EXPECT_EQ(to_base64url("fo"), "Zm8");
  EXPECT_EQ(to_base64url("foo"), "Zm9v");
  EXPECT_EQ(to_base64url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64url("\xfb\xff\xbf"), "-_-_");
}

TEST(Base64url, every_length_comes_back) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64url, refuses_what_is_not_strict) {
  for (const auto* text : {"Zg==", "Zg=", "Zm 8", "Zm8\n", "+/+/", "Z", "Zm9vY", "Zm9v.", "\xc3\xa4", "Zm-%"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
  EXPECT_FALSE(from_base64url(std::string_view("Zm\0v", 4)));
}

TEST(Base64url, refuses_a_second_text_for_the_same_bytes) {
  EXPECT_TRUE(from_base64url("Zg"));
  for (const auto* text : {"Zh", "Zi", "Zo", "Zv", "Zm9", "Zm-"}) EXPECT_FALSE(from_base64url(text)) << text;
}

}  // namespace
}  // namespace mms::crypto
