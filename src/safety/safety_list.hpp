// The list of safety events: what it can be sorted and filtered by.
#pragma once

#include "endpoints/list_table.hpp"

namespace mms::safety {

const endpoints::ListTable& safety_list();
// Which of its filters is the vehicle's: for callers that are one.
inline constexpr std::size_t kVehicleFilter = 2;

}  // namespace mms::safety
