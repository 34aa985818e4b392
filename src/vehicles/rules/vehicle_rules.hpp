// What a report changes: bodies of the vehicle endpoints, and the state that follows from them.
#pragma once

#include <optional>
#include <string>

#include "vehicles/rules/vehicle_state.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/problem.hpp"

namespace mms::vehicles {

using vocabulary::Between;
using vocabulary::Change;
using vocabulary::Identifier;
using vocabulary::List;
using vocabulary::Result;

// Clocks of vehicles may be ahead of ours by so much.
inline constexpr vocabulary::Duration kSkew = std::chrono::seconds(30);
// For how long a reading holds when it does not say.
inline constexpr vocabulary::Duration kReadingHolds = std::chrono::hours(1);

struct ReportVehicleState {
  std::optional<Identifier> fleet_id;  // required in the first report; the same ever after
  std::optional<Coordinates> position;
  std::optional<Between<0.0, 360.0>> heading_deg;
  std::optional<Between<0.0, 200.0>> speed_mps;
  std::optional<Between<0.0, 100.0>> battery_percent;
  Change<Identifier> mode;
  Change<Identifier> onboard_stage;
  Change<List<Identifier, 100>> capabilities;
  Change<MissionId> mission_id;     // null: it is on none; absent: it does not say
  std::optional<Time> recorded_at;  // absent: now
};
BOOST_DESCRIBE_STRUCT(ReportVehicleState,
                      (),
                      (fleet_id,
                       position,
                       heading_deg,
                       speed_mps,
                       battery_percent,
                       mode,
                       onboard_stage,
                       capabilities,
                       mission_id,
                       recorded_at))

struct ReportEnvironment {
  Identifier fleet_id;
  std::optional<Identifier> name;  // required with an area; "fleet" without
  std::optional<Area> area;
  std::optional<Between<0.0, 150.0>> wind_speed_mps;
  std::optional<Between<0.0, 1e6>> visibility_m;
  std::optional<Between<-100.0, 100.0>> temperature_c;
  std::optional<Between<0.0, 2000.0>> precipitation_mmph;
  std::optional<Time> recorded_at;  // absent: now
  std::optional<Time> expires_at;   // absent: an hour after recorded_at
};
BOOST_DESCRIBE_STRUCT(
    ReportEnvironment,
    (),
    (fleet_id, name, area, wind_speed_mps, visibility_m, temperature_c, precipitation_mmph, recorded_at, expires_at))

// The state after the report; nothing when it is not newer than what is stored. `stored` may be null.
// Refuses: invalid_fields (no fleet in the first report, another fleet later, a moment in the future).
Result<std::optional<VehicleState>> state_after(const VehicleState* stored,
                                                const std::string& vehicle_id,
                                                const ReportVehicleState& report,
                                                Time now);

// The name that the reading is kept under.
std::string name_of(const ReportEnvironment& report);
// The same for a reading. Refuses: invalid_fields (an area without a name, a broken area, nothing read, times).
Result<std::optional<EnvironmentReading>> reading_after(const EnvironmentReading* stored,
                                                        const ReportEnvironment& report,
                                                        const std::string& caller,
                                                        Time now);

}  // namespace mms::vehicles
