// The laws of times and their texts.
#include "vocabulary/time.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mms::vocabulary {
namespace {

// Ends of years, leap days, both sides of 1970, the first and the last that have a text.
const std::vector<std::string> kInOrder{
    "0000-01-01T00:00:00.000000Z", "0001-02-28T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z",
    "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.000001Z", "2000-02-29T12:00:00.000000Z",
    "2024-02-29T23:59:59.999999Z", "2024-03-01T00:00:00.000000Z", "2026-05-04T12:00:00.500000Z",
    "2026-12-31T23:59:59.999999Z", "2027-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"};

TEST(TimeText, RoundTripsAndHasTwentySevenCharacters) {
  for (const auto& text : kInOrder) {
    const auto time = time_from_text(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(to_text(*time), text);
    EXPECT_EQ(text.size(), 27U);
  }
}

TEST(TimeText, SortsAsTheTimesDo) {
  for (std::size_t i = 1; i < kInOrder.size(); ++i) {
    EXPECT_LT(*time_from_text(kInOrder[i - 1]), *time_from_text(kInOrder[i])) << kInOrder[i];
  }
}

TEST(TimeText, EveryDayOfFourCenturiesRoundTrips) {
  using std::chrono::days;
  const Time first = std::chrono::sys_days(std::chrono::year(1900) / 1 / 1);
  std::string before;
  for (int day = 0; day < 146'097; ++day) {
    const Time time = first + days(day) + std::chrono::microseconds(day * 7919LL);
    const auto text = to_text(time);
    ASSERT_EQ(time_from_text(text), time) << text;
    ASSERT_LT(before, text);
    before = text;
  }
}

struct Reads {
  std::string given;
  std::string means;
};

TEST(TimeText, ReadsEveryFormOfRfc3339AndPostgres) {
  const std::vector<Reads> table{
      {"2026-05-04T12:00:00Z", "2026-05-04T12:00:00.000000Z"},
      {"2026-05-04t12:00:00z", "2026-05-04T12:00:00.000000Z"},
      {"2026-05-04T12:00:00.5Z", "2026-05-04T12:00:00.500000Z"},
      {"2026-05-04T12:00:00.123456789Z", "2026-05-04T12:00:00.123456Z"},
      {"2026-05-04T12:00:00+02:00", "2026-05-04T10:00:00.000000Z"},
      {"2026-05-04T12:00:00-05:30", "2026-05-04T17:30:00.000000Z"},
      {"2026-05-04T12:00:00-00:00", "2026-05-04T12:00:00.000000Z"},
      {"2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000000Z"},
      {"2026-11-24 20:59:26.5+00", "2026-11-24T20:59:26.500000Z"},
      {"2026-11-24 20:59:26+05:30", "2026-11-24T15:29:26.000000Z"},
  };
  for (const auto& row : table) {
    const auto time = time_from_text(row.given);
    ASSERT_TRUE(time) << row.given;
    EXPECT_EQ(to_text(*time), row.means) << row.given;
  }
}

TEST(TimeText, RefusesEverythingElse) {
  for (const std::string given : {"",
                                  "2026",
                                  "2026-05-04",
                                  "2026-05-04T12:00Z",
                                  "2026-05-04T12:00:00",
                                  "2026-05-04T12:00:00.Z",
                                  "2026-05-04T12:00:00.1234567890Z",
                                  "2026-05-04T24:00:00Z",
                                  "2026-05-04T12:60:00Z",
                                  "2026-05-04T12:00:61Z",
                                  "2026-02-29T00:00:00Z",
                                  "2026-04-31T00:00:00Z",
                                  "2026-13-01T00:00:00Z",
                                  "2026-00-01T00:00:00Z",
                                  "2026-01-00T00:00:00Z",
                                  "2026-05-04T12:00:00Z ",
                                  " 2026-05-04T12:00:00Z",
                                  "2026-05-04T12:00:00+24:00",
                                  "2026-05-04T12:00:00+02:60",
                                  "2026-05-04T12:00:00+0200",
                                  "2026-05-04T12:00:00+02:",
                                  "2026-05-04T12:00:00+",
                                  "2026-05-04T12:00:00,5Z",
                                  "26-05-04T12:00:00Z",
                                  "+2026-05-04T12:00:00Z",
                                  "2026-05-04T1a:00:00Z",
                                  "1778155200",
                                  "infinity"}) {
    EXPECT_FALSE(time_from_text(given)) << given;
  }
}

TEST(TimeText, AnOffsetDoesNotLeadOutOfFourDigitYears) {
  EXPECT_FALSE(time_from_text("9999-12-31T23:59:59-00:01"));
  EXPECT_FALSE(time_from_text("9999-12-31T23:59:60Z"));
  EXPECT_FALSE(time_from_text("0000-01-01T00:00:00+00:01"));
}

TEST(Seconds, AreRoundedToTheMicrosecond) {
  EXPECT_EQ(seconds(1.5).count(), 1'500'000);
  EXPECT_EQ(seconds(0.0000014).count(), 1);
  EXPECT_EQ(seconds(0.0000016).count(), 2);
  EXPECT_EQ(seconds(-0.25).count(), -250'000);
}

}  // namespace
}  // namespace mms::vocabulary
