// The list of trips: what it can be sorted and filtered by.
#pragma once

#include "endpoints/list_table.hpp"

namespace mms::trips {

const endpoints::ListTable& trip_list();
// Index of the filter vehicle_id: a caller that is a vehicle sees only its own trips.
inline constexpr std::size_t kVehicleFilter = 2;

}  // namespace mms::trips
