// The laws of identifiers.
#include "vocabulary/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace mms::vocabulary {
namespace {

constexpr Time kNoon = std::chrono::sys_days(std::chrono::year(2026) / 5 / 4) + std::chrono::hours(12);

TEST(Ids, TextAndBackIsTheSame) {
  const auto uuid = make_uuid_v7(kNoon, 0x0123456789abcdef, 0xfedcba9876543210);
  EXPECT_EQ(uuid_from_text(to_text(uuid)), uuid);
}

TEST(Ids, TextHasTheFormOfRfc9562) {
  // The example of RFC 9562, appendix A.6: 2022-02-22 14:22:22 -05:00.
  const auto uuid = uuid_from_text("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(to_text(*uuid), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_TRUE(is_version_7(*uuid));
  EXPECT_EQ(to_text(time_of(*uuid)), "2022-02-22T19:22:22.000000Z");
}

TEST(Ids, VersionAndVariantStandWhateverTheRandomBits) {
  for (const std::uint64_t random : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0x5555555555555555}}) {
    const auto text = to_text(make_uuid_v7(kNoon, random, random));
    EXPECT_EQ(text[14], '7') << text;
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos) << text;
    EXPECT_TRUE(is_version_7(*uuid_from_text(text)));
  }
}

TEST(Ids, EveryRandomBitCounts) {
  std::set<Uuid> seen{make_uuid_v7(kNoon, 0, 0)};
  for (int bit = 0; bit < 12; ++bit) EXPECT_TRUE(seen.insert(make_uuid_v7(kNoon, 1ULL << bit, 0)).second) << bit;
  for (int bit = 0; bit < 62; ++bit) EXPECT_TRUE(seen.insert(make_uuid_v7(kNoon, 0, 1ULL << bit)).second) << bit;
}

TEST(Ids, CarryTheirMillisecond) {
  const Time time = kNoon + std::chrono::microseconds(1'234'567);
  EXPECT_EQ(time_of(make_uuid_v7(time, ~0ULL, ~0ULL)), kNoon + std::chrono::milliseconds(1'234));
}

TEST(Ids, SortAsTheirTimesDo) {
  const auto earlier = make_uuid_v7(kNoon, ~0ULL, ~0ULL);
  const auto later = make_uuid_v7(kNoon + std::chrono::milliseconds(1), 0, 0);
  EXPECT_LT(earlier, later);
  EXPECT_LT(to_text(earlier), to_text(later));
}

TEST(Ids, RefuseWhatIsNoUuid) {
  const std::string good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  std::vector<std::string> bad{"", good.substr(1), good + "0", "{" + good + "}", "017f22e279b07cc398c4dc0c0c07398f"};
  // A wrong character at each place.
  for (std::size_t i = 0; i < good.size(); ++i) {
    bad.push_back(good);
    bad.back()[i] = good[i] == '-' ? '0' : 'g';
  }
  for (const auto& text : bad) EXPECT_FALSE(uuid_from_text(text)) << text;
}

TEST(Ids, VersionFourIsNoVersionSeven) {
  EXPECT_FALSE(is_version_7(*uuid_from_text("919108f7-52d1-4320-9bac-f847db4148a8")));
  EXPECT_FALSE(is_version_7(Uuid{}));
}

TEST(Ids, TheHashTellsIdsOfOneMillisecondApart) {
  std::unordered_set<MissionId> ids;
  for (std::uint64_t i = 0; i < 1000; ++i) ids.insert(MissionId{make_uuid_v7(kNoon, 0, i)});
  EXPECT_EQ(ids.size(), 1000U);
}

}  // namespace
}  // namespace mms::vocabulary
