// Reports as the lane sees them.
#pragma once

#include <memory>
#include <string>

#include "access/rules/scope.hpp"
#include "lanes/rules/command.hpp"
#include "vehicles/rules/mission_link.hpp"
#include "vehicles/rules/vehicle_rules.hpp"

namespace mms::vehicles {

using CommandPtr = std::unique_ptr<lanes::Command>;

// What the caller's scope is asked about. Lifetime: that of the state.
access::Target target_of(const VehicleState& state);

// `row` becomes the id of the row when it is the first of its name. A report that is not newer than what is stored is
// answered with what is stored.
// What a report says of missions is told to `missions`, when there is one.
CommandPtr report_vehicle_state(std::string vehicle_id,
                                ReportVehicleState report,
                                const vocabulary::Uuid& row,
                                const MissionLink* missions = nullptr);
CommandPtr report_environment(ReportEnvironment report, const vocabulary::Uuid& row);

}  // namespace mms::vehicles
