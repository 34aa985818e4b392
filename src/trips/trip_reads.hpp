// What is read of trips: one, the list, the route, the events.
#pragma once

#include "http/route.hpp"
#include "trips/trip_routes.hpp"

namespace mms::trips {

std::vector<http::Route> read_routes(const TripTools& tools);

}  // namespace mms::trips
