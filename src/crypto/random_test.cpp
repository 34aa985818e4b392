// Randomness and ids: unguessable enough to differ, and in order.
#include "crypto/random.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_set>
#include <vector>

namespace mms::crypto {
namespace {

using vocabulary::Time;
using vocabulary::Uuid;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);

TEST(Random, any_size_is_filled_and_never_the_same_twice) {
  for (const std::size_t size : {16U, 32U, 1024U, 1025U, 4096U, 100'000U}) {
    EXPECT_NE(random_text(size), random_text(size)) << size;
    EXPECT_EQ(random_text(size).size(), size);
  }
  EXPECT_EQ(random_text(0), "");
}

TEST(Random, all_byte_values_come) {
  std::set<char> seen;
  for (int i = 0; i < 1000; ++i) {
    for (const char c : random_text(16)) seen.insert(c);
  }
  EXPECT_EQ(seen.size(), 256U);
}

TEST(Random, threads_draw_different_bytes) {
  std::mutex mutex;
  std::set<std::string> seen;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        auto text = random_text(16);
        const std::lock_guard lock(mutex);
        seen.insert(std::move(text));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 4000U);
}

TEST(RandomIds, carry_version_variant_and_millisecond) {
  RandomIdSource ids;
  const auto id = ids.next(kNow + std::chrono::microseconds(1999));
  EXPECT_TRUE(is_version_7(id));
  EXPECT_EQ(time_of(id), kNow + std::chrono::milliseconds(1));
}

TEST(RandomIds, grow_strictly_within_a_millisecond) {
  RandomIdSource ids;
  auto last = ids.next(kNow);
  for (int i = 0; i < 200'000; ++i) {
    const auto id = ids.next(kNow);
    ASSERT_LT(last, id);
    ASSERT_TRUE(is_version_7(id));
    last = id;
  }
  EXPECT_LE(time_of(last), kNow + std::chrono::milliseconds(1));
}

TEST(RandomIds, grow_strictly_when_the_clock_goes_back) {
  RandomIdSource ids;
  auto last = ids.next(kNow);
  for (int i = 1; i < 1000; ++i) {
    const auto id = ids.next(kNow - std::chrono::seconds(i % 7));
    ASSERT_LT(last, id);
    last = id;
  }
  EXPECT_LT(last, ids.next(kNow + std::chrono::seconds(1)));
}

TEST(RandomIds, of_two_sources_do_not_meet) {
  RandomIdSource first;
  RandomIdSource second;
  std::unordered_set<Uuid> seen;
  for (int i = 0; i < 50'000; ++i) {
    seen.insert(first.next(kNow));
    seen.insert(second.next(kNow));
  }
  EXPECT_EQ(seen.size(), 100'000U);
}

TEST(RandomIds, cost_little) {
  RandomIdSource ids;
  const auto begin = std::chrono::steady_clock::now();
  constexpr int kCount = 1'000'000;
  std::uint8_t sum = 0;
  for (int i = 0; i < kCount; ++i) sum ^= ids.next(kNow + std::chrono::microseconds(i)).bytes[15];
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
  RecordProperty("nanoseconds_per_id", static_cast<int>(spent.count() / kCount));
  // 30 ns in a release build; the bound is for sanitizers on a busy machine.
  EXPECT_LT(spent.count() / kCount, 2000.0) << int(sum);
}

}  // namespace
}  // namespace mms::crypto
