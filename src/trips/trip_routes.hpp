// The endpoints below /trips and /customers.
#pragma once

#include <functional>
#include <vector>

#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "http/request.hpp"
#include "http/route.hpp"
#include "lanes/lane.hpp"
#include "relay/watcher.hpp"
#include "trips/position_keeper.hpp"
#include "trips/rerouter.hpp"
#include "trips/rules/tracking.hpp"
#include "trips/rules/ways.hpp"
#include "trips/trip_store.hpp"
#include "vocabulary/ids.hpp"

namespace mms::trips {

// Positions of one request, by what became of them.
struct PositionCounts {
  int accepted = 0;
  int duplicate = 0;
  int refused = 0;
  int left_route = 0;  // trips that they show to be off their route, and were on it before
};

// A way for each that is asked, by its place; nothing where no road leads, or none was found by the deadline.
using FoundWays = std::vector<std::optional<FoundWay>>;
using FindWays = std::function<async::Task<FoundWays>(std::vector<WayAsked>, async::Deadline)>;
// How long a trip waits for its way on roads, and a bulk of them; then it is geodesic.
inline constexpr std::chrono::milliseconds kWayTime{500};
inline constexpr std::chrono::milliseconds kBulkWayTime{2000};

// For each that is asked the order in which its stops between the first and the last are driven fastest: of each place,
// which of them comes there, counted from 0. Refuses: unavailable, request_timeout.
using StopOrders = std::vector<std::vector<std::size_t>>;
using OrderStops = std::function<async::Task<vocabulary::Result<StopOrders>>(std::vector<WayAsked>, async::Deadline)>;

// What live tracks need. Lifetime: outlives the streams.
struct TrackStreams {
  relay::Watchers& watchers;
  http::Admit admit;
  std::chrono::milliseconds heartbeat;
};

// One for each thread. Lifetime: outlives the routes; what it names outlives it.
struct TripTools {
  database::Reader& reader;
  database::Appender& appender;
  lanes::Lane& lane;
  vocabulary::IdSource& ids;
  const endpoints::CursorKey& cursor_key;
  std::function<vocabulary::Time()> now;
  std::function<void(const PositionCounts&)> on_positions;  // may be empty
  FindWays find_ways;                                       // empty: no road map
  SharedTracking& tracking;
  TrackStreams streams;
  OnTrack on_track;  // may be empty
  OrderStops order_stops;
  FindRest find_rest;            // empty: no road map
  Rerouter* rerouter = nullptr;  // null: routes are planned anew on request alone
};

std::vector<http::Route> trip_routes(const TripTools& tools);

// The stored trip of the path, when the caller may read it by `permission`. Refuses: not_found.
async::Task<vocabulary::Result<StoredTrip>> readable(const TripTools& tools,
                                                     const http::Request& request,
                                                     vocabulary::Permission permission);
// The same for one who is to act on it. Refuses: not_found, forbidden.
async::Task<vocabulary::Result<StoredTrip>> actable(const TripTools& tools,
                                                    const http::Request& request,
                                                    vocabulary::Permission permission);

}  // namespace mms::trips
