// POST /trips/bulk: up to 1000 creations and commands in one request, in order; each item answers for itself.
#pragma once

#include "http/route.hpp"
#include "trips/trip_routes.hpp"

namespace mms::trips {

http::Route bulk_route(const TripTools& tools);

}  // namespace mms::trips
