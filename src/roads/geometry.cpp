// Places on the earth: spherical distance and bearing, local plane projection.
#include "roads/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mms::roads {
namespace {

constexpr double earth_radius_m = 6371008.8;
constexpr double radians_per_e7 = 1e-7 * std::numbers::pi / 180.0;

}  // namespace

Coordinate coordinate(double latitude, double longitude) {
  return {static_cast<std::int32_t>(std::lround(latitude * 1e7)),
          static_cast<std::int32_t>(std::lround(longitude * 1e7))};
}

bool is_on_earth(double latitude, double longitude) {
  return std::isfinite(latitude) && std::isfinite(longitude) && std::abs(latitude) <= 90 && std::abs(longitude) <= 180;
}

double meters_between(Coordinate a, Coordinate b) {
  const double lat_a = a.latitude_e7 * radians_per_e7;
  const double lat_b = b.latitude_e7 * radians_per_e7;
  const double dlat = lat_b - lat_a;
  const double dlon = (static_cast<double>(b.longitude_e7) - a.longitude_e7) * radians_per_e7;
  const double sin_lat = std::sin(dlat / 2);
  const double sin_lon = std::sin(dlon / 2);
  const double h = sin_lat * sin_lat + std::cos(lat_a) * std::cos(lat_b) * sin_lon * sin_lon;
  return 2 * earth_radius_m * std::asin(std::sqrt(std::min(1.0, h)));
}

double bearing_deg(Coordinate a, Coordinate b) {
  const double lat_a = a.latitude_e7 * radians_per_e7;
  const double lat_b = b.latitude_e7 * radians_per_e7;
  const double dlon = (static_cast<double>(b.longitude_e7) - a.longitude_e7) * radians_per_e7;
  const double y = std::sin(dlon) * std::cos(lat_b);
  const double x = std::cos(lat_a) * std::sin(lat_b) - std::sin(lat_a) * std::cos(lat_b) * std::cos(dlon);
  const double degrees = std::atan2(y, x) * 180.0 / std::numbers::pi;
  return degrees < 0 ? degrees + 360 : degrees;
}

double turn_angle_deg(double bearing_before, double bearing_after) {
  double angle = std::fmod(bearing_after - bearing_before, 360.0);
  if (angle <= -180) angle += 360;
  if (angle > 180) angle -= 360;
  return angle;
}

Projection project(Coordinate place, Coordinate a, Coordinate b) {
  const double meters_per_e7 = earth_radius_m * radians_per_e7;
  const double shrink = std::cos(place.latitude_e7 * radians_per_e7);
  const auto x_of = [&](Coordinate c) {
    return (static_cast<double>(c.longitude_e7) - place.longitude_e7) * meters_per_e7 * shrink;
  };
  const auto y_of = [&](Coordinate c) {
    return (static_cast<double>(c.latitude_e7) - place.latitude_e7) * meters_per_e7;
  };
  const double ax = x_of(a), ay = y_of(a), dx = x_of(b) - ax, dy = y_of(b) - ay;
  const double squared = dx * dx + dy * dy;
  const double fraction = squared > 0 ? std::clamp(-(ax * dx + ay * dy) / squared, 0.0, 1.0) : 0.0;
  const double px = ax + fraction * dx, py = ay + fraction * dy;
  return {between(a, b, fraction), std::sqrt(px * px + py * py), fraction};
}

Coordinate between(Coordinate a, Coordinate b, double fraction) {
  const auto mix = [fraction](std::int32_t from, std::int32_t to) {
    return static_cast<std::int32_t>(std::lround(from + fraction * (static_cast<double>(to) - from)));
  };
  return {mix(a.latitude_e7, b.latitude_e7), mix(a.longitude_e7, b.longitude_e7)};
}

}  // namespace mms::roads
