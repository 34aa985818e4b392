// What can have happened to a mission, and how each fact changes its stored fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "missions/rules/dependency.hpp"
#include "missions/rules/mission.hpp"
#include "safety/rules/gate.hpp"
#include "vocabulary/event.hpp"

namespace mms::missions {

// Created as it is from then on; its status is pending or ready.
struct MissionCreated {
  static constexpr std::string_view kType = "mission.created";
  Mission mission;
};
BOOST_DESCRIBE_STRUCT(MissionCreated, (), (mission))

// Stored fields that a person changed; null for a cleared one.
struct MissionUpdated {
  static constexpr std::string_view kType = "mission.updated";
  Raw changes;
};
BOOST_DESCRIBE_STRUCT(MissionUpdated, (), (changes))

struct MissionBecameReady {
  static constexpr std::string_view kType = "mission.ready";
};
BOOST_DESCRIBE_STRUCT(MissionBecameReady, (), ())

// What a vehicle answered: carried by the event that it confirms.
struct Confirmation {
  CommandId command_id;
  Time requested_at;
  Time recorded_at;  // by the vehicle's clock
};
BOOST_DESCRIBE_STRUCT(Confirmation, (), (command_id, requested_at, recorded_at))

struct MissionStarted {
  static constexpr std::string_view kType = "mission.started";
  int attempt = 1;
  std::string vehicle_id;
  // What the gate found; of a confirmed start that stands in its request.
  std::vector<safety::Checked> safety = {};
  std::optional<Confirmation> confirmed = {};
};
BOOST_DESCRIBE_STRUCT(MissionStarted, (), (attempt, vehicle_id, safety, confirmed))

struct MissionPaused {
  static constexpr std::string_view kType = "mission.paused";
  std::optional<std::string> reason;
  std::optional<Confirmation> confirmed = {};
};
BOOST_DESCRIBE_STRUCT(MissionPaused, (), (reason, confirmed))

struct MissionResumed {
  static constexpr std::string_view kType = "mission.resumed";
  std::vector<safety::Checked> safety = {};
  std::optional<Confirmation> confirmed = {};
};
BOOST_DESCRIBE_STRUCT(MissionResumed, (), (safety, confirmed))

struct MissionCompleted {
  static constexpr std::string_view kType = "mission.completed";
  MissionOutcome outcome = MissionOutcome::success;
  Raw result;
  bool forced = false;
};
BOOST_DESCRIBE_STRUCT(MissionCompleted, (), (outcome, result, forced))

// An attempt failed and another one will be made, not before the given time.
struct MissionAttemptFailed {
  static constexpr std::string_view kType = "mission.attempt_failed";
  std::string reason;
  int attempt = 1;  // the one that failed
  Time not_before;
};
BOOST_DESCRIBE_STRUCT(MissionAttemptFailed, (), (reason, attempt, not_before))

// Failed for good.
struct MissionFailed {
  static constexpr std::string_view kType = "mission.failed";
  std::string reason;
  int attempt = 1;
};
BOOST_DESCRIBE_STRUCT(MissionFailed, (), (reason, attempt))

struct MissionRetried {
  static constexpr std::string_view kType = "mission.retried";
  int attempt = 1;  // the new one
};
BOOST_DESCRIBE_STRUCT(MissionRetried, (), (attempt))

struct MissionCancelled {
  static constexpr std::string_view kType = "mission.cancelled";
  std::string reason;
  std::optional<Confirmation> confirmed = {};
};
BOOST_DESCRIBE_STRUCT(MissionCancelled, (), (reason, confirmed))

struct MissionAssigned {
  static constexpr std::string_view kType = "mission.assigned";
  std::string vehicle_id;
};
BOOST_DESCRIBE_STRUCT(MissionAssigned, (), (vehicle_id))

struct MissionTaskReported {
  static constexpr std::string_view kType = "mission.task_reported";
  std::string key;
  TaskStatus status{};
  std::optional<double> progress;
  std::optional<std::string> message;
  Time recorded_at;
};
BOOST_DESCRIBE_STRUCT(MissionTaskReported, (), (key, status, progress, message, recorded_at))

struct MissionDeleted {
  static constexpr std::string_view kType = "mission.deleted";
};
BOOST_DESCRIBE_STRUCT(MissionDeleted, (), ())

// It waits for another mission from now on; `holds` when it was ready and is held back by that.
struct MissionDependencyAdded {
  static constexpr std::string_view kType = "mission.dependency_added";
  Dependency dependency;
  bool holds = false;
};
BOOST_DESCRIBE_STRUCT(MissionDependencyAdded, (), (dependency, holds))

struct MissionDependencyRemoved {
  static constexpr std::string_view kType = "mission.dependency_removed";
  DependencyId id;
  MissionId predecessor_id;
};
BOOST_DESCRIBE_STRUCT(MissionDependencyRemoved, (), (id, predecessor_id))

// Held back: by a predecessor that is tried again, or until a lag ends.
struct MissionHeld {
  static constexpr std::string_view kType = "mission.held";
  std::optional<Time> not_before;
};
BOOST_DESCRIBE_STRUCT(MissionHeld, (), (not_before))

// A dependency can never be satisfied.
struct MissionBlocked {
  static constexpr std::string_view kType = "mission.blocked";
  std::string reason;
  DependencyId dependency_id;
  MissionId predecessor_id;
};
BOOST_DESCRIBE_STRUCT(MissionBlocked, (), (reason, dependency_id, predecessor_id))

struct MissionUnblocked {
  static constexpr std::string_view kType = "mission.unblocked";
};
BOOST_DESCRIBE_STRUCT(MissionUnblocked, (), ())

// Its last task is done, but a finish dependency holds its completion back.
struct MissionAwaitsFinish {
  static constexpr std::string_view kType = "mission.awaits_finish";
};
BOOST_DESCRIBE_STRUCT(MissionAwaitsFinish, (), ())

// What a vehicle needs to know of a mission that it is to start.
struct OrderedTask {
  std::string key;
  TaskType type{};
  Raw parameters;
  std::optional<double> timeout_s;
};
BOOST_DESCRIBE_STRUCT(OrderedTask, (), (key, type, parameters, timeout_s))
struct Order {
  std::string name;
  std::string type;
  Priority priority = Priority::normal;
  int attempt = 1;
  Raw parameters;
  std::vector<OrderedTask> tasks;
  bool unordered = false;
};
BOOST_DESCRIBE_STRUCT(Order, (), (name, type, priority, attempt, parameters, tasks, unordered))
Order order_of(const Mission& mission);

// A command to the vehicle, which the relay sends as it stands; the state changes when the vehicle confirms it.
struct MissionCommandRequested {
  static constexpr std::string_view kType = "mission.command_requested";
  RequestedChange command{};
  CommandId command_id;
  std::string vehicle_id;
  Time expires_at;
  std::string by;
  std::optional<std::string> reason = {};
  std::vector<safety::Checked> safety = {};  // what the gate found, of a start and a resume
  std::optional<Order> order = {};           // of a start
};
BOOST_DESCRIBE_STRUCT(MissionCommandRequested,
                      (),
                      (command, command_id, vehicle_id, expires_at, by, reason, safety, order))

// The vehicle has the command. It changes no state.
struct MissionCommandAccepted {
  static constexpr std::string_view kType = "mission.command_accepted";
  CommandId command_id;
  Time recorded_at;
};
BOOST_DESCRIBE_STRUCT(MissionCommandAccepted, (), (command_id, recorded_at))

// The vehicle will not do it. A mission that starts by itself tries again at `not_before`.
struct MissionCommandRejected {
  static constexpr std::string_view kType = "mission.command_rejected";
  RequestedChange command{};
  CommandId command_id;
  std::string reason;
  Time recorded_at;
  std::optional<Time> not_before = {};
};
BOOST_DESCRIBE_STRUCT(MissionCommandRejected, (), (command, command_id, reason, recorded_at, not_before))

// The vehicle did not confirm in time.
struct MissionCommandTimedOut {
  static constexpr std::string_view kType = "mission.command_timed_out";
  RequestedChange command{};
  CommandId command_id;
  std::string vehicle_id;
  std::optional<Time> not_before = {};
};
BOOST_DESCRIBE_STRUCT(MissionCommandTimedOut, (), (command, command_id, vehicle_id, not_before))

// A start that is not wanted any more: safety speaks against it. A recall follows.
struct MissionCommandWithdrawn {
  static constexpr std::string_view kType = "mission.command_withdrawn";
  RequestedChange command{};
  CommandId command_id;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(MissionCommandWithdrawn, (), (command, command_id, reason))

// A command to a vehicle that may be on this mission and should not: always cancel. The relay sends it too.
struct MissionRecallRequested {
  static constexpr std::string_view kType = "mission.recall_requested";
  RequestedChange command = RequestedChange::cancel;
  CommandId command_id;
  std::string vehicle_id;
  Time expires_at;
  std::string by;
  std::string reason;
  int sent = 1;
};
BOOST_DESCRIBE_STRUCT(MissionRecallRequested, (), (command, command_id, vehicle_id, expires_at, by, reason, sent))

struct MissionRecallAnswered {
  static constexpr std::string_view kType = "mission.recall_answered";
  CommandId command_id;
  bool rejected = false;
  std::optional<std::string> reason = {};
  Time recorded_at;
};
BOOST_DESCRIBE_STRUCT(MissionRecallAnswered, (), (command_id, rejected, reason, recorded_at))

// The vehicle has long said that it is on no mission, or on another one, while this one runs on it; and said at last
// that it is on this one.
inline constexpr const char* kOnNoMission = "vehicle_reports_no_mission";
inline constexpr const char* kOnAnotherMission = "vehicle_reports_another_mission";
struct MissionVehicleDiffers {
  static constexpr std::string_view kType = "mission.vehicle_differs";
  std::string vehicle_id;
  std::optional<MissionId> reported_mission_id;
  Time since;  // by the vehicle's clock
};
BOOST_DESCRIBE_STRUCT(MissionVehicleDiffers, (), (vehicle_id, reported_mission_id, since))
struct MissionVehicleAgrees {
  static constexpr std::string_view kType = "mission.vehicle_agrees";
};
BOOST_DESCRIBE_STRUCT(MissionVehicleAgrees, (), ())

// One of its trips was added, ended or taken away.
struct MissionTripsCounted {
  static constexpr std::string_view kType = "mission.trips_counted";
  TripTally trips;
};
BOOST_DESCRIBE_STRUCT(MissionTripsCounted, (), (trips))

using MissionEvent = std::variant<MissionCreated,
                                  MissionUpdated,
                                  MissionBecameReady,
                                  MissionStarted,
                                  MissionPaused,
                                  MissionResumed,
                                  MissionCompleted,
                                  MissionAttemptFailed,
                                  MissionFailed,
                                  MissionRetried,
                                  MissionCancelled,
                                  MissionAssigned,
                                  MissionTaskReported,
                                  MissionDeleted,
                                  MissionDependencyAdded,
                                  MissionDependencyRemoved,
                                  MissionHeld,
                                  MissionBlocked,
                                  MissionUnblocked,
                                  MissionAwaitsFinish,
                                  MissionCommandRequested,
                                  MissionCommandAccepted,
                                  MissionCommandRejected,
                                  MissionCommandTimedOut,
                                  MissionCommandWithdrawn,
                                  MissionRecallRequested,
                                  MissionRecallAnswered,
                                  MissionVehicleDiffers,
                                  MissionVehicleAgrees,
                                  MissionTripsCounted>;

std::string_view type_of(const MissionEvent& event);
std::string data_of(const MissionEvent& event);
// Throws std::runtime_error for a type or data that this binary does not know: the log is not to be guessed at.
MissionEvent mission_event_from(const vocabulary::Event& event);

// The state after the event. `version` and `at` are the event's own; a fold never asks for anything else.
Mission evolve(Mission mission, const MissionEvent& event, std::int64_t version, Time at);

}  // namespace mms::missions
