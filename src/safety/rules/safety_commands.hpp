// The commands on safety events as the lane sees them.
#pragma once

#include <memory>
#include <string>

#include "access/rules/scope.hpp"
#include "lanes/rules/command.hpp"
#include "safety/rules/mission_link.hpp"
#include "safety/rules/safety_rules.hpp"

namespace mms::safety {

// What the caller's scope is asked about. Lifetime: that of the event.
access::Target target_of(const SafetyEvent& event);

using CommandPtr = std::unique_ptr<lanes::Command>;

// Who chose the id: then `body_hash` tells a repeat from a clash.
struct ChosenId {
  SafetyEventId id;
  bool by_client = false;
  std::string body_hash;
};
// In the same transaction the mission that it is about pauses or fails, as the event's action says.
// Refuses: forbidden, invalid_fields (a mission or vehicle of another fleet), already_exists.
CommandPtr raise_safety_event(RaiseSafetyEvent input, ChosenId id, Origin origin, const MissionLink& missions);
// Refuse: not_found, forbidden, version_conflict, wrong_state.
CommandPtr acknowledge_safety_event(SafetyEventId id, AcknowledgeSafetyEvent input);
CommandPtr resolve_safety_event(SafetyEventId id, ResolveSafetyEvent input);
// The monitor's.
CommandPtr see_safety_event_again(SafetyEventId id, SeeSafetyEventAgain input);
CommandPtr clear_safety_event(SafetyEventId id, ClearSafetyEvent input);

}  // namespace mms::safety
