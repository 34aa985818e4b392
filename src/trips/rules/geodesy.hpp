// Distances on the earth, and where a point lies beside a line between two others.
#pragma once

#include "vocabulary/describe.hpp"

namespace mms::trips {

// WGS 84, degrees.
struct Point {
  double latitude = 0;
  double longitude = 0;
  bool operator==(const Point&) const = default;
};
BOOST_DESCRIBE_STRUCT(Point, (), (latitude, longitude))

// Great-circle distance in metres on a sphere of the mean radius (haversine); within 0.6 % of the ellipsoid's.
double distance_m(const Point& a, const Point& b);

// The place on the line from `a` to `b` that is nearest to a point: how far along (0 to 1) and how far beside it.
struct Beside {
  double along = 0;
  double away_m = 0;
};
// Projects around the point; good for lines of some hundred kilometres.
Beside beside(const Point& point, const Point& a, const Point& b);

}  // namespace mms::trips
