// Laws of the buckets: alone, shared among replicas, and how they are written.
#include "access/rules/rate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

namespace mms::access {
namespace {

using vocabulary::Permission;

double in_seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// The most that left within any window, less what rate × window allows: to be compared with the burst.
double most_beyond_the_rate(const std::vector<Nanoseconds>& taken, const Rate& rate) {
  double most = 0;
  double low = 1e300;  // of index - rate × time at a window's begin
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const double level = static_cast<double>(i) - rate.per_second * in_seconds(taken[i]);
    low = std::min(low, level);
    most = std::max(most, level - low + 1);
  }
  return most;
}

struct Trial {
  std::mt19937_64 random;
  Rate rate;
  Nanoseconds now{0};

  explicit Trial(std::uint64_t seed) : random(seed) {
    rate.per_second = std::exp(uniform(-2, 8));
    rate.burst = std::floor(std::exp(uniform(0, 6)));
    now = Nanoseconds(random() % 1'000'000'000'000);
  }
  double uniform(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random); }
  // Floods, trickles and pauses, in times of a token.
  void pass_some_time() {
    const double tokens = random() % 20 == 0 ? uniform(0, 2 * rate.burst) : random() % 3 == 0 ? uniform(0, 3) : 0.01;
    now += Nanoseconds(static_cast<std::int64_t>(tokens / rate.per_second * 1e9));
  }
};

TEST(Rates, never_more_than_burst_and_rate_within_any_window) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Trial trial(seed);
    const BucketRule rule(trial.rate);
    Bucket bucket;
    std::vector<Nanoseconds> taken;
    for (int step = 0; step < 2000; ++step) {
      trial.pass_some_time();
      const auto left = tokens_in(bucket, rule, trial.now);
      const auto wait = take(bucket, rule, trial.now);
      ASSERT_EQ(wait.has_value(), left == 0) << seed;
      if (!wait) {
        taken.push_back(trial.now);
        continue;
      }
      // What it says is the first moment at which there is one.
      auto sooner = bucket;
      ASSERT_TRUE(take(sooner, rule, trial.now + *wait - Nanoseconds(1)));
      ASSERT_FALSE(take(sooner, rule, trial.now + *wait));
    }
    EXPECT_LE(most_beyond_the_rate(taken, trial.rate), trial.rate.burst + 1e-3) << seed;
    EXPECT_GE(static_cast<double>(taken.size()), std::min(trial.rate.burst, 100.0)) << seed;
  }
}

// Replicas that settle late and in any order: each further one lets through a burst more at the most, and what comes in
// while it does not know of the others; all of it is owed and paid back.
TEST(Rates, shared_by_replicas_at_most_one_burst_more_for_each_further_one) {
  struct Letter {
    std::size_t replica;
    Nanoseconds owed;
  };
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Trial trial(seed);
    const BucketRule rule(trial.rate);
    const auto count = 1 + trial.random() % 4;
    std::vector<Bucket> replicas(count);
    std::vector<bool> waits(count, false);
    std::vector<Nanoseconds> heard(count, trial.now);
    Nanoseconds longest_deaf{0};
    Nanoseconds shared_full_at{0};
    std::deque<Letter> letters;
    std::vector<Nanoseconds> taken;
    for (int step = 0; step < 4000; ++step) {
      trial.pass_some_time();
      const auto here = trial.random() % count;
      if (!take(replicas[here], rule, trial.now)) taken.push_back(trial.now);
      if (trial.random() % 4 == 0 && !waits[here]) {
        letters.push_back({here, settle(replicas[here])});
        waits[here] = true;
      }
      if (letters.empty() || trial.random() % 3 != 0) continue;
      const auto [replica, owed] = letters.front();
      letters.pop_front();
      waits[replica] = false;
      longest_deaf = std::max(longest_deaf, trial.now - std::exchange(heard[replica], trial.now));
      shared_full_at = std::max(shared_full_at, trial.now) + owed;
      settled(replicas[replica], shared_full_at - trial.now, trial.now);
    }
    const auto further = static_cast<double>(count - 1);
    EXPECT_LE(most_beyond_the_rate(taken, trial.rate),
              trial.rate.burst + further * (trial.rate.burst + trial.rate.per_second * in_seconds(longest_deaf)) + 1e-3)
        << seed;
  }
}

TEST(Rates, what_could_not_be_told_is_owed_no_longer_than_the_bucket_here_owes_it) {
  const BucketRule rule({.per_second = 10, .burst = 5});
  const auto second = Nanoseconds(1'000'000'000);
  Bucket bucket;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(take(bucket, rule, second));
  const auto owed = settle(bucket);
  EXPECT_EQ(owed, second / 2);
  not_settled(bucket, owed, second + second / 10);
  EXPECT_EQ(settle(bucket), second / 2 - second / 10);
  not_settled(bucket, owed, 10 * second);
  EXPECT_EQ(settle(bucket), Nanoseconds(0));
}

TEST(Rates, what_is_given_back_can_be_taken_again) {
  const BucketRule rule({.per_second = 1, .burst = 2});
  Bucket bucket;
  const Nanoseconds now(5'000'000'000);
  EXPECT_FALSE(take(bucket, rule, now));
  EXPECT_FALSE(take(bucket, rule, now));
  EXPECT_TRUE(take(bucket, rule, now));
  give_back(bucket, rule);
  EXPECT_FALSE(take(bucket, rule, now));
  EXPECT_EQ(settle(bucket), Nanoseconds(2'000'000'000));
}

TEST(Rates, are_written_as_a_rate_and_a_burst) {
  EXPECT_EQ(rate_of("0"), Rate());
  EXPECT_EQ(rate_of("50"), (Rate{.per_second = 50, .burst = 500}));
  EXPECT_EQ(rate_of("0.01"), (Rate{.per_second = 0.01, .burst = 1}));
  EXPECT_EQ(rate_of("2.5:7"), (Rate{.per_second = 2.5, .burst = 7}));
  for (const auto* wrong :
       {"", "-1", "x", "5:", ":5", "5:0", "5:0.5", "1e9", "5:1e9", "nan", "inf", "5 ", "5:6:7", "0:5", "0.001:1000"}) {
    EXPECT_FALSE(rate_of(wrong)) << wrong;
  }
}

TEST(Rates, a_request_has_one_class) {
  EXPECT_EQ(rate_class_of(Permission::missions_read, true, false), RateClass::reads);
  EXPECT_EQ(rate_class_of(Permission::missions_report, true, false), RateClass::reads);
  EXPECT_EQ(rate_class_of(Permission::missions_write, false, false), RateClass::writes);
  EXPECT_EQ(rate_class_of(Permission::tracking_write, false, false), RateClass::reports);
  EXPECT_EQ(rate_class_of(Permission::metrics_read, true, true), RateClass::heavy);
}

}  // namespace
}  // namespace mms::access
