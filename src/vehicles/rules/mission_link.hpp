// What vehicles ask of missions without knowing them: functions that the service hands in.
#pragma once

#include <optional>
#include <string>

#include "lanes/rules/command.hpp"
#include "vehicles/rules/vehicle_rules.hpp"
#include "vocabulary/ids.hpp"

namespace mms::vehicles {

// A report that says which mission the vehicle is on, or that it is on none. Times are the vehicle's own.
struct MissionReport {
  std::string vehicle_id;
  std::string fleet_id;
  std::optional<vocabulary::MissionId> mission_id;
  vocabulary::Time since;  // of the first of the reports in a row that say so
  vocabulary::Time recorded_at;
};

struct SeenReport {
  const std::string& vehicle_id;
  const ReportVehicleState& report;
  vocabulary::Time recorded_at;
  vocabulary::Time received_at;
};

// All look at the working set alone. Lifetime: static. Threads: the lane's.
struct MissionLink {
  void (*need)(lanes::WorkingSet& set,
               const std::string& vehicle_id,
               const std::optional<vocabulary::MissionId>& reported);
  // Leaves what follows as follow-ups.
  void (*follow)(lanes::WorkingSet& set, const MissionReport& report, lanes::Journal& journal);
  // Each sound report, one too that is older than what is stored. Null: nobody watches.
  void (*seen)(lanes::WorkingSet& set, const SeenReport& report) = nullptr;
};

}  // namespace mms::vehicles
