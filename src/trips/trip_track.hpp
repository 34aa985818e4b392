// POST and GET /trips/{id}/track: positions in, where it is now and where it was out.
#pragma once

#include "http/route.hpp"
#include "trips/trip_routes.hpp"

namespace mms::trips {

std::vector<http::Route> track_routes(const TripTools& tools);

}  // namespace mms::trips
