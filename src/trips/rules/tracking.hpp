// What a vehicle's positions say of its trip: where it is, how far along, when it will be there, and which steps it
// took.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trips/rules/promises.hpp"
#include "trips/rules/route_line.hpp"
#include "trips/rules/trip.hpp"
#include "vocabulary/problem.hpp"

namespace mms::trips {

// One GPS report. At most one for each trip and moment.
struct Position {
  Time recorded_at;
  double latitude = 0;
  double longitude = 0;
  std::optional<double> speed_mps;
  std::optional<double> heading_deg;
  std::optional<double> accuracy_m;
  bool operator==(const Position&) const = default;
};
BOOST_DESCRIBE_STRUCT(Position, (), (recorded_at, latitude, longitude, speed_mps, heading_deg, accuracy_m))

// The same by a vehicle that does not say of which trip.
struct VehiclePosition {
  std::string vehicle_id;
  Position position;
};

// How long the way along the line took lately, and how long the route's legs say that it takes; the past fades.
struct Pace {
  double took_s = 0;
  double planned_s = 0;
  bool operator==(const Pace&) const = default;
};
BOOST_DESCRIBE_STRUCT(Pace, (), (took_s, planned_s))

// The live figures of a trip, after its newest position.
struct Live {
  Position position;
  double travelled_m = 0;
  double remaining_m = 0;
  double progress = 0;  // of the route, 0 to 1
  std::optional<Time> eta;
  bool off_route = false;
  double deviation_m = 0;  // from the route's line
  std::string target;      // the stop that it drives to, or stands at
  std::optional<Time> inside_since;
  std::optional<int> route_revision;    // on which all this was measured
  std::optional<double> place_m;        // along that route's line; nothing off the roads and before its first stop
  std::optional<double> progress_from;  // what it had made when that route was planned on the way
  std::optional<Time> off_since;        // beside the line since then, though perhaps not long enough
  std::optional<int> next_stop;         // that it drives to, 0 the origin
  std::optional<Time> next_eta;         // when it is there
  std::optional<Time> promised;         // the first arrival time that was told of these stops
  std::optional<Position> suspect;      // newer than `position`, and farther away than a vehicle can be
  std::optional<Pace> pace;             // nothing before it moved along a line
  std::vector<Promise> promises;        // what arrivals were foretold
  std::optional<Time> arrived_at;       // at the destination, by its positions
  bool operator==(const Live&) const = default;
};
BOOST_DESCRIBE_STRUCT(Live,
                      (),
                      (position,
                       travelled_m,
                       remaining_m,
                       progress,
                       eta,
                       off_route,
                       deviation_m,
                       target,
                       inside_since,
                       route_revision,
                       place_m,
                       progress_from,
                       off_since,
                       next_stop,
                       next_eta,
                       promised,
                       suspect,
                       pace,
                       promises,
                       arrived_at))

// A step that the positions show: a move along the arrows, or a waypoint reached.
struct Step {
  std::optional<TripStatus> to;
  std::optional<int> waypoint;
  Time recorded_at;
  bool operator==(const Step&) const = default;
};

// How far beside its route a trip was.
struct Deviation {
  Time recorded_at;
  double metres = 0;
};

struct Advance {
  std::optional<Live> live;
  std::vector<Step> steps;
  std::vector<Deviation> deviations;  // of each position that moved something
  std::vector<Time> suspects;         // positions that moved nothing, because no vehicle is so fast
  std::vector<Time> cleared;          // those of before that were sound after all
};

// Inside a stop's radius and slower than this, or inside for this long: arrived.
inline constexpr double kSlowMps = 2;
inline constexpr vocabulary::Duration kDwell = std::chrono::seconds(30);
// A clock on board may be so far ahead of ours.
inline constexpr vocabulary::Duration kClockSkew = std::chrono::seconds(60);
// A newest position older than this proves nothing of where the vehicle is now.
inline constexpr vocabulary::Duration kStillTrue = std::chrono::minutes(10);
// Beside a route's line by more than this, and by more than so many accuracies, for so long: off route. Back within a
// share of that: on it again.
inline constexpr double kOffRouteM = 60;
inline constexpr double kOffRouteAccuracies = 3;
inline constexpr vocabulary::Duration kOffRouteFor = std::chrono::seconds(10);
inline constexpr double kBackOnRoute = 0.5;

// Why a position is refused: its code and words; nothing when it is good. Codes: out_of_range, in_the_future,
// not_started, before_start, after_end.
std::optional<vocabulary::FieldError> fault_of(const Position& position, const Trip& trip, Time now);

// Moves the live figures by the positions newer than them, in the order of their time; older ones change nothing here.
// `line`: of the trip's route; null: it is measured in straight lines between stops.
// Law: the same set of positions in any order, with any of them twice, gives the same.
Advance advance(const Trip& trip,
                std::optional<Live> live,
                std::vector<Position> positions,
                const RouteLine* line = nullptr);

// The moment up to which positions are known, sound or not.
Time newest_of(const Live& live);

// The figures for those who ask now: of a route that was planned since the last position, nothing is driven yet.
Live as_of_route(const Trip& trip, Live live);

// Whether the last position proves that the vehicle is not at the destination now; then how far away it is.
std::optional<double> proven_away_m(const Trip& trip, const Live* live, Time now);

}  // namespace mms::trips
