// Digests against published values.
#include "crypto/digest.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace mms::crypto {
namespace {

TEST(Digest, sha256_gives_the_published_values) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, hmac_sha256_gives_the_values_of_rfc_4231) {
  EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Digest, an_empty_key_is_a_key_and_not_the_one_before) {
  const auto first = hmac_sha256("secret", "x");
  EXPECT_NE(hmac_sha256("", "x"), first);
  EXPECT_EQ(to_hex(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, comparison_sees_every_byte_and_the_length) {
  const std::string text = "0123456789abcdef";
  EXPECT_TRUE(constant_time_equal(text, std::string(text)));
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_FALSE(constant_time_equal(text, text.substr(1)));
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto other = text;
    other[i] ^= 1;
    EXPECT_FALSE(constant_time_equal(text, other)) << i;
  }
}

TEST(Digest, threads_do_not_share_a_context) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      const std::string text(static_cast<std::size_t>(t) + 1, 'x');
      const auto expected = sha256(text);
      for (int i = 0; i < 2000; ++i) ASSERT_EQ(sha256(text), expected);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace mms::crypto
