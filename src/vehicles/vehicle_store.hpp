// The tables of vehicle states and of the environment.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "database/database.hpp"
#include "lanes/part.hpp"
#include "vehicles/rules/vehicle_state.hpp"

namespace mms::vehicles {

// The vehicles' share of the working set.
std::unique_ptr<lanes::Part> vehicle_part(lanes::WorkingSet& set);

// One vehicle's state.
database::Query find_vehicle(const std::string& vehicle_id);

}  // namespace mms::vehicles
