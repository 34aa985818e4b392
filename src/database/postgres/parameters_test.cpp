// Cells in the two forms that travel.
#include "database/postgres/parameters.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace mms::postgres {
namespace {

using database::cell;
using database::Cell;

TEST(Parameters, OnceIsTextAndNullIsNull) {
  const std::vector<Cell> cells{cell("a\"b"), Cell(), cell(-7), cell(2.5), cell(true), cell("")};
  Parameters parameters;
  parameters.fill_once(cells);
  ASSERT_EQ(parameters.count(), 6);
  EXPECT_STREQ(parameters.values()[0], "a\"b");
  EXPECT_EQ(parameters.values()[1], nullptr);
  EXPECT_STREQ(parameters.values()[2], "-7");
  EXPECT_STREQ(parameters.values()[3], "2.5");
  EXPECT_STREQ(parameters.values()[4], "true");
  EXPECT_STREQ(parameters.values()[5], "");
  EXPECT_EQ(parameters.formats()[0], 0);
}

TEST(Parameters, ManyIsOneBinaryArrayForEachColumn) {
  const std::vector<Cell> cells{cell("{\"a\"}"), cell(1), cell("x"), Cell()};
  Parameters parameters;
  parameters.fill_many(cells, 2);
  ASSERT_EQ(parameters.count(), 2);
  using namespace std::string_view_literals;
  const auto head = "\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\2\0\0\0\1"sv;
  const std::string first(parameters.values()[0], static_cast<std::size_t>(parameters.lengths()[0]));
  EXPECT_EQ(first, std::string(head) + std::string("\0\0\0\5{\"a\"}\0\0\0\1x"sv));
  const std::string second(parameters.values()[1], static_cast<std::size_t>(parameters.lengths()[1]));
  EXPECT_EQ(second, std::string(head) + std::string("\0\0\0\1"
                                                    "1\xff\xff\xff\xff"sv));
  EXPECT_EQ(parameters.formats()[1], 1);
}

TEST(Parameters, ANulIsFoundBeforeAnythingIsSent) {
  const std::vector<Cell> good{cell("a"), cell(0), Cell()};
  const std::vector<Cell> bad{cell(std::string("a\0b", 3))};
  EXPECT_FALSE(find_unstorable(good));
  ASSERT_TRUE(find_unstorable(bad));
  EXPECT_EQ(find_unstorable(bad)->sqlstate, "22021");
}

}  // namespace
}  // namespace mms::postgres
