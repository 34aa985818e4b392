// Logs and metrics of trips.
#pragma once

#include "http/route.hpp"
#include "trips/trip_routes.hpp"

namespace mms::trips {

std::vector<http::Route> record_routes(const TripTools& tools);

}  // namespace mms::trips
