// What can have happened to a trip, and how each fact changes its stored fields. No event holds personal data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "trips/rules/trip.hpp"
#include "vocabulary/event.hpp"

namespace mms::trips {

// Created as it is from then on; its status is pending or assigned. `line`: of its route on roads, an encoded polyline
// of six digits; absent: straight from stop to stop.
struct TripCreated {
  static constexpr std::string_view kType = "trip.created";
  Trip trip;
  std::optional<std::string> line = std::nullopt;
};
BOOST_DESCRIBE_STRUCT(TripCreated, (), (trip, line))

// Stored fields that a person changed; null for a cleared one. `line` as above, when the route is among them.
struct TripUpdated {
  static constexpr std::string_view kType = "trip.updated";
  Raw changes;
  std::optional<std::string> line = std::nullopt;
};
BOOST_DESCRIBE_STRUCT(TripUpdated, (), (changes, line))

struct TripAssigned {
  static constexpr std::string_view kType = "trip.assigned";
  std::string vehicle_id;
};
BOOST_DESCRIBE_STRUCT(TripAssigned, (), (vehicle_id))

// `to` is en_route_to_pickup, or in_transit when the vehicle stood at the origin.
struct TripStarted {
  static constexpr std::string_view kType = "trip.started";
  std::string vehicle_id;
  TripStatus to = TripStatus::en_route_to_pickup;
};
BOOST_DESCRIBE_STRUCT(TripStarted, (), (vehicle_id, to))

// One step along the arrows. `recorded_at`: of the position that shows it.
struct TripMoved {
  static constexpr std::string_view kType = "trip.status_updated";
  TripStatus from{};
  TripStatus to{};
  MovedBy by{};
  std::optional<Time> recorded_at;
};
BOOST_DESCRIBE_STRUCT(TripMoved, (), (from, to, by, recorded_at))

struct TripWaypointReached {
  static constexpr std::string_view kType = "trip.waypoint_reached";
  int index = 0;
  Time recorded_at;
};
BOOST_DESCRIBE_STRUCT(TripWaypointReached, (), (index, recorded_at))

// From now on it takes another way over the stops that are left. `line` as above.
struct TripRerouted {
  static constexpr std::string_view kType = "trip.rerouted";
  RerouteReason reason{};
  Route route;
  std::string line;
};
BOOST_DESCRIBE_STRUCT(TripRerouted, (), (reason, route, line))

// Its progress came to a share worth telling: 25, 50, 75.
struct TripProgressReached {
  static constexpr std::string_view kType = "trip.progress_reached";
  int percent = 0;
  std::optional<Time> eta;
};
BOOST_DESCRIBE_STRUCT(TripProgressReached, (), (percent, eta))

// It is soon at this stop, 0 the origin.
struct TripArriving {
  static constexpr std::string_view kType = "trip.arriving";
  int stop = 0;
  Time eta;
};
BOOST_DESCRIBE_STRUCT(TripArriving, (), (stop, eta))

// It arrives later than the first time that was promised.
struct TripDelayed {
  static constexpr std::string_view kType = "trip.delayed";
  Time promised;
  Time eta;
  double delay_s = 0;
};
BOOST_DESCRIBE_STRUCT(TripDelayed, (), (promised, eta, delay_s))

struct TripCompleted {
  static constexpr std::string_view kType = "trip.completed";
  bool forced = false;  // although tracking said that it was not there
};
BOOST_DESCRIBE_STRUCT(TripCompleted, (), (forced))

struct TripCancelled {
  static constexpr std::string_view kType = "trip.cancelled";
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(TripCancelled, (), (reason))

struct TripFailed {
  static constexpr std::string_view kType = "trip.failed";
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(TripFailed, (), (reason))

using TripEvent = std::variant<TripCreated,
                               TripUpdated,
                               TripAssigned,
                               TripStarted,
                               TripMoved,
                               TripWaypointReached,
                               TripRerouted,
                               TripProgressReached,
                               TripArriving,
                               TripDelayed,
                               TripCompleted,
                               TripCancelled,
                               TripFailed>;

std::string_view type_of(const TripEvent& event);
std::string data_of(const TripEvent& event);
// Throws std::runtime_error for a type or data that this binary does not know.
TripEvent trip_event_from(const vocabulary::Event& event);

// The state after the event. `version` and `at` are the event's own; a fold never asks for anything else.
Trip evolve(Trip trip, const TripEvent& event, std::int64_t version, Time at);

// The line beside the trip, as the event leaves it: that of the route which came with it, else the one before.
std::optional<std::string> evolve_line(std::optional<std::string> line,
                                       int revision_before,
                                       const Trip& after,
                                       const TripEvent& event);

}  // namespace mms::trips
