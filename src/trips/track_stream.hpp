// A trip's track live, as Server-Sent Events.
#pragma once

#include "trips/trip_routes.hpp"

namespace mms::trips {

// `position` events in the order of recorded_at, which is their id, and `track` events with the figures when these
// changed; an `end` event when the trip has ended. Begins behind Last-Event-ID, behind `since`, or with what comes from
// now on. A position that is older than the last one told is not told; the history has it.
// Refuses: not_found, bad_parameter, unavailable (as many streams as may be are open).
async::Task<vocabulary::Result<http::Response>> watch_track(const TripTools& tools, const http::Request& request);

}  // namespace mms::trips
