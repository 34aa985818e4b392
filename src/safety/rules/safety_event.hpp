// A safety event's stored fields: what GET answers, what its domain events fold into, what the table's body holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vocabulary/describe.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/place.hpp"
#include "vocabulary/time.hpp"

namespace mms::safety {

using vocabulary::Coordinates;
using vocabulary::MissionId;
using vocabulary::SafetyEventId;
using vocabulary::Time;
using vocabulary::TripId;

BOOST_DEFINE_ENUM_CLASS(SafetyEventType,
                        speed,
                        zone,
                        battery,
                        deviation,
                        heartbeat,
                        capability,
                        environment,
                        command_timeout,
                        collision,
                        obstacle,
                        fault,
                        intrusion,
                        other)
BOOST_DEFINE_ENUM_CLASS(Severity, info, warning, error, critical)
BOOST_DEFINE_ENUM_CLASS(SafetyEventSource, operator_, vehicle, monitor)
BOOST_DEFINE_ENUM_CLASS(SafetyEventStatus, open, acknowledged, resolved)
// What happens to the mission: nothing, it pauses, or this attempt fails.
BOOST_DEFINE_ENUM_CLASS(Action, record, pause, fail)

struct Acknowledgement {
  std::optional<std::string> note;
  std::string by;
  Time at;
  bool operator==(const Acknowledgement&) const = default;
};
BOOST_DESCRIBE_STRUCT(Acknowledgement, (), (note, by, at))

struct Resolution {
  std::string note;
  std::string by;
  Time at;
  bool operator==(const Resolution&) const = default;
};
BOOST_DESCRIBE_STRUCT(Resolution, (), (note, by, at))

struct SafetyEvent {
  SafetyEventId id;
  std::string fleet_id;
  std::optional<MissionId> mission_id;
  std::optional<TripId> trip_id;
  std::optional<std::string> vehicle_id;
  SafetyEventType type = SafetyEventType::other;
  Severity severity = Severity::info;
  std::string description;
  std::optional<Coordinates> location;
  SafetyEventSource source = SafetyEventSource::operator_;
  std::optional<std::string> requirement;  // key of the mission's requirement that is not met
  std::optional<Action> action;            // that requirement's
  SafetyEventStatus status = SafetyEventStatus::open;
  Time occurred_at;
  std::optional<Time> cleared_at;  // no longer so; it still wants a person's resolution
  Time last_seen_at;
  std::int64_t count = 1;  // how often it was seen
  std::optional<Acknowledgement> acknowledgement;
  std::optional<Resolution> resolution;
  Time created_at;
  Time updated_at;
  std::string created_by;
  std::int64_t version = 0;
  bool operator==(const SafetyEvent&) const = default;
};
BOOST_DESCRIBE_STRUCT(SafetyEvent,
                      (),
                      (id,
                       fleet_id,
                       mission_id,
                       trip_id,
                       vehicle_id,
                       type,
                       severity,
                       description,
                       location,
                       source,
                       requirement,
                       action,
                       status,
                       occurred_at,
                       cleared_at,
                       last_seen_at,
                       count,
                       acknowledgement,
                       resolution,
                       created_at,
                       updated_at,
                       created_by,
                       version))

// Critical and not resolved: what it is about neither starts nor resumes.
inline bool is_blocking(const SafetyEvent& event) {
  return event.severity == Severity::critical && event.status != SafetyEventStatus::resolved;
}

// What follows for the mission: the requirement's action where there is one, else a pause when it is critical.
inline Action action_of(const SafetyEvent& event) {
  if (event.action) return *event.action;
  return event.severity == Severity::critical ? Action::pause : Action::record;
}

}  // namespace mms::safety
