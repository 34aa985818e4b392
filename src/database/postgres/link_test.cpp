// A connection's phases and pauses, by a clock of the test's own.
#include "database/postgres/link.hpp"

#include <gtest/gtest.h>

namespace mms::postgres {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kStart{std::chrono::seconds(1000)};

TEST(Link, CallsWaitForTheFirstAttemptAndAreRefusedAfterAFailedOne) {
  Link link{Settings{}};
  EXPECT_TRUE(link.accepts());
  link.attempt(kStart);
  EXPECT_TRUE(link.accepts());
  link.lost(kStart, 0.5);
  EXPECT_FALSE(link.accepts());
  link.attempt(kStart);
  link.connected();
  EXPECT_TRUE(link.accepts());
  EXPECT_FALSE(link.is_ready());
  link.greeted(kStart);
  EXPECT_TRUE(link.is_ready());
  EXPECT_EQ(link.session(), 1u);
}

TEST(Link, PausesDoubleToTheLongestWithJitter) {
  const Settings settings;
  for (const double chance : {0.0, 0.999}) {
    Link link{settings};
    auto expected = settings.first_pause;
    for (int i = 0; i < 40; ++i) {
      link.attempt(kStart);
      const auto rest = link.lost(kStart, chance);
      EXPECT_GE(rest, expected / 2 - milliseconds(1));
      EXPECT_LE(rest, expected);
      expected = std::min(expected * 2, settings.longest_pause);
    }
  }
}

TEST(Link, AnAttemptAndAPauseTogetherStayWithinTwoSeconds) {
  const Settings settings;
  EXPECT_LE(settings.connect_limit + settings.longest_pause, milliseconds(2000));
}

TEST(Link, ALostSessionIsTriedAgainAtOnceAndAFlappingOneIsNot) {
  Link link{Settings{}};
  link.attempt(kStart);
  link.greeted(kStart);
  EXPECT_GT(link.lost(kStart + milliseconds(10), 0.5).count(), 0);
  EXPECT_TRUE(link.accepts());
  link.attempt(kStart);
  link.greeted(kStart);
  EXPECT_EQ(link.lost(kStart + std::chrono::seconds(5), 0.5).count(), 0);
  EXPECT_TRUE(link.accepts());
}

TEST(Link, AnAttemptThatTakesTooLongIsOverdue) {
  const Settings settings;
  Link link{settings};
  link.attempt(kStart);
  EXPECT_FALSE(link.is_overdue(kStart + settings.connect_limit));
  EXPECT_TRUE(link.is_overdue(kStart + settings.connect_limit + milliseconds(1)));
  link.connected();
  EXPECT_TRUE(link.is_overdue(kStart + settings.connect_limit + milliseconds(1)));
  link.greeted(kStart);
  EXPECT_FALSE(link.is_overdue(kStart + std::chrono::hours(1)));
}

TEST(Link, ClosedIsForGood) {
  Link link{Settings{}};
  link.close();
  EXPECT_FALSE(link.accepts());
  EXPECT_EQ(link.lost(kStart, 0.5).count(), 0);
  EXPECT_TRUE(link.is_closed());
}

}  // namespace
}  // namespace mms::postgres
