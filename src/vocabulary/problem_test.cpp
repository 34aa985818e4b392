// The laws of refusals.
#include "vocabulary/problem.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace mms::vocabulary {
namespace {

TEST(Problems, EveryKindHasItsOwnSnakeCaseName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ProblemKind::request_timeout); ++i) {
    const auto name = name_of(static_cast<ProblemKind>(i));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << name;
  }
  EXPECT_TRUE(names.contains("malformed_json"));
  EXPECT_TRUE(names.contains("request_timeout"));
}

Result<int> half(int number) {
  if (number % 2 != 0) return refuse(ProblemKind::bad_parameter, "must be even", "\"given\":1");
  return number / 2;
}

Result<std::string> quarter(int number) {
  TRY(once, half(number));
  TRY(twice, half(once));
  return std::to_string(twice);
}

TEST(Problems, TryTakesTheValueOrLeavesWithTheProblem) {
  EXPECT_EQ(quarter(8).value(), "2");
  const auto refused = quarter(6);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ProblemKind::bad_parameter);
  EXPECT_EQ(refused.error().detail, "must be even");
  EXPECT_EQ(refused.error().members, "\"given\":1");
  EXPECT_TRUE(refused.error().internal.empty());
}

}  // namespace
}  // namespace mms::vocabulary
