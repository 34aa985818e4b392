// The laws of a world at rest: nothing is lost, nothing waits for ever.
#include <algorithm>

#include "clock.hpp"
#include "database/event_log.hpp"
#include "lanes/timer_table.hpp"
#include "missions/mission_replay.hpp"
#include "oracle.hpp"
#include "relay/event_table.hpp"
#include "safety/safety_replay.hpp"

namespace mms::simulation {

using namespace missions;  // NOLINT: the states' names
using vocabulary::to_text;

void Oracle::at_rest() {
  const auto now = Clocks::wall();
  const auto head = relay::log_head_from(ground_.read(relay::log_head()));
  if (head != sequence_) broken("the log ends at {}, and {} was there", head, sequence_);
  for (const auto& [stream, version] : acknowledged_) {
    if (streams_[stream].version < version) broken("version {} of {} is lost", version, to_text(stream));
  }
  for (const auto& [to, messages] : messages_) {
    if (messages.arrived == messages.sequences.size()) continue;
    broken("event {} never arrives at {}", messages.sequences[messages.arrived], to.first);
  }
  for (const auto& timer : lanes::timers_from(ground_.read(lanes::due_timers(now, 10)))) {
    broken("the timer {} of {} is due and does not fire", timer.kind, to_text(timer.stream_id));
  }
  const auto differs = [&](const std::string& words) { broken("replay: {}", words); };
  ground_.run(verify_missions(*ground_.reader, differs, now));
  ground_.run(safety::verify_safety_events(*ground_.reader, differs));
  for (const auto& [id, mission] : missions_) {
    if (!mission.deleted_at) check_mission_at_rest(mission, now);
  }
}

void Oracle::check_mission_at_rest(const Mission& mission, Time now) {
  const bool under_way = mission.status == MissionStatus::running || mission.status == MissionStatus::paused;
  const bool waiting = mission.status == MissionStatus::pending || mission.status == MissionStatus::ready;
  if (under_way && mission.timeout_s && *mission.started_at + vocabulary::seconds(*mission.timeout_s) <= now) {
    broken("mission {} runs beyond its timeout", mission.name);
  }
  if (waiting && mission.deadline && !mission.started_at && *mission.deadline <= now) {
    broken("mission {} waits beyond its deadline", mission.name);
  }
  if (mission.requested) broken("mission {} waits for its vehicle beyond the time that it had", mission.name);
  const auto earliest = earliest_start(mission);
  if (waiting && (!earliest || *earliest <= now)) {
    const auto held = holding(mission, false, now);
    if (held.empty() && mission.status == MissionStatus::pending) {
      broken("mission {} waits for nothing and is not ready", mission.name);
    }
    if (!held.empty() && mission.status == MissionStatus::ready) {
      broken("mission {} is ready: {}", mission.name, held.front());
    }
  }
  if (awaits_finish(mission) && holding(mission, true, now).empty()) {
    broken("mission {} has done its last task, waits for nothing and does not complete", mission.name);
  }
}

}  // namespace mms::simulation
