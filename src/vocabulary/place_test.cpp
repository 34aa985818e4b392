// Laws of distances and of longitudes around the earth.
#include "vocabulary/place.hpp"

#include <gtest/gtest.h>

namespace mms::vocabulary {
namespace {

Coordinates at(double latitude, double longitude) {
  return {.latitude = {latitude}, .longitude = {longitude}};
}

TEST(Place, ADegreeOfLatitudeIsAbout111Kilometres) {
  EXPECT_NEAR(distance_m(at(0, 0), at(1, 0)), 111'195, 5);
  EXPECT_NEAR(distance_m(at(60, 10), at(60, 11)), 111'195 / 2.0, 40);
}

TEST(Place, DistanceIsSymmetricAndZeroToItself) {
  const auto a = at(-33.9, 151.2);
  const auto b = at(51.5, -0.1);
  EXPECT_DOUBLE_EQ(distance_m(a, b), distance_m(b, a));
  EXPECT_EQ(distance_m(a, a), 0);
  EXPECT_NEAR(distance_m(a, b), 16'990'000, 60'000);
}

TEST(Place, TheAntimeridianIsNoBorder) {
  EXPECT_NEAR(distance_m(at(0, 179.99), at(0, -179.99)), 2224, 1);
  EXPECT_NEAR(distance_m(at(0, 180), at(0, -180)), 0, 1e-6);
  EXPECT_NEAR(unwrapped_longitude(-179.5, 179.5), 180.5, 1e-9);
  EXPECT_NEAR(unwrapped_longitude(179.5, -179.5), -180.5, 1e-9);
  EXPECT_EQ(unwrapped_longitude(12, 13), 12);
}

TEST(Place, OppositePointsAreHalfAroundTheEarth) {
  EXPECT_NEAR(distance_m(at(0, 0), at(0, 180)), 20'015'114, 100);
  EXPECT_NEAR(distance_m(at(90, 0), at(-90, 77)), 20'015'114, 100);
}

}  // namespace
}  // namespace mms::vocabulary
