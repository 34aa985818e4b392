// The cache: believes for a moment, forgets at once when it must, and never grows beyond its bound.
#include "access/credential_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mms::access {
namespace {

using vocabulary::Time;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);
constexpr auto kSecond = std::chrono::seconds(1);

CredentialCache::Entry entry(const std::string& id, Time until = kNow + 5 * kSecond) {
  return {.caller = {.id = id, .kind = vocabulary::CallerKind::person, .grants = {}},
          .from = kNow,
          .until = until,
          .revocations = 0};
}

TEST(CredentialCache, knows_what_it_was_told_until_its_time) {
  CredentialCache cache(10);
  const auto digest = crypto::sha256("a");
  EXPECT_EQ(cache.find(digest, kNow, 0), nullptr);
  cache.put(digest, entry("ada"));
  ASSERT_NE(cache.find(digest, kNow, 0), nullptr);
  EXPECT_EQ(cache.find(digest, kNow + 4 * kSecond, 0)->id, "ada");
  EXPECT_EQ(cache.find(crypto::sha256("b"), kNow, 0), nullptr);
  EXPECT_EQ(cache.find(digest, kNow + 5 * kSecond, 0), nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(CredentialCache, forgets_when_the_clock_goes_back) {
  CredentialCache cache(10);
  cache.put(crypto::sha256("a"), entry("ada"));
  EXPECT_EQ(cache.find(crypto::sha256("a"), kNow - kSecond, 0), nullptr);
}

TEST(CredentialCache, forgets_everything_older_than_a_revocation) {
  CredentialCache cache(10);
  cache.put(crypto::sha256("a"), entry("ada"));
  EXPECT_EQ(cache.find(crypto::sha256("a"), kNow, 1), nullptr);
  auto stale_at_birth = entry("ada");
  stale_at_birth.revocations = 1;
  cache.put(crypto::sha256("a"), stale_at_birth);
  EXPECT_EQ(cache.find(crypto::sha256("a"), kNow, 2), nullptr);
}

TEST(CredentialCache, does_not_keep_what_is_over_already) {
  CredentialCache cache(10);
  cache.put(crypto::sha256("a"), entry("ada", kNow));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(CredentialCache, lets_the_least_recently_used_go) {
  CredentialCache cache(3);
  for (const auto* name : {"a", "b", "c"}) cache.put(crypto::sha256(name), entry(name));
  EXPECT_NE(cache.find(crypto::sha256("a"), kNow, 0), nullptr);
  cache.put(crypto::sha256("d"), entry("d"));
  EXPECT_EQ(cache.size(), 3U);
  EXPECT_EQ(cache.find(crypto::sha256("b"), kNow, 0), nullptr);
  for (const auto* name : {"a", "c", "d"}) EXPECT_EQ(cache.find(crypto::sha256(name), kNow, 0)->id, name);
  cache.put(crypto::sha256("a"), entry("again"));
  EXPECT_EQ(cache.size(), 3U);
  EXPECT_EQ(cache.find(crypto::sha256("a"), kNow, 0)->id, "again");
}

TEST(CredentialCache, stays_within_its_bound) {
  CredentialCache cache(100);
  for (int i = 0; i < 10'000; ++i) cache.put(crypto::sha256(std::to_string(i)), entry("x"));
  EXPECT_EQ(cache.size(), 100U);
}

}  // namespace
}  // namespace mms::access
