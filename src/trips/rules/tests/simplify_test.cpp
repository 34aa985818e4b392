// Simplified lines: what is dropped lies near what is kept.
#include "trips/rules/simplify.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mms::trips {
namespace {

TEST(Simplify, EveryDroppedPointLiesWithinTheToleranceOfTheLine) {
  std::mt19937 random(3);
  std::normal_distribution<double> step(0, 0.001);
  std::vector<Point> points{{52.5, 13.4}};
  for (int i = 0; i < 500; ++i)
    points.push_back({points.back().latitude + step(random), points.back().longitude + 0.0005 + step(random)});
  std::size_t before = points.size() + 1;
  for (const double tolerance : {1.0, 10.0, 100.0, 1000.0, 1e7}) {
    const auto kept = simplified(points, tolerance);
    EXPECT_EQ(kept.front(), 0U);
    EXPECT_EQ(kept.back(), points.size() - 1);
    EXPECT_LT(kept.size(), before);
    before = kept.size();
    for (std::size_t k = 1; k < kept.size(); ++k) {
      for (std::size_t i = kept[k - 1]; i <= kept[k]; ++i) {
        EXPECT_LE(beside(points[i], points[kept[k - 1]], points[kept[k]]).away_m, tolerance + 1e-6);
      }
    }
  }
  EXPECT_EQ(before, 2U);
}

TEST(Simplify, FewPointsStayAsTheyAre) {
  EXPECT_TRUE(simplified({}, 5).empty());
  EXPECT_EQ(simplified({{1, 1}}, 5), (std::vector<std::size_t>{0}));
  EXPECT_EQ(simplified({{1, 1}, {1, 1}}, 5), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(simplified({{1, 1}, {1, 2}, {1, 3}}, 50).size(), 2U);
}

}  // namespace
}  // namespace mms::trips
