// Great circle times detour factor.
#include "roads/geodesic.hpp"

namespace mms::roads {

GeodesicLeg geodesic_leg(Coordinate from, Coordinate to, const GeodesicSettings& settings) {
  const double distance = meters_between(from, to) * settings.detour_factor;
  return {distance, distance / (settings.speed_kmh / 3.6)};
}

std::vector<GeodesicLeg> geodesic_matrix(std::span<const Coordinate> from,
                                         std::span<const Coordinate> to,
                                         const GeodesicSettings& settings) {
  std::vector<GeodesicLeg> legs;
  legs.reserve(from.size() * to.size());
  for (const Coordinate a : from) {
    for (const Coordinate b : to) legs.push_back(geodesic_leg(a, b, settings));
  }
  return legs;
}

}  // namespace mms::roads
