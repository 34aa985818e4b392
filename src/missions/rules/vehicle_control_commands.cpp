// Answers, reports and alarms on their way through the lane.
#include "missions/rules/vehicle_control_commands.hpp"

#include <fmt/format.h>

#include "missions/rules/mission_safety.hpp"
#include "missions/rules/on_mission.hpp"
#include "missions/rules/vehicle_control.hpp"
#include "safety/rules/safety_commands.hpp"

namespace mms::missions {
namespace {

using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Permission;

class Acknowledge final : public OnMission {
 public:
  explicit Acknowledge(Acknowledgment answer)
      : OnMission("acknowledge_command", answer.mission_id, Permission::missions_report), answer_(std::move(answer)) {}

  // What changes nothing is counted apart.
  std::string_view name() const override {
    switch (heard_) {
      case Heard::duplicate:
        return "acknowledge_command_again";
      case Heard::late:
        return "acknowledge_command_late";
      case Heard::news:
        break;
    }
    return OnMission::name();
  }

  // A vehicle that is recalled answers, though the mission is another one's by now.
  Result<void> authorise(WorkingSet& set, const vocabulary::Caller& caller) const override {
    const auto* mission = set.of<MissionSet>().find(id_);
    if (mission == nullptr || !mission->recall || mission->recall->command_id != answer_.command_id) {
      return OnMission::authorise(set, caller);
    }
    auto target = target_of(*mission);
    target.vehicle_id = mission->recall->vehicle_id;
    return access::may_act(caller, Permission::missions_report, Permission::missions_read, target);
  }

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet&, Journal& journal) override {
    heard_ = Heard::news;
    TRY(answered, decide(mission, answer_, journal.now));
    heard_ = answered.heard;
    return std::move(answered.events);
  }
  Acknowledgment answer_;
  Heard heard_ = Heard::news;
};

class TakeReport final : public OnMission {
 public:
  TakeReport(MissionId id, vehicles::MissionReport report)
      : OnMission("take_vehicle_report", id, Permission::missions_report), report_(std::move(report)) {}

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet&, Journal& journal) override {
    return decide_report(mission, report_, journal.caller.id, journal.now);
  }
  vehicles::MissionReport report_;
};

class SafetyPause final : public OnMission {
 public:
  SafetyPause(MissionId id, std::string reason)
      : OnMission("pause_for_safety", id, Permission::missions_execute), reason_(std::move(reason)) {}

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet&, Journal& journal) override {
    return decide_safety_pause(mission, reason_, journal.caller.id, journal.now);
  }
  std::string reason_;
};

CommandPtr raise(const Mission& mission, const CommandId& id, safety::RaiseSafetyEvent input) {
  input.fleet_id = mission.fleet_id;
  input.mission_id = mission.id;
  // The mission has its own ways: it is not paused for what its vehicle does not hear.
  const safety::Origin origin{
      .source = safety::SafetyEventSource::monitor, .requirement = {}, .action = safety::Action::record};
  return safety::raise_safety_event(std::move(input), {.id = {id.uuid}}, origin, {mission_link()});
}

CommandPtr alarm(const Mission& mission, const MissionCommandTimedOut& e) {
  // One that does not stop when it is told to is dangerous; one that does not start is not.
  const bool should_stop = e.command == RequestedChange::pause || e.command == RequestedChange::cancel;
  safety::RaiseSafetyEvent input;
  input.vehicle_id = vocabulary::Identifier(e.vehicle_id);
  input.type = safety::SafetyEventType::command_timeout;
  input.severity = should_stop ? safety::Severity::critical : safety::Severity::error;
  input.description = fmt::format(
      "the vehicle did not confirm {} of mission \"{}\" within {} s (command {})", vocabulary::name_of(e.command),
      mission.name, command_timeout(mission) / std::chrono::duration<double>(1), vocabulary::to_text(e.command_id));
  return raise(mission, e.command_id, std::move(input));
}

CommandPtr alarm(const Mission& mission, const MissionVehicleDiffers& e, CommandId id) {
  const auto what = e.reported_mission_id ? "another mission, " + vocabulary::to_text(*e.reported_mission_id)
                                          : std::string("no mission");
  safety::RaiseSafetyEvent input;
  input.vehicle_id = vocabulary::Identifier(e.vehicle_id);
  input.type = safety::SafetyEventType::fault;
  input.severity = safety::Severity::error;
  input.description = fmt::format("the vehicle reports {}, since {}, while mission \"{}\" runs on it", what,
                                  vocabulary::to_text(e.since), mission.name);
  return raise(mission, id, std::move(input));
}

// A report of the mission itself is no evidence that another one runs there.
std::vector<MissionId> concerned(WorkingSet& set,
                                 const std::string& vehicle_id,
                                 const std::optional<MissionId>& reported) {
  std::vector<MissionId> ids;
  if (reported) ids.push_back(*reported);
  const auto occupant = set.of<MissionSet>().occupant(vehicle_id, reported.value_or(MissionId{}));
  if (occupant) ids.push_back(occupant->id);
  return ids;
}

}  // namespace

CommandPtr acknowledge_command(Acknowledgment acknowledgment) {
  return std::make_unique<Acknowledge>(std::move(acknowledgment));
}

CommandPtr pause_for_safety(MissionId id, std::string reason) {
  return std::make_unique<SafetyPause>(id, std::move(reason));
}

CommandPtr alarm_of(const Mission& mission, const MissionEvent& event, std::int64_t version, Time at) {
  if (const auto* e = std::get_if<MissionCommandTimedOut>(&event)) return alarm(mission, *e);
  if (const auto* e = std::get_if<MissionVehicleDiffers>(&event)) {
    return alarm(mission, *e, command_id_of(mission.id, version, at));
  }
  return nullptr;
}

const vehicles::MissionLink& vehicle_link() {
  static constexpr vehicles::MissionLink link{
      .need =
          [](WorkingSet& set, const std::string& vehicle_id, const std::optional<MissionId>& reported) {
            auto& missions = set.of<MissionSet>();
            missions.need_vehicle(vehicle_id);
            for (const auto& id : concerned(set, vehicle_id, reported)) missions.need(id);
          },
      // Most reports say what is known: those cost no command.
      .follow =
          [](WorkingSet& set, const vehicles::MissionReport& report, Journal& journal) {
            for (const auto& id : concerned(set, report.vehicle_id, report.mission_id)) {
              const auto* mission = set.of<MissionSet>().find(id);
              if (mission == nullptr || decide_report(*mission, report, {}, journal.now).empty()) continue;
              journal.follow_ups.push_back(std::make_unique<TakeReport>(id, report));
            }
          }};
  return link;
}

}  // namespace mms::missions
