// Where a trip is and was: as JSON, as GeoJSON for maps, and live.
#pragma once

#include "trips/trip_routes.hpp"

namespace mms::trips {

// A position as it is kept. `suspect`: it moved nothing, because no vehicle is so fast.
struct PositionView {
  Time recorded_at;
  double latitude = 0;
  double longitude = 0;
  std::optional<double> speed_mps;
  std::optional<double> heading_deg;
  std::optional<double> accuracy_m;
  std::optional<bool> suspect;
};
BOOST_DESCRIBE_STRUCT(PositionView, (), (recorded_at, latitude, longitude, speed_mps, heading_deg, accuracy_m, suspect))

// Where the trip is. Without a position: what was estimated.
struct TrackView {
  TripId trip_id;
  TripStatus status{};
  std::optional<Position> position;
  double travelled_m = 0;
  double remaining_m = 0;
  double progress = 0;
  std::optional<Time> eta;
  bool off_route = false;
  double deviation_m = 0;
  RouteSource source{};
  std::optional<int> route_revision;  // on which it was measured
  std::optional<double> place_m;      // along that route, when it is on roads
  std::optional<int> next_stop;       // that it drives to, 0 the origin
  std::optional<Time> next_eta;       // when it is there
};
BOOST_DESCRIBE_STRUCT(TrackView,
                      (),
                      (trip_id,
                       status,
                       position,
                       travelled_m,
                       remaining_m,
                       progress,
                       eta,
                       off_route,
                       deviation_m,
                       source,
                       route_revision,
                       place_m,
                       next_stop,
                       next_eta))

TrackView view_of(const StoredTrip& stored);
// Rows of positions_after.
std::vector<PositionView> views_of(const database::Rows& rows);

// The row of GET /trips/{id}/track.
http::Route track_read_route(const TripTools& tools);

}  // namespace mms::trips
