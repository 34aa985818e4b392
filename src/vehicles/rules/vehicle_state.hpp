// What a vehicle last said of itself, and what the weather around it was said to be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vehicles/rules/area.hpp"
#include "vocabulary/describe.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/time.hpp"

namespace mms::vehicles {

using vocabulary::MissionId;
using vocabulary::Time;

// Position, heading, speed, battery and mission are those of the last report: absent when it did not say. Mode, onboard
// stage and capabilities stay until a report changes them.
struct VehicleState {
  std::string vehicle_id;
  std::string fleet_id;
  std::optional<Coordinates> position;
  std::optional<double> heading_deg;
  std::optional<double> speed_mps;
  std::optional<double> battery_percent;
  std::optional<std::string> mode;
  std::optional<std::string> onboard_stage;
  std::optional<std::vector<std::string>> capabilities;
  std::optional<MissionId> mission_id;  // that it says it is on
  std::optional<Time> mission_since;    // of the first of the reports in a row that say so; absent: it did not say
  Time recorded_at;                     // by its clock
  Time received_at;                     // by ours
  Time created_at;                      // of its first report
  bool operator==(const VehicleState&) const = default;
};
BOOST_DESCRIBE_STRUCT(VehicleState,
                      (),
                      (vehicle_id,
                       fleet_id,
                       position,
                       heading_deg,
                       speed_mps,
                       battery_percent,
                       mode,
                       onboard_stage,
                       capabilities,
                       mission_id,
                       mission_since,
                       recorded_at,
                       received_at,
                       created_at))

// One reading for a fleet, or for an area that it names; the last reading of a name counts, until it expires.
struct EnvironmentReading {
  std::string fleet_id;
  std::string name;
  std::optional<Area> area;  // absent: wherever the fleet is
  std::optional<double> wind_speed_mps;
  std::optional<double> visibility_m;
  std::optional<double> temperature_c;
  std::optional<double> precipitation_mmph;
  Time recorded_at;
  Time expires_at;
  Time created_at;  // of the first reading of this name
  std::string reported_by;
  bool operator==(const EnvironmentReading&) const = default;
};
BOOST_DESCRIBE_STRUCT(EnvironmentReading,
                      (),
                      (fleet_id,
                       name,
                       area,
                       wind_speed_mps,
                       visibility_m,
                       temperature_c,
                       precipitation_mmph,
                       recorded_at,
                       expires_at,
                       created_at,
                       reported_by))

}  // namespace mms::vehicles
