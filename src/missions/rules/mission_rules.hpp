// The rules of a mission: pure decisions from a state, a command and facts to events. The table is domain.md §3.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "missions/rules/mission_events.hpp"
#include "missions/rules/mission_input.hpp"
#include "missions/rules/mission_safety.hpp"
#include "vocabulary/problem.hpp"

namespace mms::missions {

using vocabulary::Result;
using Events = std::vector<MissionEvent>;

// Another mission that occupies the vehicle.
struct Occupant {
  MissionId id;
  std::string name;
};

// What start and resume look at beside the mission itself.
struct StartFacts {
  std::optional<Occupant> occupant;  // of the mission's vehicle, other than this mission
  SafetyFacts safety;
  Edges edges;  // those of which it is the successor
};

// A new mission. `id` is the client's when it chose one.
// Refuses: invalid_fields (also those that only make sense together).
Result<Mission> make_mission(const CreateMission& input, MissionId id, const std::string& caller, Time now);

// Every decision below refuses wrong_state with the state, the commands that it allows and what is requested. They
// decide as if control was direct; `through_vehicle` makes requests of what the vehicle has to do.
// Refuses: dependencies_unsatisfied (each blocker with why), not_yet_scheduled, safety_requirements_unmet,
// vehicle_missing, vehicle_busy, critical_event_open; all that hold are listed in `reasons`.
Result<Events> decide(const Mission& mission, const StartMission& command, const StartFacts& facts, Time now);
Result<Events> decide(const Mission& mission, const PauseMission& command);
// Asks the same gate as start.
Result<Events> decide(const Mission& mission, const ResumeMission& command, const StartFacts& facts, Time now);
// Refuses: tasks_unfinished (unless force), finish_dependencies_unsatisfied.
Result<Events> decide(const Mission& mission, const CompleteMission& command, const Edges& edges);
// Another attempt while there are attempts left, failed for good otherwise.
Result<Events> decide(const Mission& mission, const FailMission& command, Time now);
Result<Events> decide(const Mission& mission, const RetryMission& command, Time now);
Result<Events> decide(const Mission& mission, const CancelMission& command);
// Refuses: vehicle_busy (a paused mission moves to a vehicle that another mission occupies).
Result<Events> decide(const Mission& mission, const AssignMission& command, const std::optional<Occupant>& occupant);
// Refuses: field_frozen (each field that this state freezes), invalid_fields, vehicle_busy.
Result<Events> decide(const Mission& mission,
                      const UpdateMission& command,
                      const std::optional<Occupant>& occupant_of_new_vehicle,
                      Time now);
// Refuses: mission_active, has_successors (of one that has not ended).
Result<Events> decide(const Mission& mission, const DeleteMission& command, const std::vector<MissionId>& successors);
// Refuses: not_found (the task), wrong_state, invalid_fields (order, going back).
Result<Events> decide(
    const Mission& mission, const std::string& key, const ReportTask& command, const Edges& edges, Time now);

// Refuses: wrong_state (it has started), already_exists, invalid_fields.
Result<Events> decide(const Mission& mission,
                      const AddDependency& command,
                      DependencyId id,
                      const Predecessor* predecessor,
                      const Edges& edges,
                      const std::string& caller,
                      Time now);
// What follows for a mission from where its predecessors are now: ready, held, blocked, cancelled, completed; nothing
// when all is as it should be. Asked after every event of the mission itself and of its predecessors.
Events decide_settling(const Mission& mission, const Edges& edges, Time now);

// A timer that fired: nothing when the state has moved on.
Events decide_timer(const Mission& mission, const std::string& kind, std::int64_t attempt, Time now);

// All that stands in the way of a start: the code that start would refuse with, and why.
std::vector<std::pair<std::string, std::string>> start_blockers(const Mission& mission,
                                                                const StartFacts& facts,
                                                                Time now);

// Names of the commands that a state allows, and of those that a mission allows while its vehicle has not confirmed.
std::vector<std::string_view> allowed_commands(MissionStatus status);
std::vector<std::string_view> allowed_commands(const Mission& mission);
// wrong_state, with the state and the commands that it allows.
std::unexpected<vocabulary::Problem> refuse_state(const Mission& mission, std::string detail);
// The same for a command that has to wait for the vehicle's answer to another one.
std::unexpected<vocabulary::Problem> refuse_requested(const Mission& mission, std::string_view command);
// How long to wait before the attempt after `attempt`; the jitter (± 10 %) comes from the id, so a fold repeats it.
vocabulary::Duration backoff(const Retry& retry, const MissionId& id, int attempt);

}  // namespace mms::missions
