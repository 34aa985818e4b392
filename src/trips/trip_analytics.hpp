// GET /trips/analytics: counts, rates, durations, distance and punctuality, over the store.
#pragma once

#include "http/route.hpp"
#include "trips/trip_routes.hpp"

namespace mms::trips {

http::Route analytics_route(const TripTools& tools);

}  // namespace mms::trips
