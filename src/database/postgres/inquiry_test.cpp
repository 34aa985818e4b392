// The outcome of a lost commit: every status × the same or another life of the server.
#include "database/postgres/inquiry.hpp"

#include <gtest/gtest.h>

namespace mms::postgres {
namespace {

using database::Commit;

Inquiry about_mine() {
  return Inquiry({"741", "2026-11-24 20:00:00", 4711}, TimePoint{}, std::chrono::milliseconds(8000));
}

struct Case {
  const char* status;
  bool same_server;
  std::optional<Commit> outcome;
};

TEST(Inquiry, OnlyWhatIsProvenIsTold) {
  const Case cases[] = {
      {"committed", true, Commit::committed},
      {"committed", false, Commit::unknown},  // the id may have been given out again after a crash
      {"aborted", true, Commit::rolled_back},
      {"aborted", false, Commit::rolled_back},
      {"in progress", true, std::nullopt},
      {"in progress", false, std::nullopt},
      {"", true, Commit::unknown},
      {"", false, Commit::unknown},
  };
  for (const auto& c : cases) {
    auto inquiry = about_mine();
    EXPECT_EQ(inquiry.heard(c.status, c.same_server ? "2026-11-24 20:00:00" : "2026-11-24 21:00:00"), c.outcome)
        << c.status << " " << c.same_server;
  }
}

TEST(Inquiry, AnIdOfTheFutureWasNeverCommitted) {
  EXPECT_EQ(about_mine().refused("22023"), Commit::rolled_back);
  EXPECT_EQ(about_mine().refused("57014"), std::nullopt);
}

TEST(Inquiry, PatienceEnds) {
  const auto inquiry = about_mine();
  EXPECT_FALSE(inquiry.is_over(TimePoint{} + std::chrono::milliseconds(8000)));
  EXPECT_TRUE(inquiry.is_over(TimePoint{} + std::chrono::milliseconds(8001)));
  EXPECT_FALSE(inquiry.is_tired(TimePoint{}));
  EXPECT_TRUE(inquiry.is_tired(TimePoint{} + std::chrono::seconds(1)));
}

}  // namespace
}  // namespace mms::postgres
