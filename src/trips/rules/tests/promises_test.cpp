// Foretold arrivals: few are kept, spread over the trip, and the error is that of each against the truth.
#include "trips/rules/promises.hpp"

#include <gtest/gtest.h>

namespace mms::trips {
namespace {

using std::chrono::seconds;

constexpr Time kStart{seconds(1'790'000'000)};

TEST(Promises, FewAreKeptAndTheySpanTheTrip) {
  for (const int step : {1, 7, 30, 611}) {
    std::vector<Promise> promises;
    for (int at = 0; at < 86'400; at += step) {
      keep_promise(promises, kStart, kStart + seconds(at), kStart + seconds(90'000));
      ASSERT_LE(promises.size(), kMostPromises);
      ASSERT_TRUE(std::ranges::is_sorted(promises, {}, &Promise::given_s));
      ASSERT_EQ(promises.front().given_s, 0);
      // The latest is never farther away than two of the distances between them.
      ASSERT_LE(at - promises.back().given_s, std::max(step, 2 * std::max(5, 2 * at / 16)));
    }
    EXPECT_GE(promises.size(), kMostPromises / 2);
  }
}

TEST(Promises, AnErrorIsAShareOfWhatWasLeft) {
  const std::vector<Promise> promises{{0, 900}, {500, 1100}, {980, 1006}, {1000, 2000}};
  // 100 of 1000, 100 of 500, 6 of a minute; one given on arrival says nothing.
  const auto error = mean_error_percent(promises, kStart, kStart + seconds(1000));
  ASSERT_TRUE(error.has_value());
  EXPECT_NEAR(*error, (10 + 20 + 10) / 3.0, 1e-9);
  EXPECT_FALSE(mean_error_percent({}, kStart, kStart + seconds(1000)).has_value());
  EXPECT_FALSE(mean_error_percent({{1000, 1000}}, kStart, kStart + seconds(1000)).has_value());
}

}  // namespace
}  // namespace mms::trips
