// Point in polygon by crossings, line against polygon by orientation.
#include "roads/area.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mms::roads {
namespace {

// On which side of a–b c lies; exact: the products stay below 3.6e9 * 1.8e9 < 2^63.
int orientation(Coordinate a, Coordinate b, Coordinate c) {
  const auto x = [](Coordinate p) { return static_cast<std::int64_t>(p.longitude_e7); };
  const auto y = [](Coordinate p) { return static_cast<std::int64_t>(p.latitude_e7); };
  const std::int64_t left = (x(b) - x(a)) * (y(c) - y(a));
  const std::int64_t right = (y(b) - y(a)) * (x(c) - x(a));
  return left > right ? 1 : left < right ? -1 : 0;
}

bool cross(Coordinate a, Coordinate b, Coordinate c, Coordinate d) {
  return orientation(a, b, c) * orientation(a, b, d) <= 0 && orientation(c, d, a) * orientation(c, d, b) <= 0 &&
         std::max(a.longitude_e7, b.longitude_e7) >= std::min(c.longitude_e7, d.longitude_e7) &&
         std::max(c.longitude_e7, d.longitude_e7) >= std::min(a.longitude_e7, b.longitude_e7) &&
         std::max(a.latitude_e7, b.latitude_e7) >= std::min(c.latitude_e7, d.latitude_e7) &&
         std::max(c.latitude_e7, d.latitude_e7) >= std::min(a.latitude_e7, b.latitude_e7);
}

}  // namespace

bool contains(const Area& area, Coordinate place) {
  if (area.ring.size() < 3) return meters_between(area.center, place) <= area.radius_m;
  bool inside = false;
  for (std::size_t i = 0, j = area.ring.size() - 1; i < area.ring.size(); j = i++) {
    const Coordinate a = area.ring[i], b = area.ring[j];
    if ((a.latitude_e7 > place.latitude_e7) == (b.latitude_e7 > place.latitude_e7)) continue;
    const int side = a.latitude_e7 < b.latitude_e7 ? orientation(a, b, place) : orientation(b, a, place);
    if (side > 0) inside = !inside;
  }
  return inside;
}

AreaBounds bounds_of(const Area& area) {
  if (area.ring.size() < 3) {
    // A degree is 111.2 km; of longitude, at the circle's end that lies nearer to a pole.
    const double high = area.radius_m / 111'000 + 1e-6;
    const double widest = std::min(89.9, std::abs(area.center.latitude()) + high);
    const double wide = std::min(360.0, high / std::cos(widest * std::numbers::pi / 180));
    const auto clamped = [](double degrees, double most) {
      return static_cast<std::int32_t>(std::clamp(degrees, -most, most) * 1e7);
    };
    return {{clamped(area.center.latitude() - high, 90), clamped(area.center.longitude() - wide, 180)},
            {clamped(area.center.latitude() + high, 90), clamped(area.center.longitude() + wide, 180)}};
  }
  AreaBounds bounds{area.ring.front(), area.ring.front()};
  for (const Coordinate corner : area.ring) {
    bounds.low.latitude_e7 = std::min(bounds.low.latitude_e7, corner.latitude_e7);
    bounds.low.longitude_e7 = std::min(bounds.low.longitude_e7, corner.longitude_e7);
    bounds.high.latitude_e7 = std::max(bounds.high.latitude_e7, corner.latitude_e7);
    bounds.high.longitude_e7 = std::max(bounds.high.longitude_e7, corner.longitude_e7);
  }
  return bounds;
}

bool may_touch(const AreaBounds& bounds, std::span<const Coordinate> shape) {
  const auto all = [&](auto beyond) { return std::ranges::all_of(shape, beyond); };
  return !all([&](Coordinate c) { return c.latitude_e7 < bounds.low.latitude_e7; }) &&
         !all([&](Coordinate c) { return c.latitude_e7 > bounds.high.latitude_e7; }) &&
         !all([&](Coordinate c) { return c.longitude_e7 < bounds.low.longitude_e7; }) &&
         !all([&](Coordinate c) { return c.longitude_e7 > bounds.high.longitude_e7; });
}

bool touches(const Area& area, Coordinate a, Coordinate b) {
  if (area.ring.size() < 3) return project(area.center, a, b).distance_m <= area.radius_m;
  if (contains(area, a) || contains(area, b)) return true;
  for (std::size_t i = 0, j = area.ring.size() - 1; i < area.ring.size(); j = i++) {
    if (cross(a, b, area.ring[i], area.ring[j])) return true;
  }
  return false;
}

bool touches(const Area& area, std::span<const Coordinate> shape) {
  for (std::size_t i = 0; i + 1 < shape.size(); ++i) {
    if (touches(area, shape[i], shape[i + 1])) return true;
  }
  return false;
}

}  // namespace mms::roads
