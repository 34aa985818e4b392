// Without a map: distances along the great circle, stretched by how much roads usually wind.
#pragma once

#include <span>
#include <vector>

#include "roads/geometry.hpp"

namespace mms::roads {

struct GeodesicSettings {
  double detour_factor =
      1.3;  // road distance over air distance; 1.2 to 1.4 in most countries (Boscoe, Henry, Zdeb 2012)
  double speed_kmh = 50;
};
struct GeodesicLeg {
  double distance_m = 0;
  double duration_s = 0;
};

GeodesicLeg geodesic_leg(Coordinate from, Coordinate to, const GeodesicSettings& settings = {});
// legs[i * to.size() + j]
std::vector<GeodesicLeg> geodesic_matrix(std::span<const Coordinate> from,
                                         std::span<const Coordinate> to,
                                         const GeodesicSettings& settings = {});

}  // namespace mms::roads
