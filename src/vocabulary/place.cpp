// Distances on the sphere.
#include "vocabulary/place.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mms::vocabulary {
namespace {

constexpr double kEarthRadius_m = 6'371'008.8;  // IUGG mean radius

double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

}  // namespace

double distance_m(const Coordinates& from, const Coordinates& to) {
  const double south = radians(from.latitude);
  const double north = radians(to.latitude);
  const double across = std::sin((north - south) / 2);
  const double along = std::sin(radians(to.longitude - from.longitude) / 2);
  const double h = across * across + std::cos(south) * std::cos(north) * along * along;
  return 2 * kEarthRadius_m * std::asin(std::sqrt(std::min(1.0, h)));
}

double unwrapped_longitude(double degrees, double near) {
  return degrees + 360 * std::round((near - degrees) / 360);
}

}  // namespace mms::vocabulary
