// Missions that their vehicle carries out by itself (control: vehicle): what is asked of it, what its answers change,
// and what its own reports prove. See docs/decisions/0018.
#pragma once

#include <string>

#include "missions/rules/acknowledgment.hpp"
#include "missions/rules/mission_rules.hpp"
#include "vehicles/rules/mission_link.hpp"

namespace mms::missions {

// For how long a vehicle may take to confirm, and may say something else than this service, before that counts.
vocabulary::Duration command_timeout(const Mission& mission);
// The n-th (from 1) command that this mission's stream could hold at this moment. It follows from the mission's id and
// version, so that rules stay pure, and so that a mission knows its own commands for ever without keeping them.
CommandId command_id_of(const MissionId& id, std::int64_t version, Time now);

// What has been decided, as a mission of control: vehicle does it: what the vehicle must do is requested, and what it
// must not go on with is recalled. Events that a vehicle confirmed, and all others, stay as they are.
Events through_vehicle(const Mission& mission, Events decided, const std::string& by, Time now);

// An event of safety wants it paused. A start that is on its way is withdrawn, a resume overtaken; nothing when it is
// being paused or cancelled already. Refuses: wrong_state.
Result<Events> decide_safety_pause(const Mission& mission, const std::string& reason, const std::string& by, Time now);

// What an answer was to the mission.
enum class Heard { news, duplicate, late };
struct Answered {
  Heard heard = Heard::news;
  Events events;
};
// Refuses: not_found (it never had this command), invalid_fields, wrong_state (it contradicts).
Result<Answered> decide(const Mission& mission, const Acknowledgment& answer, Time now);

// What a vehicle's report of itself proves: a requested start that it carries out, a cancel that it has carried out, a
// mission that it has dropped or should have. `report` says which mission it is on, or that it is on none.
Events decide_report(const Mission& mission, const vehicles::MissionReport& report, const std::string& by, Time now);

// Its requested command's time is over.
MissionCommandTimedOut time_out(const Mission& mission, Time now);

// The events by which a requested start is confirmed by other evidence than an answer: a report of a task.
Events confirm_start(const Mission& mission, Time recorded_at);

// What an event says of a command to a vehicle, for figures: outcome is sent, recalled, confirmed, rejected, timed_out
// or withdrawn. Nothing for every other event.
struct CommandStep {
  RequestedChange command{};
  std::string_view outcome;
  CommandId command_id;
  std::optional<vocabulary::Duration> took = {};  // till it was confirmed
};
std::optional<CommandStep> command_step(const vocabulary::Event& event);

}  // namespace mms::missions
