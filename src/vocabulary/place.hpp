// Where something is on the earth: WGS 84 degrees, and distances in metres.
#pragma once

#include "vocabulary/describe.hpp"
#include "vocabulary/fields.hpp"

namespace mms::vocabulary {

struct Coordinates {
  Between<-90.0, 90.0> latitude;
  Between<-180.0, 180.0> longitude;
  bool operator==(const Coordinates&) const = default;
};
BOOST_DESCRIBE_STRUCT(Coordinates, (), (latitude, longitude))

// Great circle on a sphere of the earth's mean radius, by the haversine formula (Sinnott 1984); off by at most 0.6 %.
double distance_m(const Coordinates& from, const Coordinates& to);

// The longitude `degrees` written so that it is within 180 degrees of `near`: across the antimeridian too.
double unwrapped_longitude(double degrees, double near);

}  // namespace mms::vocabulary
