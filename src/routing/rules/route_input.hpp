// What clients ask of the roads: bodies of the endpoints below /routes, with their limits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "roads/objectives.hpp"
#include "roads/road_network.hpp"
#include "vehicles/rules/area.hpp"
#include "vocabulary/describe.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/place.hpp"
#include "vocabulary/time.hpp"

// The words of the roads, as they stand on the wire.
namespace mms::roads {
BOOST_DESCRIBE_ENUM(RoadClass,
                    motorway,
                    motorway_link,
                    trunk,
                    trunk_link,
                    primary,
                    primary_link,
                    secondary,
                    secondary_link,
                    tertiary,
                    tertiary_link,
                    unclassified,
                    residential,
                    living_street,
                    service,
                    track,
                    ferry)
BOOST_DESCRIBE_ENUM(Objective, time, distance, energy, risk, cost)
BOOST_DESCRIBE_ENUM(VehicleClass, car, truck)
}  // namespace mms::roads

namespace mms::routing {

using vocabulary::Between;
using vocabulary::Coordinates;
using vocabulary::Identifier;
using vocabulary::List;
using vocabulary::Or;
using vocabulary::Time;
using Reading = vocabulary::json::Reading;

inline constexpr std::size_t kMostVias = 100;
inline constexpr std::size_t kMostPlaces = 1000;  // on each side of a matrix
inline constexpr std::size_t kMostTracePoints = 10'000;
inline constexpr std::size_t kMostStops = 100;

BOOST_DEFINE_ENUM_CLASS(GeometryFormat, geojson, polyline6)

// What the vehicle measures; roads that it does not fit are closed for it.
struct VehicleLimits {
  std::optional<Between<0.0, 20.0>> height_m;
  std::optional<Between<0.0, 20.0>> width_m;
  std::optional<Between<1.0, 1e6>> weight_kg;
};
BOOST_DESCRIBE_STRUCT(VehicleLimits, (), (height_m, width_m, weight_kg))

// How much each objective matters.
struct Weights {
  Or<Between<0.0, 1.0>{0.0}> time;
  Or<Between<0.0, 1.0>{0.0}> distance;
  Or<Between<0.0, 1.0>{0.0}> energy;
  Or<Between<0.0, 1.0>{0.0}> risk;
  Or<Between<0.0, 1.0>{0.0}> cost;
};
BOOST_DESCRIBE_STRUCT(Weights, (), (time, distance, energy, risk, cost))

// What to stay away from, also at both ends of the route. Edges are those of the loaded map.
struct Avoid {
  List<vehicles::Area, 20> areas;
  List<roads::RoadClass, roads::road_class_count> classes;
  List<Between<std::int64_t{0}, std::int64_t{4'294'967'294}>, 1000> edges;
  Or<false> tolls;
  Or<false> unpaved;
  Or<false> tunnels;
};
BOOST_DESCRIBE_STRUCT(Avoid, (), (areas, classes, edges, tolls, unpaved, tunnels))

struct RouteInput {
  Coordinates from;
  Coordinates to;
  List<Coordinates, kMostVias> via;
  std::optional<Time> departure;  // absent: now
  Or<roads::VehicleClass::car> profile;
  std::optional<VehicleLimits> vehicle;
  std::optional<Weights> weights;  // absent: time alone
  std::optional<Avoid> avoid;
  Or<Between<1, 10>{1}> alternatives;  // at most so many routes, of which none is worse than another in everything
  Or<GeometryFormat::geojson> geometry;
  Or<true> steps;
};
BOOST_DESCRIBE_STRUCT(RouteInput,
                      (),
                      (from, to, via, departure, profile, vehicle, weights, avoid, alternatives, geometry, steps))

// `to` absent: the same as `from`.
struct MatrixInput {
  List<Coordinates, kMostPlaces> from;
  List<Coordinates, kMostPlaces> to;
  List<roads::Objective, roads::objective_count> objectives;  // absent: time
  std::optional<Time> departure;
  Or<roads::VehicleClass::car> profile;
  std::optional<VehicleLimits> vehicle;
  std::optional<Avoid> avoid;
};
BOOST_DESCRIBE_STRUCT(MatrixInput, (), (from, to, objectives, departure, profile, vehicle, avoid))

struct TracePoint {
  Between<-90.0, 90.0> latitude;
  Between<-180.0, 180.0> longitude;
  std::optional<Time> recorded_at;
  std::optional<Between<0.1, 10000.0>> accuracy_m;
};
BOOST_DESCRIBE_STRUCT(TracePoint, (), (latitude, longitude, recorded_at, accuracy_m))

struct MatchInput {
  List<TracePoint, kMostTracePoints> trace;
  Or<roads::VehicleClass::car> profile;
  Or<GeometryFormat::geojson> geometry;
};
BOOST_DESCRIBE_STRUCT(MatchInput, (), (trace, profile, geometry))

struct PlanStop {
  std::optional<Identifier> id;  // the caller's own
  Between<-90.0, 90.0> latitude;
  Between<-180.0, 180.0> longitude;
  Or<Between<0.0, 86400.0>{0.0}> service_s;
  std::optional<Time> earliest;                // service begins not before
  std::optional<Time> latest;                  // and not after
  Or<Between<-1'000'000, 1'000'000>{0}> load;  // above 0 is taken on, below 0 is brought
  Or<Between<1, 1000>{1}> priority;
};
BOOST_DESCRIBE_STRUCT(PlanStop, (), (id, latitude, longitude, service_s, earliest, latest, load, priority))

// What is taken on at one stop is brought to the other, later; both by their place in `stops`.
struct PlanShipment {
  Between<0, 99> pickup;
  Between<0, 99> delivery;
};
BOOST_DESCRIBE_STRUCT(PlanShipment, (), (pickup, delivery))

struct RoutePlanInput {
  List<PlanStop, kMostStops> stops;
  List<PlanShipment, kMostStops / 2> shipments;
  std::optional<Coordinates> start;  // absent: begins at the first stop
  std::optional<Coordinates> end;    // absent: ends at the last stop
  std::optional<Time> departure;     // absent: now
  std::optional<Time> finish_by;
  std::optional<Between<0, 100'000'000>> capacity;
  Or<roads::VehicleClass::car> profile;
  std::optional<VehicleLimits> vehicle;
  std::optional<Avoid> avoid;
};
BOOST_DESCRIBE_STRUCT(RoutePlanInput,
                      (),
                      (stops, shipments, start, end, departure, finish_by, capacity, profile, vehicle, avoid))

// What no single member shows.
void check_fields(Reading& in, const Weights& weights);
void check_fields(Reading& in, const Avoid& avoid);
void check_fields(Reading& in, const RouteInput& input);
void check_fields(Reading& in, const MatrixInput& input);
void check_fields(Reading& in, const MatchInput& input);
void check_fields(Reading& in, const RoutePlanInput& input);

}  // namespace mms::routing
