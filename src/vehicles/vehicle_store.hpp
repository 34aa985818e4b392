// The tables of vehicle states and of the environment.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "database/database.hpp"
#include "lanes/part.hpp"
#include "vehicles/rules/vehicle_state.hpp"

namespace mms::vehicles {

// The vehicles' share of the working set.
std::unique_ptr<lanes::Part> vehicle_part(lanes::WorkingSet& set);
// The same; `reported` runs on the lane's thread when a report of a vehicle or of an environment is durable.
std::unique_ptr<lanes::Part> vehicle_part_that_tells(lanes::WorkingSet& set, std::function<void()> reported);

// One vehicle's state.
database::Query find_vehicle(const std::string& vehicle_id);

}  // namespace mms::vehicles
