// Positions into the store, and the live figures of their trips moved by them.
#pragma once

#include <functional>
#include <vector>

#include "database/database.hpp"
#include "trips/route_lines.hpp"
#include "trips/rules/notices.hpp"
#include "trips/rules/tracking.hpp"
#include "trips/track_watchers.hpp"
#include "trips/trip_store.hpp"

namespace mms::trips {

// What was seen of a trip that is on its way: positions as they came, repeats among them. Never waits.
using OnTrack = std::function<void(const Trip&, const std::vector<Position>&)>;

// Sound positions of one trip, and what became of them.
struct TripPositions {
  StoredTrip stored;
  std::vector<Position> positions;
  int accepted = 0;                   // the others were there already
  std::vector<Step> steps;            // that they show; the lane decides which of them still count
  Notices notices;                    // what they give to tell; the same holds
  std::optional<Live> live;           // the figures behind them; nothing when others wrote them meanwhile
  std::vector<Deviation> deviations;  // of those that a vehicle can have, in the order of time
  bool is_to_ride() const { return !steps.empty() || !notices.empty(); }
  bool has_left_route() const { return live && live->off_route && !(stored.live && stored.live->off_route); }
};

// What is written beside the positions of trips whose vehicles are watched, in their transaction: of those too that are
// there already.
using WriteWatched =
    std::function<database::Query(const std::vector<TripPositions>& trips, vocabulary::Time received_at)>;

// What all who take and watch positions share. Threads: any. Lifetime: outlives the contexts of those who watch.
struct SharedTracking {
  NoticeLimits limits = {};
  RouteLines lines;
  TrackWatchers watchers;
  WriteWatched write_watched;  // may be empty; set before there is another thread
};

// Lifetime: of the call. Threads: that of reader and appender.
struct PositionTools {
  database::Reader& reader;
  database::Appender& appender;
  const std::function<vocabulary::Time()>& now;
  const OnTrack& on_track;  // may be empty
  SharedTracking& shared;
};

// Stores the positions of all the trips, in one transaction. Each trip is there once.
// Throws what reader and appender throw; then it may be done again.
async::Task<void> keep_positions(PositionTools tools, std::vector<TripPositions>& trips, async::Deadline deadline);

}  // namespace mms::trips
