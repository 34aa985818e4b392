// Telemetry: what a vehicle says of itself, for its state and for the track of the trip that it is on.
#pragma once

#include "inbound/rules/understanding.hpp"
#include "vehicles/rules/mission_link.hpp"
#include "vehicles/rules/vehicle_rules.hpp"

namespace mms::inbound {

using vocabulary::Between;
using vocabulary::Change;
using vocabulary::Identifier;
using vocabulary::List;

// As POST /vehicles/{id}/state takes it, with the vehicle named; and how far off the position may be.
struct Telemetry {
  Identifier vehicle_id;
  std::optional<Identifier> fleet_id;  // required in the first report; the same ever after
  std::optional<Time> recorded_at;     // absent: the envelope's time, or when the message was sent
  std::optional<vocabulary::Coordinates> position;
  std::optional<Between<0.0, 100000.0>> accuracy_m;
  std::optional<Between<0.0, 360.0>> heading_deg;
  std::optional<Between<0.0, 200.0>> speed_mps;
  std::optional<Between<0.0, 100.0>> battery_percent;
  Change<Identifier> mode;
  Change<Identifier> onboard_stage;
  Change<List<Identifier, 100>> capabilities;
  Change<vocabulary::MissionId> mission_id;
};
BOOST_DESCRIBE_STRUCT(Telemetry,
                      (),
                      (vehicle_id,
                       fleet_id,
                       recorded_at,
                       position,
                       accuracy_m,
                       heading_deg,
                       speed_mps,
                       battery_percent,
                       mode,
                       onboard_stage,
                       capabilities,
                       mission_id))

// What a report says of missions is told to `missions`, when there is one. The reading refuses: malformed_json,
// invalid_fields (with every bad field of every report).
Understand telemetry_reader(const vehicles::MissionLink* missions);

}  // namespace mms::inbound
