// What follows from a trip's state alone.
#include "trips/rules/trip.hpp"

namespace mms::trips {

SectorHabits habits_of(Sector sector) {
  switch (sector) {
    case Sector::defense:
      return {.speed_mps = 11, .detour = 1.4, .radius_m = 100, .most_mps = 100};
    case Sector::mining:
      return {.speed_mps = 8, .detour = 1.4, .radius_m = 50, .most_mps = 40};
    case Sector::logistics:
      return {.speed_mps = 14, .detour = 1.3, .radius_m = 100, .most_mps = 50};
    case Sector::ridehail:
      return {.speed_mps = 8, .detour = 1.3, .radius_m = 50, .most_mps = 70};
  }
  return {.speed_mps = 10, .detour = 1.3, .radius_m = 100, .most_mps = 100};
}

bool is_final(TripStatus status) {
  return status == TripStatus::completed || status == TripStatus::cancelled || status == TripStatus::failed;
}

bool is_active(TripStatus status) {
  return !is_final(status) && status != TripStatus::pending && status != TripStatus::assigned;
}

bool occupies_vehicle(const Trip& trip) {
  return trip.vehicle_id && is_active(trip.status);
}

std::optional<TripStatus> next_status(TripStatus status) {
  if (is_final(status)) return std::nullopt;
  return static_cast<TripStatus>(static_cast<int>(status) + 1);
}

std::vector<Stop> stops_of(const Trip& trip) {
  std::vector<Stop> stops{trip.origin};
  stops.insert(stops.end(), trip.waypoints.begin(), trip.waypoints.end());
  stops.push_back(trip.destination);
  return stops;
}

Point point_of(const Stop& stop) {
  return {stop.latitude, stop.longitude};
}

double radius_of(const Trip& trip, const Stop& stop) {
  return stop.radius_m.value_or(habits_of(trip.sector).radius_m);
}

std::optional<int> next_stop_of(const Trip& trip) {
  if (trip.status == TripStatus::en_route_to_pickup) return 0;
  if (trip.status == TripStatus::at_pickup) return 1;
  if (trip.status != TripStatus::in_transit) return std::nullopt;
  int next = 1;
  for (const auto& stop : trip.waypoints) {
    if (!stop.reached_at) break;
    ++next;
  }
  return next;
}

int first_stop_of(const Route& route) {
  return route.first_stop.value_or(1);
}

int revision_of(const Trip& trip) {
  return trip.route ? trip.route->revision : 0;
}

Route geodesic_route(const Trip& trip, int revision) {
  const auto habits = habits_of(trip.sector);
  const auto stops = stops_of(trip);
  Route route{.source = RouteSource::geodesic, .revision = revision, .distance_m = 0, .duration_s = 0, .legs = {}};
  for (std::size_t i = 1; i < stops.size(); ++i) {
    const double length = distance_m(point_of(stops[i - 1]), point_of(stops[i])) * habits.detour;
    route.legs.push_back({length, length / habits.speed_mps});
    route.distance_m += length;
    route.duration_s += length / habits.speed_mps;
  }
  return route;
}

}  // namespace mms::trips
