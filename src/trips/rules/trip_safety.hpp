// What the room safety is handed to look at trips.
#pragma once

#include "safety/rules/trip_link.hpp"

namespace mms::trips {

const safety::TripLink& trip_link();

}  // namespace mms::trips
