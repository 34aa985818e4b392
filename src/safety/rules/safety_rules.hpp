// The rules of a safety event: bodies of its endpoints, and pure decisions from a state and a command to its changes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "safety/rules/safety_changes.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/problem.hpp"

namespace mms::safety {

using vocabulary::Identifier;
using vocabulary::Result;
using vocabulary::Text;
using Changes = std::vector<SafetyChange>;

struct RaiseSafetyEvent {
  std::optional<SafetyEventId> id;
  Identifier fleet_id;
  std::optional<MissionId> mission_id;  // absent: the mission that occupies the vehicle, if there is one
  std::optional<TripId> trip_id;
  std::optional<Identifier> vehicle_id;  // absent: the caller, when it is a vehicle
  SafetyEventType type{};
  Severity severity{};
  Text<1, 2000> description;
  std::optional<Coordinates> location;
  std::optional<Time> occurred_at;  // absent: now
};
BOOST_DESCRIBE_STRUCT(
    RaiseSafetyEvent,
    (),
    (id, fleet_id, mission_id, trip_id, vehicle_id, type, severity, description, location, occurred_at))

struct AcknowledgeSafetyEvent {
  std::optional<Text<1, 2000>> note;
};
BOOST_DESCRIBE_STRUCT(AcknowledgeSafetyEvent, (), (note))

struct ResolveSafetyEvent {
  Text<1, 2000> note;  // what was found and done
};
BOOST_DESCRIBE_STRUCT(ResolveSafetyEvent, (), (note))

// The monitor's: seen again, and over. `moment` is when, by the vehicle's reports.
struct SeeSafetyEventAgain {
  Time moment;
  std::int64_t times = 1;  // how often
  bool begins = false;     // a new breach: what the requirement asks for is done again
};
struct ClearSafetyEvent {
  Time moment;
};

// Where it comes from, and for the monitor which requirement it is about.
struct Origin {
  SafetyEventSource source = SafetyEventSource::operator_;
  std::optional<std::string> requirement;
  std::optional<Action> action;
};

// A new safety event on what was found to be its mission. Refuses: invalid_fields (a moment in the future).
Result<SafetyEvent> make_safety_event(
    const RaiseSafetyEvent& input, SafetyEventId id, const Origin& origin, const std::string& caller, Time now);

// Every decision below refuses wrong_state with the state and the commands that it allows.
Result<Changes> decide(const SafetyEvent& event, const AcknowledgeSafetyEvent& command, const std::string& caller);
Result<Changes> decide(const SafetyEvent& event, const ResolveSafetyEvent& command, const std::string& caller);
// A moment that is not later than the last one counts and leaves last_seen_at as it is. What was over is so no more.
Result<Changes> decide(const SafetyEvent& event, const SeeSafetyEventAgain& command, const std::string& caller);
// Nothing when it was cleared already.
Result<Changes> decide(const SafetyEvent& event, const ClearSafetyEvent& command, const std::string& caller);

// Names of the commands of a person that a state allows.
std::vector<std::string_view> allowed_commands(SafetyEventStatus status);

}  // namespace mms::safety
