// The cache never answers less than what the lane wrote.
#include "missions/mission_cache.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace mms::missions {
namespace {

vocabulary::MissionId id_of(std::uint8_t n) {
  vocabulary::MissionId id;
  id.uuid.bytes[0] = n;  // one shard for all
  return id;
}

CachedMission at_version(std::int64_t version) {
  return {.fleet_id = "f",
          .vehicle_id = {},
          .version = version,
          .deleted = false,
          .body = std::make_shared<const std::string>(std::to_string(version))};
}

std::int64_t version_of(MissionCache& cache, std::uint8_t n) {
  const auto found = cache.find(id_of(n));
  return found ? found->version : 0;
}

TEST(MissionCache, WhatTheLaneWroteIsFound) {
  MissionCache cache(16 * 4);
  cache.put(id_of(1), at_version(1));
  cache.put(id_of(1), at_version(2));
  EXPECT_EQ(version_of(cache, 1), 2);
  EXPECT_EQ(version_of(cache, 2), 0);
}

TEST(MissionCache, ASlowReaderNeverPutsAnOlderVersionInPlaceOfANewerOne) {
  MissionCache cache(16 * 4);
  const auto ticket = cache.ticket(id_of(1));
  cache.put(id_of(1), at_version(2));
  cache.offer(id_of(1), at_version(1), ticket);
  EXPECT_EQ(version_of(cache, 1), 2);
}

TEST(MissionCache, NorAnOlderVersionInPlaceOfANewerOneThatCameAndWent) {
  MissionCache cache(16 * 2);
  const auto ticket = cache.ticket(id_of(1));
  cache.put(id_of(1), at_version(2));
  cache.put(id_of(2), at_version(1));
  cache.put(id_of(3), at_version(1));
  ASSERT_EQ(version_of(cache, 1), 0);
  cache.offer(id_of(1), at_version(1), ticket);
  EXPECT_EQ(version_of(cache, 1), 0);
  cache.offer(id_of(1), at_version(2), cache.ticket(id_of(1)));
  EXPECT_EQ(version_of(cache, 1), 2);
}

TEST(MissionCache, WhatIsInDoubtIsReadAnewByAllWhoBeginBehindIt) {
  MissionCache cache(16 * 4);
  cache.put(id_of(1), at_version(1));
  const auto before = cache.ticket(id_of(1));
  cache.forget(id_of(1));
  EXPECT_EQ(version_of(cache, 1), 0);
  cache.offer(id_of(1), at_version(1), before);
  EXPECT_EQ(version_of(cache, 1), 0);
  cache.offer(id_of(1), at_version(2), cache.ticket(id_of(1)));
  EXPECT_EQ(version_of(cache, 1), 2);
}

TEST(MissionCache, HoldsNoMoreThanItsCapacityAndNothingWhenThatIsZero) {
  MissionCache cache(16 * 3);
  for (std::uint8_t n = 1; n <= 10; ++n) cache.put(id_of(n), at_version(1));
  int held = 0;
  for (std::uint8_t n = 1; n <= 10; ++n) held += version_of(cache, n) > 0 ? 1 : 0;
  EXPECT_EQ(held, 3);
  MissionCache none(0);
  none.put(id_of(1), at_version(1));
  EXPECT_EQ(version_of(none, 1), 0);
}

TEST(MissionCache, VersionsOnlyGrowForWhoeverLooksWhileTheLaneWrites) {
  MissionCache cache(16 * 2);
  std::thread lane([&] {
    for (std::int64_t version = 1; version <= 20'000; ++version) {
      cache.put(id_of(1), at_version(version));
      cache.put(id_of(static_cast<std::uint8_t>(2 + version % 5)), at_version(version));
    }
  });
  std::int64_t last = 0;
  while (last < 20'000) {
    const auto ticket = cache.ticket(id_of(1));
    const auto seen = version_of(cache, 1);
    if (seen == 0) {
      cache.offer(id_of(1), at_version(std::max<std::int64_t>(last, 1)), ticket);
      continue;
    }
    ASSERT_GE(seen, last);
    last = seen;
  }
  lane.join();
}

}  // namespace
}  // namespace mms::missions
