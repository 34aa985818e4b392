// What vehicles answer to commands, and what they report of the tasks of their missions.
#pragma once

#include "inbound/rules/understanding.hpp"
#include "missions/rules/acknowledgment.hpp"
#include "missions/rules/mission_input.hpp"

namespace mms::inbound {

// As POST /missions/{id}/tasks/{key} takes it, with mission, vehicle and task named.
struct TaskReport {
  vocabulary::MissionId mission_id;
  vocabulary::Identifier vehicle_id;
  vocabulary::Identifier task;  // its key
  missions::TaskStatus status{};
  std::optional<vocabulary::Between<0.0, 1.0>> progress;
  std::optional<vocabulary::Text<0, 500>> message;
  std::optional<Time> recorded_at;  // absent: the envelope's time, or when the message was sent
};
BOOST_DESCRIBE_STRUCT(TaskReport, (), (mission_id, vehicle_id, task, status, progress, message, recorded_at))

// One with `task` is a TaskReport, every other one a missions::Acknowledgment, here with its vehicle named.
// Refuses: malformed_json, invalid_fields (with every bad field of every report).
Understood understand_acknowledgments(std::string_view payload, Time sent_at);

}  // namespace mms::inbound
