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

struct MissionStarted {
  static constexpr std::string_view kType = "mission.started";
  int attempt = 1;
  std::string vehicle_id;
  std::vector<safety::Checked> safety;  // what the gate found
};
BOOST_DESCRIBE_STRUCT(MissionStarted, (), (attempt, vehicle_id, safety))

struct MissionPaused {
  static constexpr std::string_view kType = "mission.paused";
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(MissionPaused, (), (reason))

struct MissionResumed {
  static constexpr std::string_view kType = "mission.resumed";
  std::vector<safety::Checked> safety;
};
BOOST_DESCRIBE_STRUCT(MissionResumed, (), (safety))

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
};
BOOST_DESCRIBE_STRUCT(MissionCancelled, (), (reason))

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
                                  MissionAwaitsFinish>;

std::string_view type_of(const MissionEvent& event);
std::string data_of(const MissionEvent& event);
// Throws std::runtime_error for a type or data that this binary does not know: the log is not to be guessed at.
MissionEvent mission_event_from(const vocabulary::Event& event);

// The state after the event. `version` and `at` are the event's own; a fold never asks for anything else.
Mission evolve(Mission mission, const MissionEvent& event, std::int64_t version, Time at);

}  // namespace mms::missions
