// Positions that vehicles report of themselves, into the tracks of the trips that they were on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "lanes/lane.hpp"
#include "trips/rules/tracking.hpp"
#include "trips/trip_routes.hpp"

namespace mms::trips {

// Lifetime: what it names outlives it. Threads: that of the reader.
struct VehicleTrackTools {
  database::Reader& reader;
  database::Appender& appender;
  lanes::Lane& lane;
  std::function<vocabulary::Time()> now;
  std::function<bool()> stopping;  // ends the wait for a lane that takes nothing
  SharedTracking& tracking;
  OnTrack on_track = {};         // may be empty
  Rerouter* rerouter = nullptr;  // may be null
};

// Each position goes to the trip that its vehicle had started last by then, unless that had ended: as
// POST /trips/{id}/track takes it, with the vehicle as the caller. `refused`: it was on no trip then.
// Throws database::Unavailable, database::StatementFailed; again and again is the same as once.
async::Task<PositionCounts> track_vehicles(const VehicleTrackTools& tools, std::vector<VehiclePosition> positions);

}  // namespace mms::trips
