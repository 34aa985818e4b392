// A trip's routes: another one on request, and those that it had.
#pragma once

#include "trips/trip_routes.hpp"

namespace mms::trips {

// Rows of /trips/{id}/reroute, /trips/{id}/route and /trips/{id}/routes.
std::vector<http::Route> way_routes(const TripTools& tools);

}  // namespace mms::trips
