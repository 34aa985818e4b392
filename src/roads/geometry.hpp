// Places on the earth as integers, and the plane geometry near them: distance, bearing, projection onto a line.
#pragma once

#include <cstdint>

namespace mms::roads {

// WGS 84 in units of 1e-7 degrees (about 1 cm), as OpenStreetMap stores it.
struct Coordinate {
  std::int32_t latitude_e7 = 0;
  std::int32_t longitude_e7 = 0;
  bool operator==(const Coordinate&) const = default;

  double latitude() const { return latitude_e7 * 1e-7; }
  double longitude() const { return longitude_e7 * 1e-7; }
};

// Degrees to a Coordinate; the caller has checked that latitude is within ±90 and longitude within ±180.
Coordinate coordinate(double latitude, double longitude);
// False for NaN, infinities and whatever lies beyond ±90 and ±180 degrees.
bool is_on_earth(double latitude, double longitude);

// Great circle (haversine) on the mean sphere, radius 6,371,008.8 m.
double meters_between(Coordinate a, Coordinate b);
// Initial bearing from a to b: 0 is north, 90 is east; [0, 360).
double bearing_deg(Coordinate a, Coordinate b);
// What one turns when going from one bearing to the other: (-180, 180], right is positive.
double turn_angle_deg(double bearing_before, double bearing_after);

struct Projection {
  Coordinate point;       // the nearest point of the line
  double distance_m = 0;  // from the place to it
  double fraction = 0;    // where on the line it lies: 0 at a, 1 at b
};
// Nearest point of the straight line a–b in the local plane (equirectangular at `place`).
Projection project(Coordinate place, Coordinate a, Coordinate b);
// The point at `fraction` of the straight line a–b.
Coordinate between(Coordinate a, Coordinate b, double fraction);

}  // namespace mms::roads
