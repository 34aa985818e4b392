// The tables of trips, their routes, private fields and the row of each ended trip.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "database/database.hpp"
#include "lanes/part.hpp"
#include "trips/rules/tracking.hpp"
#include "trips/rules/trip.hpp"
#include "trips/rules/trip_input.hpp"

namespace mms::trips {

// Told when it is durable. Threads: the lane's. Each may be empty.
struct TripNews {
  std::function<void(TripStatus)> status;         // that a trip was brought into
  std::function<void(double)> eta_error_percent;  // of one that was completed
};

// The trips' share of the working set.
std::unique_ptr<lanes::Part> trip_part(lanes::WorkingSet& set, TripNews news);

// A trip as it is stored, with its live figures.
struct StoredTrip {
  Trip trip;
  std::string body;
  std::optional<Live> live;
  std::int64_t live_revision = 0;  // 0: none
  bool is_watched = false;         // its vehicle is, by the safety monitor
};
database::Query find_trip(const TripId& id);
std::optional<StoredTrip> trip_from(const database::Rows& rows);
// Many of them, each once, in any order.
database::Query find_trips(const std::vector<TripId>& ids);
std::vector<StoredTrip> trips_from(const database::Rows& rows);

// Its routes before a revision, the newest first: JSON with the line, and when it was made.
database::Query routes_before(const TripId& id, std::int64_t revision, std::int64_t limit);
// Those of (trip, revision), each by its place; null where there is none.
struct RouteKey {
  TripId id;
  int revision = 1;
};
database::Query find_route_bodies(const std::vector<RouteKey>& keys);
// The line of such a body.
std::vector<Point> points_of_route(const std::string& body);
// Its private fields: JSON.
database::Query find_private(const TripId& id);

// For replay: stored bodies in the order of their ids, and writing rows anew.
database::Query trip_bodies(const TripId& after, std::int64_t limit);
struct FoldedTrip {
  Trip trip;
  std::optional<std::string> line;  // of its route on roads
};
std::vector<database::Query> upsert_trips(const std::vector<FoldedTrip>& trips);

}  // namespace mms::trips
