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

// The plane that touches the earth at a point; good for some hundred kilometres around it.
class PlaneAt {
 public:
  // Metres to the east and to the north.
  struct Place {
    double x;
    double y;
  };
  explicit PlaneAt(const Point& point);
  Place of(const Point& point) const;

 private:
  Point at_;
  double metres_east_;  // of a degree of longitude
};

// The point at a share (0 to 1) of the straight way from `a` to `b`; for short ways.
Point between(const Point& a, const Point& b, double share);

}  // namespace mms::trips
