// What clients send: bodies of the trip endpoints, with their limits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trips/rules/trip.hpp"
#include "vocabulary/fields.hpp"

namespace mms::trips {

using vocabulary::Between;
using vocabulary::Change;
using vocabulary::Identifier;
using vocabulary::List;
using vocabulary::Or;
using vocabulary::Replace;
using vocabulary::Text;

struct StopInput {
  Between<-90.0, 90.0> latitude;
  Between<-180.0, 180.0> longitude;
  std::optional<Text<1, 200>> name;  // no personal data: addresses of people belong in personal_data
  std::optional<Between<1.0, 100000.0>> radius_m;
};
BOOST_DESCRIBE_STRUCT(StopInput, (), (latitude, longitude, name, radius_m))

// What identifies a person: kept apart from the trip and its events, shown only with trips:personal_data, erasable.
struct PrivateFields {
  std::optional<Identifier> customer_id;
  std::optional<Text<1, 200>> customer_name;
  std::optional<Text<1, 64>> customer_phone;
  std::optional<Text<1, 320>> customer_email;
  std::optional<Text<1, 500>> origin_address;
  std::optional<Text<1, 500>> destination_address;
  std::optional<Text<1, 2000>> special_requirements;
};
BOOST_DESCRIBE_STRUCT(PrivateFields,
                      (),
                      (customer_id,
                       customer_name,
                       customer_phone,
                       customer_email,
                       origin_address,
                       destination_address,
                       special_requirements))

struct CreateTrip {
  std::optional<TripId> id;
  Identifier fleet_id;
  std::optional<MissionId> mission_id;
  std::optional<Identifier> vehicle_id;
  std::optional<Text<1, 64>> trip_type;  // absent: on_demand
  Or<Sector::logistics> sector;
  Or<Priority::normal> priority;
  StopInput origin;
  StopInput destination;
  List<StopInput, 100> waypoints;
  Or<false> optimize_stops;  // the waypoints may be visited in another order, the one that is driven fastest
  Or<Between<0, 1000>{0}> passenger_count;
  Or<Between<0.0, 1e6>{0.0}> cargo_weight_kg;
  std::optional<Time> scheduled_start_time;
  Raw metadata;
  std::optional<PrivateFields> personal_data;
};
BOOST_DESCRIBE_STRUCT(CreateTrip,
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
                       optimize_stops,
                       passenger_count,
                       cargo_weight_kg,
                       scheduled_start_time,
                       metadata,
                       personal_data))

// A merging update: absent keeps, null clears, lists replace. `status` moves one step along the arrows.
struct UpdateTrip {
  Change<MissionId> mission_id;
  Replace<Identifier> vehicle_id;
  Replace<Text<1, 64>> trip_type;
  Replace<Sector> sector;
  Replace<Priority> priority;
  Replace<StopInput> origin;
  Replace<StopInput> destination;
  Replace<List<StopInput, 100>> waypoints;
  Replace<bool> optimize_stops;  // of the waypoints sent with it; those that were reached stay in front
  Replace<Between<0, 1000>> passenger_count;
  Replace<Between<0.0, 1e6>> cargo_weight_kg;
  Change<Time> scheduled_start_time;
  Change<Raw> metadata;
  Change<PrivateFields> personal_data;
  Replace<TripStatus> status;
};
BOOST_DESCRIBE_STRUCT(UpdateTrip,
                      (),
                      (mission_id,
                       vehicle_id,
                       trip_type,
                       sector,
                       priority,
                       origin,
                       destination,
                       waypoints,
                       optimize_stops,
                       passenger_count,
                       cargo_weight_kg,
                       scheduled_start_time,
                       metadata,
                       personal_data,
                       status))

struct AssignTrip {
  Identifier vehicle_id;
};
BOOST_DESCRIBE_STRUCT(AssignTrip, (), (vehicle_id))
// Where the vehicle is, when the caller knows: at the origin the trip starts in transit.
struct StartTrip {
  std::optional<StopInput> position;
};
BOOST_DESCRIBE_STRUCT(StartTrip, (), (position))
struct CompleteTrip {
  Or<false> force;  // although tracking says that the vehicle is elsewhere; needs trips:write
};
BOOST_DESCRIBE_STRUCT(CompleteTrip, (), (force))
// Another way over the stops that are left, from the vehicle's last position or from this one.
struct RerouteTrip {
  std::optional<vocabulary::Coordinates> position;
  Or<RerouteReason::requested> reason;
};
BOOST_DESCRIBE_STRUCT(RerouteTrip, (), (position, reason))
struct CancelTrip {
  std::optional<Text<1, 500>> reason;  // absent: cancelled_by_caller
};
BOOST_DESCRIBE_STRUCT(CancelTrip, (), (reason))
struct FailTrip {
  Text<1, 500> reason;
};
BOOST_DESCRIBE_STRUCT(FailTrip, (), (reason))

}  // namespace mms::trips
