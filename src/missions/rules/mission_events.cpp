// Folding events into a mission.
#include "missions/rules/mission_events.hpp"

#include <boost/mp11.hpp>
#include <stdexcept>

#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

namespace json = vocabulary::json;

// Sets the named stored fields; null clears.
void apply_changes(Mission& mission, const std::string& changes) {
  json::Document document;
  const auto root = document.parse(changes);
  if (!root) json::throw_unreadable(root.error());
  json::Reading reading(json::UnknownMembers::ignore);
  vocabulary::for_each_member(mission, [&](std::string_view name, auto& member) {
    const auto* given = (*root)->as_object().if_contains(name);
    if (given == nullptr) return;
    if (given->is_null()) {
      member = {};
    } else {
      json::read(reading, *given, member);
    }
  });
  if (!reading.errors().empty()) json::throw_unreadable(reading);
}

// What is requested no longer is.
void settle_requested(Mission& mission, CommandOutcome outcome, Time at, std::optional<std::string> reason = {}) {
  if (!mission.requested) return;
  const auto& r = *mission.requested;
  const bool in_a_row = mission.last_command && mission.last_command->command == r.command;
  const int before = in_a_row ? mission.last_command->failures : 0;
  mission.last_command = LastCommand{.command = r.command,
                                     .command_id = r.command_id,
                                     .outcome = outcome,
                                     .reason = std::move(reason),
                                     .at = at,
                                     .failures = outcome == CommandOutcome::confirmed ? 0 : before + 1};
  mission.requested.reset();
}

void settle_requested(Mission& mission, const std::optional<Confirmation>& confirmed, Time at) {
  settle_requested(mission, confirmed ? CommandOutcome::confirmed : CommandOutcome::superseded, at);
}

// An unconfirmed start of a mission that starts by itself.
void wait_until(Mission& mission, const std::optional<Time>& not_before) {
  if (!not_before) return;
  mission.status = MissionStatus::pending;
  mission.not_before = not_before;
}

void end(Mission& mission, MissionStatus status, Time at) {
  settle_requested(mission, CommandOutcome::superseded, at);
  mission.status = status;
  mission.ended_at = at;
  mission.blocked = false;
  mission.not_before.reset();
}

// Everything that belongs to one attempt begins anew.
void begin_attempt(Mission& mission, int attempt, Time at) {
  settle_requested(mission, CommandOutcome::superseded, at);
  mission.status = MissionStatus::pending;
  mission.attempt = attempt;
  mission.ended_at.reset();
  mission.outcome.reset();
  mission.result = {};
  for (auto& task : mission.tasks) {
    task.status = TaskStatus::pending;
    task.progress = 0;
    task.message.reset();
    task.started_at.reset();
    task.ended_at.reset();
  }
  mission.progress = progress_of(mission);
}

void apply_report(Task& task, const MissionTaskReported& report) {
  task.status = report.status;
  if (report.progress) task.progress = *report.progress;
  if (report.message) task.message = report.message;
  switch (report.status) {
    case TaskStatus::pending:
      break;
    case TaskStatus::running:
      if (!task.started_at) task.started_at = report.recorded_at;
      break;
    case TaskStatus::succeeded:
    case TaskStatus::skipped:
      task.progress = 1;
      [[fallthrough]];
    case TaskStatus::failed:
      if (!task.started_at) task.started_at = report.recorded_at;
      task.ended_at = report.recorded_at;
  }
}

struct Fold {
  Mission& mission;
  Time at;

  void operator()(const MissionCreated& e) { mission = e.mission; }
  void operator()(const MissionUpdated& e) { apply_changes(mission, e.changes.text); }
  void operator()(const MissionBecameReady&) {
    mission.status = MissionStatus::ready;
    mission.not_before.reset();
    mission.blocked = false;
  }
  void operator()(const MissionStarted& e) {
    mission.status = MissionStatus::running;
    mission.attempt = e.attempt;
    mission.started_at = at;
    mission.status_reason.reset();
    settle_requested(mission, e.confirmed, at);
    mission.recall.reset();
    mission.not_before.reset();
  }
  void operator()(const MissionPaused& e) {
    mission.status = MissionStatus::paused;
    mission.status_reason = e.reason;
    settle_requested(mission, e.confirmed, at);
  }
  void operator()(const MissionResumed& e) {
    mission.status = MissionStatus::running;
    mission.status_reason.reset();
    settle_requested(mission, e.confirmed, at);
  }
  void operator()(const MissionCompleted& e) {
    end(mission, MissionStatus::completed, at);
    mission.status_reason.reset();
    mission.outcome = e.outcome;
    mission.result = e.result;
    mission.progress = 1;
  }
  void operator()(const MissionAttemptFailed& e) {
    begin_attempt(mission, e.attempt + 1, at);
    mission.status_reason = e.reason;
    mission.not_before = e.not_before;
  }
  void operator()(const MissionFailed& e) {
    end(mission, MissionStatus::failed, at);
    mission.status_reason = e.reason;
  }
  void operator()(const MissionRetried& e) {
    begin_attempt(mission, e.attempt, at);
    mission.status_reason.reset();
    mission.not_before.reset();
  }
  void operator()(const MissionCancelled& e) {
    settle_requested(mission, e.confirmed, at);
    end(mission, MissionStatus::cancelled, at);
    mission.status_reason = e.reason;
  }
  void operator()(const MissionAssigned& e) { mission.vehicle_id = e.vehicle_id; }
  void operator()(const MissionTaskReported& e) {
    for (auto& task : mission.tasks) {
      if (task.key == e.key) apply_report(task, e);
    }
    mission.progress = progress_of(mission);
  }
  void operator()(const MissionDeleted&) { mission.deleted_at = at; }
  void operator()(const MissionDependencyAdded& e) {
    if (e.holds) mission.status = MissionStatus::pending;
  }
  void operator()(const MissionDependencyRemoved&) {}
  void operator()(const MissionHeld& e) {
    if (mission.status == MissionStatus::ready) mission.status = MissionStatus::pending;
    if (e.not_before) mission.not_before = e.not_before;
  }
  void operator()(const MissionBlocked& e) {
    if (mission.status == MissionStatus::ready) mission.status = MissionStatus::pending;
    mission.blocked = true;
    mission.status_reason = e.reason;
  }
  void operator()(const MissionUnblocked&) {
    mission.blocked = false;
    mission.status_reason.reset();
  }
  void operator()(const MissionAwaitsFinish&) { mission.status_reason = kAwaitingFinish; }
  void operator()(const MissionCommandRequested& e) {
    settle_requested(mission, CommandOutcome::superseded, at);
    mission.requested = Requested{.command = e.command,
                                  .command_id = e.command_id,
                                  .at = at,
                                  .expires_at = e.expires_at,
                                  .by = e.by,
                                  .reason = e.reason,
                                  .accepted_at = {}};
  }
  void operator()(const MissionCommandAccepted& e) {
    if (mission.requested) mission.requested->accepted_at = e.recorded_at;
  }
  void operator()(const MissionCommandRejected& e) {
    settle_requested(mission, CommandOutcome::rejected, at, e.reason);
    wait_until(mission, e.not_before);
  }
  void operator()(const MissionCommandTimedOut& e) {
    settle_requested(mission, CommandOutcome::timed_out, at);
    wait_until(mission, e.not_before);
  }
  void operator()(const MissionCommandWithdrawn& e) {
    settle_requested(mission, CommandOutcome::superseded, at, e.reason);
  }
  void operator()(const MissionRecallRequested& e) {
    mission.recall = Recall{.command_id = e.command_id,
                            .vehicle_id = e.vehicle_id,
                            .at = at,
                            .expires_at = e.expires_at,
                            .reason = e.reason,
                            .sent = e.sent,
                            .answered_at = {}};
  }
  void operator()(const MissionRecallAnswered&) {
    if (mission.recall) mission.recall->answered_at = at;
  }
  void operator()(const MissionVehicleDiffers& e) {
    mission.status_reason = e.reported_mission_id ? kOnAnotherMission : kOnNoMission;
  }
  void operator()(const MissionVehicleAgrees&) { mission.status_reason.reset(); }
  void operator()(const MissionTripsCounted& e) {
    const bool awaited = awaits_finish(mission);
    mission.trips = e.trips;
    if (mission.status != MissionStatus::completed) mission.progress = progress_of(mission);
    if (awaited && !awaits_finish(mission) && mission.status_reason == kAwaitingFinish) mission.status_reason.reset();
  }
};

}  // namespace

Order order_of(const Mission& mission) {
  Order order{.name = mission.name,
              .type = mission.type,
              .priority = mission.priority,
              .attempt = mission.attempt,
              .parameters = mission.parameters,
              .tasks = {},
              .unordered = mission.unordered};
  for (const auto& t : mission.tasks) order.tasks.push_back({t.key, t.type, t.parameters, t.timeout_s});
  return order;
}

std::string_view type_of(const MissionEvent& event) {
  return std::visit([](const auto& e) { return e.kType; }, event);
}

std::string data_of(const MissionEvent& event) {
  return std::visit([](const auto& e) { return json::write(e); }, event);
}

MissionEvent mission_event_from(const vocabulary::Event& event) {
  std::optional<MissionEvent> found;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, MissionEvent>>([&](auto type) {
    using E = typename decltype(type)::type;
    if (event.type == E::kType) found = json::from_stored<E>(event.data);
  });
  if (!found) throw std::runtime_error("unknown mission event type " + event.type);
  return std::move(*found);
}

Mission evolve(Mission mission, const MissionEvent& event, std::int64_t version, Time at) {
  std::visit(Fold{mission, at}, event);
  mission.version = version;
  mission.updated_at = at;
  return mission;
}

}  // namespace mms::missions
