// Haversine, and a projection onto the plane that touches the earth at the point.
#include "trips/rules/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mms::trips {
namespace {

constexpr double kRadius = 6'371'008.8;  // mean radius of the earth, metres

double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

// The short way around, across the date line too.
double longitude_between(double from, double to) {
  return std::remainder(to - from, 360.0);
}

struct Plane {
  double x;
  double y;
};

Plane onto_plane(const Point& origin, const Point& p) {
  return {radians(longitude_between(origin.longitude, p.longitude)) * std::cos(radians(origin.latitude)) * kRadius,
          radians(p.latitude - origin.latitude) * kRadius};
}

}  // namespace

double distance_m(const Point& a, const Point& b) {
  const double latitude = std::sin(radians(b.latitude - a.latitude) / 2);
  const double longitude = std::sin(radians(longitude_between(a.longitude, b.longitude)) / 2);
  const double h =
      latitude * latitude + std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) * longitude * longitude;
  return 2 * kRadius * std::asin(std::sqrt(std::clamp(h, 0.0, 1.0)));
}

Beside beside(const Point& point, const Point& a, const Point& b) {
  const auto from = onto_plane(point, a);
  const auto to = onto_plane(point, b);
  const double x = to.x - from.x;
  const double y = to.y - from.y;
  const double length = x * x + y * y;
  const double along = length > 0 ? std::clamp(-(from.x * x + from.y * y) / length, 0.0, 1.0) : 1.0;
  return {along, std::hypot(from.x + along * x, from.y + along * y)};
}

}  // namespace mms::trips
