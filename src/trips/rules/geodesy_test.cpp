// Laws of distances on the earth.
#include "trips/rules/geodesy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace mms::trips {
namespace {

const std::vector<Point> kPlaces{{0, 0},         {52.52, 13.405}, {-33.86, 151.21}, {89.9, 10},
                                 {64.1, -179.9}, {64.1, 179.9},   {-90, 0}};

TEST(Geodesy, DistanceIsAMetric) {
  for (const auto& a : kPlaces) {
    EXPECT_EQ(distance_m(a, a), 0);
    for (const auto& b : kPlaces) {
      EXPECT_DOUBLE_EQ(distance_m(a, b), distance_m(b, a));
      if (a != b) EXPECT_GT(distance_m(a, b), 0);
      for (const auto& c : kPlaces) EXPECT_LE(distance_m(a, c), distance_m(a, b) + distance_m(b, c) + 1e-6);
    }
  }
}

TEST(Geodesy, KnownDistancesAreRight) {
  // A degree of latitude, a quarter of the earth, and half of it.
  EXPECT_NEAR(distance_m({0, 0}, {1, 0}), 111'195, 1);
  EXPECT_NEAR(distance_m({0, 0}, {90, 0}), 10'007'557, 2);
  EXPECT_NEAR(distance_m({0, 0}, {0, 180}), 20'015'115, 4);
  // Berlin to Hamburg, 255 km.
  EXPECT_NEAR(distance_m({52.5200, 13.4050}, {53.5511, 9.9937}), 255'300, 500);
}

TEST(Geodesy, TheDateLineIsNoWall) {
  EXPECT_LT(distance_m({64.1, 179.9}, {64.1, -179.9}), 10'000);
  const auto place = beside({64.1, 180}, {64.1, 179.9}, {64.1, -179.9});
  EXPECT_NEAR(place.along, 0.5, 1e-6);
  EXPECT_NEAR(place.away_m, 0, 1e-3);
}

TEST(Geodesy, ThePlaceBesideALineIsOnIt) {
  const Point a{52.52, 13.40};
  const Point b{52.50, 13.45};
  EXPECT_NEAR(beside(a, a, b).along, 0, 1e-9);
  EXPECT_NEAR(beside(b, a, b).along, 1, 1e-9);
  EXPECT_NEAR(beside({52.51, 13.425}, a, b).along, 0.5, 0.01);
  EXPECT_NEAR(beside({52.51, 13.425}, a, b).away_m, 0, 1);
  // Beyond the end it is the end that is nearest.
  EXPECT_EQ(beside({52.0, 14.0}, a, b).along, 1);
  EXPECT_NEAR(beside({52.49, 13.45}, a, b).away_m, distance_m({52.49, 13.45}, b), 2);
  // A line of no length.
  EXPECT_NEAR(beside({52.53, 13.40}, a, a).away_m, distance_m({52.53, 13.40}, a), 1);
}

}  // namespace
}  // namespace mms::trips
