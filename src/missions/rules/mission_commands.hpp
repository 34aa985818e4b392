// The mission commands as the lane sees them. Features that may name these (trips) use them as follow-ups.
#pragma once

#include <memory>
#include <string>

#include "lanes/rules/command.hpp"
#include "missions/rules/mission_input.hpp"
#include "missions/rules/mission_rules.hpp"

namespace mms::missions {

using CommandPtr = std::unique_ptr<lanes::Command>;

// `chosen` when the client chose the id: then `body_hash` tells a repeat from a clash. With a template_id, `body` is
// what the client sent, whole: its fields take the place of the template's.
CommandPtr create_mission(CreateMission input, MissionId id, bool chosen, std::string body_hash, std::string body = {});
CommandPtr update_mission(MissionId id, UpdateMission input);
CommandPtr start_mission(MissionId id);
CommandPtr pause_mission(MissionId id, PauseMission input);
CommandPtr resume_mission(MissionId id);
CommandPtr complete_mission(MissionId id, CompleteMission input);
CommandPtr fail_mission(MissionId id, FailMission input);
CommandPtr retry_mission(MissionId id);
CommandPtr cancel_mission(MissionId id, CancelMission input);
CommandPtr assign_mission(MissionId id, AssignMission input);
CommandPtr delete_mission(MissionId id);
CommandPtr report_task(MissionId id, std::string key, ReportTask input);
// A timer of stream "mission" fired.
CommandPtr fire_timer(const lanes::Timer& timer);

}  // namespace mms::missions
