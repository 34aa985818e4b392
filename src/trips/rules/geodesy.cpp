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
  const double way = to - from;
  return way > 180 ? way - 360 : way < -180 ? way + 360 : way;
}

}  // namespace

double distance_m(const Point& a, const Point& b) {
  const double latitude = std::sin(radians(b.latitude - a.latitude) / 2);
  const double longitude = std::sin(radians(longitude_between(a.longitude, b.longitude)) / 2);
  const double h =
      latitude * latitude + std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) * longitude * longitude;
  return 2 * kRadius * std::asin(std::sqrt(std::clamp(h, 0.0, 1.0)));
}

PlaneAt::PlaneAt(const Point& point)
    : at_(point), metres_east_(radians(1) * std::cos(radians(point.latitude)) * kRadius) {}

PlaneAt::Place PlaneAt::of(const Point& point) const {
  return {longitude_between(at_.longitude, point.longitude) * metres_east_,
          radians(point.latitude - at_.latitude) * kRadius};
}

Beside beside(const Point& point, const Point& a, const Point& b) {
  const PlaneAt plane(point);
  const auto from = plane.of(a);
  const auto to = plane.of(b);
  const double x = to.x - from.x;
  const double y = to.y - from.y;
  const double length = x * x + y * y;
  const double along = length > 0 ? std::clamp(-(from.x * x + from.y * y) / length, 0.0, 1.0) : 1.0;
  return {along, std::hypot(from.x + along * x, from.y + along * y)};
}

Point between(const Point& a, const Point& b, double share) {
  const double longitude = a.longitude + share * longitude_between(a.longitude, b.longitude);
  return {a.latitude + share * (b.latitude - a.latitude), longitude_between(0, longitude)};
}

}  // namespace mms::trips
