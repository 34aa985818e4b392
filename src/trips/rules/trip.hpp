// A trip's stored fields: exactly what GET answers, what events fold into, and what the table's body holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "missions/rules/mission.hpp"
#include "trips/rules/geodesy.hpp"
#include "vocabulary/describe.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/json.hpp"
#include "vocabulary/time.hpp"

namespace mms::trips {

using missions::Priority;
using vocabulary::MissionId;
using vocabulary::Time;
using vocabulary::TripId;
using vocabulary::json::Raw;

BOOST_DEFINE_ENUM_CLASS(TripStatus,
                        pending,
                        assigned,
                        en_route_to_pickup,
                        at_pickup,
                        in_transit,
                        at_destination,
                        completed,
                        cancelled,
                        failed)
BOOST_DEFINE_ENUM_CLASS(Sector, defense, mining, logistics, ridehail)
BOOST_DEFINE_ENUM_CLASS(RouteSource, geodesic, roads, given)
// Why a route was planned anew on the way.
BOOST_DEFINE_ENUM_CLASS(RerouteReason, requested, off_route, traffic)
// Who moved the trip on: a person or service by the API, or the vehicle's positions.
BOOST_DEFINE_ENUM_CLASS(MovedBy, caller, tracking)

// A stop. `radius_m` is the distance within which the vehicle counts as arrived; the sector's when absent.
struct Stop {
  double latitude = 0;
  double longitude = 0;
  std::optional<std::string> name;
  std::optional<double> radius_m;
  std::optional<Time> reached_at;  // of waypoints
  bool operator==(const Stop&) const = default;
};
BOOST_DESCRIBE_STRUCT(Stop, (), (latitude, longitude, name, radius_m, reached_at))

struct Leg {
  double distance_m = 0;
  double duration_s = 0;
  bool operator==(const Leg&) const = default;
};
BOOST_DESCRIBE_STRUCT(Leg, (), (distance_m, duration_s))

// The way from origin over the waypoints to the destination, a leg between two stops. Its line stands at /route.
// One that was planned on the way begins where the vehicle was, and its first leg leads to the stop that came next.
struct Route {
  RouteSource source = RouteSource::geodesic;
  int revision = 1;
  double distance_m = 0;
  double duration_s = 0;
  std::vector<Leg> legs;
  std::optional<Point> begins_at = std::nullopt;  // absent: at the origin
  std::optional<int> first_stop = std::nullopt;   // at which its first leg ends: 0 is the origin; absent: 1
  bool operator==(const Route&) const = default;
};
BOOST_DESCRIBE_STRUCT(Route, (), (source, revision, distance_m, duration_s, legs, begins_at, first_stop))

// What was told of its way, each once.
struct Told {
  std::optional<int> progress_percent;  // the highest
  std::optional<int> arriving_at;       // the last stop of which it was told, 0 the origin
  std::optional<bool> delayed;
  bool operator==(const Told&) const = default;
};
BOOST_DESCRIBE_STRUCT(Told, (), (progress_percent, arriving_at, delayed))

struct Trip {
  TripId id;
  std::string fleet_id;
  std::optional<MissionId> mission_id;
  std::optional<std::string> vehicle_id;
  std::string trip_type;
  Sector sector = Sector::logistics;
  Priority priority = Priority::normal;
  Stop origin;
  Stop destination;
  std::vector<Stop> waypoints;
  int passenger_count = 0;
  double cargo_weight_kg = 0;
  std::optional<Time> scheduled_start_time;
  TripStatus status = TripStatus::pending;
  std::optional<std::string> status_reason;
  std::optional<Route> route;
  double estimated_distance_m = 0;
  double estimated_duration_s = 0;
  std::optional<Time> actual_start_time;
  std::optional<Time> actual_end_time;
  std::optional<Told> told;
  Raw metadata;
  Time created_at;
  Time updated_at;
  std::string created_by;
  std::int64_t version = 0;
  bool operator==(const Trip&) const = default;
};
BOOST_DESCRIBE_STRUCT(Trip,
                      (),
                      (id,
                       fleet_id,
                       mission_id,
                       vehicle_id,
                       trip_type,
                       sector,
                       priority,
                       origin,
                       destination,
                       waypoints,
                       passenger_count,
                       cargo_weight_kg,
                       scheduled_start_time,
                       status,
                       status_reason,
                       route,
                       estimated_distance_m,
                       estimated_duration_s,
                       actual_start_time,
                       actual_end_time,
                       told,
                       metadata,
                       created_at,
                       updated_at,
                       created_by,
                       version))

// What a sector's vehicles are like where nothing better is known.
struct SectorHabits {
  double speed_mps;
  double detour;    // how much longer a real way is than the straight line
  double radius_m;  // within which a vehicle has arrived
  double most_mps;  // no vehicle is faster
};
SectorHabits habits_of(Sector sector);

bool is_final(TripStatus status);
// On its way: it has started and has not ended. Active trips occupy their vehicle, waiting ones do not: a vehicle may
// have many trips assigned and drives one.
bool is_active(TripStatus status);
bool occupies_vehicle(const Trip& trip);
// Along the arrows; nothing behind at_destination but completed, nothing behind a final state.
std::optional<TripStatus> next_status(TripStatus status);
// Origin, waypoints, destination.
std::vector<Stop> stops_of(const Trip& trip);
Point point_of(const Stop& stop);
double radius_of(const Trip& trip, const Stop& stop);
// The stop that is to be reached next, 0 the origin; nothing before the start and when all were reached.
std::optional<int> next_stop_of(const Trip& trip);
// The stop at which the route's first leg ends; 0 is the origin.
int first_stop_of(const Route& route);
// Of its route; 0 without one.
int revision_of(const Trip& trip);
// The way in straight lines times the sector's detour, at the sector's speed.
Route geodesic_route(const Trip& trip, int revision);

}  // namespace mms::trips
