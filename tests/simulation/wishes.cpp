// From chance to commands.
#include "wishes.hpp"

#include <algorithm>

#include "clock.hpp"
#include "missions/rules/acknowledgment.hpp"
#include "missions/rules/dependency_commands.hpp"
#include "missions/rules/mission_commands.hpp"
#include "missions/rules/mission_safety.hpp"
#include "missions/rules/vehicle_control_commands.hpp"
#include "safety/rules/safety_commands.hpp"
#include "vehicles/rules/vehicle_commands.hpp"

namespace mms::simulation {

using missions::MissionStatus;
using CommandMaker = std::function<std::unique_ptr<lanes::Command>()>;

namespace {

constexpr int kMostMissions = 16;
constexpr vocabulary::Time kEpoch{std::chrono::seconds(1'790'000'000)};

vocabulary::Caller admin() {
  return {"admin",
          vocabulary::CallerKind::person,
          {{.role = vocabulary::Role::admin, .fleet_id = {}, .mission_id = {}, .template_id = {}}}};
}

// Whether a success always leaves an event.
bool always_records(std::string_view command) {
  constexpr std::array kMayChangeNothing{"assign", "update", "report", "vehicle", "acknowledge"};
  return std::ranges::find(kMayChangeNothing, command) == kMayChangeNothing.end();
}

}  // namespace

Wish Wishes::wish(std::string_view command, std::optional<MissionId> on, CommandMaker make) {
  Wish w;
  w.next = {.wish = wishes_++,
            .number = 0,
            .command = std::string(command),
            .stream = on ? std::optional(on->uuid) : std::nullopt,
            .has_key = chance_.percent(60),
            .records = always_records(command)};
  w.words = on ? fmt::format("{} {}", command, vocabulary::to_text(*on).substr(24)) : std::string(command);
  w.command = std::move(make);
  return w;
}

MissionId Wishes::mission_id(int n) const {
  return {vocabulary::make_uuid_v7(kEpoch, seed_, static_cast<std::uint64_t>(n + 1) * 0x1234567ULL)};
}

vocabulary::Uuid Wishes::made_id(std::uint64_t kind) {
  return vocabulary::make_uuid_v7(kEpoch, seed_ + kind, ++ids_ * 0x7654321ULL);
}

MissionId Wishes::mission_in(std::initializer_list<MissionStatus> states) {
  std::vector<MissionId> fitting;
  for (const auto& [id, mission] : oracle_.missions()) {
    if (!mission.deleted_at && std::ranges::find(states, mission.status) != states.end()) fitting.push_back(id);
  }
  if (fitting.empty() || chance_.percent(15)) return any_mission();
  return fitting[static_cast<std::size_t>(chance_.pick(static_cast<int>(fitting.size())))];
}

vocabulary::Time Wishes::in_seconds(int most) {
  return Clocks::wall() + std::chrono::milliseconds(100 + chance_.pick(most * 1000));
}

Wish Wishes::make() {
  const auto some = [&](std::string_view name, std::initializer_list<MissionStatus> states, auto command) {
    const auto id = mission_in(states);
    return wish(name, id, [id, command] { return command(id); });
  };
  using enum MissionStatus;
  // A world begins with what its commands can be about.
  if (made_ < first_missions_ && chance_.percent(60)) return create();
  if (chance_.percent(12)) {
    if (auto answer = acknowledge()) return std::move(*answer);
  }
  // Of a hundred wishes so many are of each kind.
  int left = chance_.pick(100);
  const auto is = [&](int weight) { return (left -= weight) < 0; };
  if (is(18)) return create();
  if (is(12)) return some("start", {ready}, [](MissionId id) { return missions::start_mission(id); });
  if (is(13))
    return some("complete", {running, paused}, [force = chance_.percent(70)](MissionId id) {
      return missions::complete_mission(id, {.outcome = {}, .result = {}, .force = {force}});
    });
  if (is(6))
    return some("fail", {running},
                [](MissionId id) { return missions::fail_mission(id, {.reason = std::string("broken axle")}); });
  if (is(4))
    return some("cancel", {pending, ready, running}, [](MissionId id) { return missions::cancel_mission(id, {}); });
  if (is(4)) return some("retry", {failed}, [](MissionId id) { return missions::retry_mission(id); });
  if (is(3)) return some("pause", {running}, [](MissionId id) { return missions::pause_mission(id, {}); });
  if (is(4)) return some("resume", {paused}, [](MissionId id) { return missions::resume_mission(id); });
  if (is(3))
    return some("assign", {ready, paused},
                [v = vehicle()](MissionId id) { return missions::assign_mission(id, {.vehicle_id = v}); });
  if (is(12)) return add_dependency();
  if (is(2)) return remove_dependency();
  if (is(6))
    return some("report", {running}, [key = chance_.percent(50) ? "load" : "haul"](MissionId id) {
      return missions::report_task(
          id, key, {.status = missions::TaskStatus::succeeded, .progress = {}, .message = {}, .recorded_at = {}});
    });
  if (is(3)) return change();
  if (is(2))
    return some("delete", {completed, cancelled, failed}, [](MissionId id) { return missions::delete_mission(id); });
  return about_safety();
}

Wish Wishes::create() {
  // Now and then one whose id is taken.
  const auto id = chance_.percent(85) && made_ < kMostMissions ? mission_id(made_++) : any_mission();
  missions::CreateMission c;
  c.fleet_id = std::string("north");
  if (!chance_.once_in(8)) c.vehicle_id = vocabulary::Identifier(vehicle());
  c.name = "mission " + vocabulary::to_text(id).substr(32);
  c.priority.value = static_cast<missions::Priority>(chance_.pick(5));
  if (chance_.percent(60)) c.start_policy.value = missions::StartPolicy::auto_;
  if (chance_.percent(45)) {
    for (const auto* key : {"load", "haul"}) {
      missions::TaskInput task;
      task.key = std::string(key);
      c.tasks.push_back(task);
    }
    c.complete_on_last_task.value = chance_.percent(70);
  }
  if (chance_.percent(30)) {
    c.control.value = missions::Control::vehicle;
    c.command_timeout_s = vocabulary::Between<0.1, 86400.0>{0.2 + chance_.pick(4)};
  }
  if (chance_.percent(25)) c.scheduled_start = in_seconds(8);
  if (chance_.percent(25))
    c.deadline = (c.scheduled_start ? *c.scheduled_start : Clocks::wall()) + std::chrono::seconds(1 + chance_.pick(10));
  if (chance_.percent(35)) c.timeout_s = vocabulary::Between<0.001, 31536000.0>{0.5 + chance_.pick(8)};
  if (chance_.percent(40)) {
    missions::RetryInput retry;
    retry.max_attempts.value.value = 1 + chance_.pick(3);
    retry.backoff_s.value.value = chance_.pick(3);
    c.retry = retry;
  }
  if (chance_.percent(40)) c.on_dependency_failure.value = missions::OnDependencyFailure::cancel;
  const auto hash = fmt::format("body {}", wishes_);
  return wish("create", id, [c, id, hash] { return missions::create_mission(c, id, true, hash); });
}

// A vehicle answers what it was asked, or was asked before.
std::optional<Wish> Wishes::acknowledge() {
  std::vector<std::pair<MissionId, missions::CommandId>> asked;
  for (const auto& [id, mission] : oracle_.missions()) {
    if (mission.requested) asked.emplace_back(id, mission.requested->command_id);
    if (mission.recall) asked.emplace_back(id, mission.recall->command_id);
  }
  if (asked.empty()) return std::nullopt;
  const auto [id, command] = asked[static_cast<std::size_t>(chance_.pick(static_cast<int>(asked.size())))];
  const auto status = chance_.percent(60) ? missions::AcknowledgmentStatus::completed
                                          : static_cast<missions::AcknowledgmentStatus>(chance_.pick(3));
  const missions::Acknowledgment answer{
      .mission_id = id, .command_id = command, .vehicle_id = {}, .status = status, .reason = {}, .recorded_at = {}};
  return wish("acknowledge", id, [answer] { return missions::acknowledge_command(answer); });
}

Wish Wishes::add_dependency() {
  const auto id = mission_in({MissionStatus::pending, MissionStatus::ready});
  const vocabulary::DependencyId edge{made_id(7)};
  missions::AddDependency input;
  input.predecessor_id = any_mission();
  input.type.value = static_cast<missions::DependencyType>(chance_.pick(3));
  if (input.type.value != missions::DependencyType::start_to_start && chance_.percent(60)) {
    input.condition = static_cast<missions::DependencyCondition>(chance_.pick(3));
  }
  if (chance_.percent(30)) input.lag_s.value.value = 0.2 + chance_.pick(4);
  edges_.emplace_back(id, edge);
  return wish("add_dependency", id, [id, edge, input] { return missions::add_dependency(id, edge, input); });
}

Wish Wishes::remove_dependency() {
  if (edges_.empty()) return add_dependency();
  const auto [id, edge] = edges_[static_cast<std::size_t>(chance_.pick(static_cast<int>(edges_.size())))];
  return wish("remove_dependency", id, [id, edge] { return missions::remove_dependency(id, edge); });
}

Wish Wishes::change() {
  const auto id = mission_in({MissionStatus::pending, MissionStatus::ready, MissionStatus::running});
  missions::UpdateMission u;
  switch (chance_.pick(4)) {
    case 0:
      u.scheduled_start.present = true;
      if (chance_.percent(70)) u.scheduled_start.value = in_seconds(6);
      break;
    case 1:
      u.timeout_s.present = true;
      if (chance_.percent(70)) u.timeout_s.value = vocabulary::Between<0.001, 31536000.0>{0.5 + chance_.pick(6)};
      break;
    case 2:
      u.deadline.present = true;
      if (chance_.percent(70)) u.deadline.value = in_seconds(9);
      break;
    default:
      u.start_policy.value = chance_.percent(50) ? missions::StartPolicy::auto_ : missions::StartPolicy::manual;
  }
  return wish("update", id, [id, u] { return missions::update_mission(id, u); });
}

Wish Wishes::about_safety() {
  const int which = chance_.pick(8);
  if (which < 3) {
    vehicles::ReportVehicleState report;
    report.fleet_id = vocabulary::Identifier("north");
    report.battery_percent = {static_cast<double>(chance_.pick(100))};
    report.recorded_at = Clocks::wall();
    report.mission_id.present = chance_.percent(60);
    if (report.mission_id.present && chance_.percent(70)) {
      report.mission_id.value = mission_in({MissionStatus::running, MissionStatus::ready});
    }
    const auto row = made_id(11);
    return wish("vehicle", std::nullopt, [v = vehicle(), report, row] {
      return vehicles::report_vehicle_state(v, report, row, &missions::vehicle_link());
    });
  }
  if (which < 5 || events_.empty()) {
    safety::RaiseSafetyEvent event;
    event.fleet_id = std::string("north");
    event.severity = chance_.percent(60) ? safety::Severity::critical : safety::Severity::warning;
    event.description = std::string("rockfall");
    event.mission_id = mission_in({MissionStatus::running});
    const vocabulary::SafetyEventId id{made_id(13)};
    events_.push_back(id);
    return wish("raise", std::nullopt, [event, id] {
      return safety::raise_safety_event(event, {id, true, "hash"}, {}, {missions::mission_link()});
    });
  }
  const auto id = events_[static_cast<std::size_t>(chance_.pick(static_cast<int>(events_.size())))];
  return wish("resolve", std::nullopt,
              [id] { return safety::resolve_safety_event(id, {.note = std::string("cleared the road")}); });
}

lanes::Submission submission_of(Wish& wish, Chance& chance) {
  lanes::Submission s;
  s.command = wish.command();
  s.caller = admin();
  s.trace = trace_of(wish.next);
  s.deadline = async::Clock::now() + std::chrono::milliseconds(200 + chance.pick(10'000));
  if (wish.next.has_key) s.idempotency = lanes::IdempotencyKey{fmt::format("key {}", wish.next.wish), "body"};
  return s;
}

}  // namespace mms::simulation
