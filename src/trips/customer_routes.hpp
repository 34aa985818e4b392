// What is kept of a customer: given out, and erased.
#pragma once

#include "http/route.hpp"
#include "trips/trip_routes.hpp"

namespace mms::trips {

std::vector<http::Route> customer_routes(const TripTools& tools);

}  // namespace mms::trips
