// What a vehicle answers to a command that it was sent: over REST, and as the data of a message on
// vehicle.commands.acknowledgments.
#pragma once

#include <optional>

#include "missions/rules/mission_commands.hpp"
#include "vocabulary/fields.hpp"

namespace mms::missions {

// accepted: received, under way; it does not confirm and does not stop the clock. completed: done, which is what
// confirms. rejected: it will not be done.
BOOST_DEFINE_ENUM_CLASS(AcknowledgmentStatus, accepted, completed, rejected)

struct Acknowledgment {
  MissionId mission_id;
  CommandId command_id;
  std::optional<vocabulary::Identifier> vehicle_id;  // who answers; one that the command did not go to is refused
  AcknowledgmentStatus status{};
  std::optional<vocabulary::Text<1, 500>> reason;  // why it was rejected
  std::optional<Time> recorded_at;                 // by the vehicle's clock; absent: now
};
BOOST_DESCRIBE_STRUCT(Acknowledgment, (), (mission_id, command_id, vehicle_id, status, reason, recorded_at))

// The command of the lane, the same for REST and Kafka; its answer is the mission as it is. The caller needs
// missions:report on the mission, and a vehicle speaks for itself alone. One that comes twice, late or out of order
// changes nothing and is answered 200.
// Refuses: not_found (no such mission, or it never had this command), forbidden, invalid_fields (a moment in the
// future), wrong_state (it contradicts what the command came to, `last_command` says what).
CommandPtr acknowledge_command(Acknowledgment acknowledgment);

}  // namespace mms::missions
