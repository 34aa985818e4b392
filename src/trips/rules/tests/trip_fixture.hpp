// Trips in every state, for the tests of the rules.
#pragma once

#include <string>

#include "trips/rules/trip_rules.hpp"

namespace mms::trips::fixture {

inline const Time kNow{std::chrono::seconds(1'790'000'000)};

inline CreateTrip creation() {
  CreateTrip c;
  c.fleet_id = std::string("city-cabs");
  c.vehicle_id = vocabulary::Identifier(std::string("cab-7"));
  c.sector.value = Sector::ridehail;
  c.origin = {{52.5200}, {13.4000}, {}, {}};
  c.destination = {{52.5000}, {13.4500}, {}, {}};
  return c;
}

inline TripId id_of(std::uint64_t n) {
  return {vocabulary::make_uuid_v7(kNow, 7, n)};
}

inline Trip trip_in(TripStatus status) {
  Trip trip = *make_trip(creation(), id_of(1), "planner", kNow);
  if (status == TripStatus::pending) trip.vehicle_id.reset();
  trip.status = status;
  if (is_active(status) || status == TripStatus::completed) trip.actual_start_time = kNow;
  return trip;
}

inline TripFacts facts(const Live* live = nullptr, Time now = kNow + std::chrono::seconds(1)) {
  return {.occupant = {}, .live = live, .now = now};
}

inline Trip after(Trip trip, const Events& events) {
  for (const auto& event : events)
    trip = evolve(std::move(trip), event, trip.version + 1, kNow + std::chrono::seconds(2));
  return trip;
}

// A report `seconds` after the start.
inline Position at(double latitude, double longitude, double seconds, std::optional<double> speed = 0) {
  return {.recorded_at = kNow + vocabulary::seconds(seconds),
          .latitude = latitude,
          .longitude = longitude,
          .speed_mps = speed,
          .heading_deg = {},
          .accuracy_m = {}};
}

}  // namespace mms::trips::fixture
