// Decisions on the life of a safety event.
#include "safety/rules/safety_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vehicles/rules/vehicle_rules.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::safety {
namespace {

using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

std::unexpected<vocabulary::Problem> wrong_state(const SafetyEvent& event, std::string_view participle) {
  std::vector<std::string> allowed;
  for (const auto name : allowed_commands(event.status)) allowed.emplace_back(name);
  return refuse(ProblemKind::wrong_state,
                fmt::format("a safety event that is {} cannot be {}", vocabulary::name_of(event.status), participle),
                json::ObjectText().add("state", event.status).add("allowed", allowed).members());
}

}  // namespace

std::vector<std::string_view> allowed_commands(SafetyEventStatus status) {
  switch (status) {
    case SafetyEventStatus::open:
      return {"acknowledge", "resolve"};
    case SafetyEventStatus::acknowledged:
      return {"resolve"};
    case SafetyEventStatus::resolved:
      return {};
  }
  return {};
}

Result<SafetyEvent> make_safety_event(
    const RaiseSafetyEvent& input, SafetyEventId id, const Origin& origin, const std::string& caller, Time now) {
  const Time occurred_at = input.occurred_at.value_or(now);
  if (occurred_at > now + vehicles::kSkew) {
    auto refusal = refuse(ProblemKind::invalid_fields, "it has not happened yet");
    refusal.error().errors.push_back({"/occurred_at", "in_the_future", "must not be in the future"});
    return refusal;
  }
  SafetyEvent event;
  event.id = id;
  event.fleet_id = input.fleet_id;
  event.mission_id = input.mission_id;
  event.trip_id = input.trip_id;
  event.vehicle_id = input.vehicle_id;
  event.type = input.type;
  event.severity = input.severity;
  event.description = input.description;
  event.location = input.location;
  event.source = origin.source;
  event.requirement = origin.requirement;
  event.action = origin.action;
  event.occurred_at = event.last_seen_at = occurred_at;
  event.created_at = event.updated_at = now;
  event.created_by = caller;
  event.version = 1;
  return event;
}

Result<Changes> decide(const SafetyEvent& event, const AcknowledgeSafetyEvent& command, const std::string& caller) {
  if (event.status != SafetyEventStatus::open) return wrong_state(event, "acknowledged");
  return Changes{SafetyEventAcknowledged{.note = command.note, .by = caller}};
}

Result<Changes> decide(const SafetyEvent& event, const ResolveSafetyEvent& command, const std::string& caller) {
  if (event.status == SafetyEventStatus::resolved) return wrong_state(event, "resolved");
  return Changes{SafetyEventResolved{.note = command.note, .by = caller}};
}

Result<Changes> decide(const SafetyEvent& event, const SeeSafetyEventAgain& command, const std::string&) {
  if (event.status == SafetyEventStatus::resolved) return wrong_state(event, "updated");
  return Changes{SafetyEventUpdated{.last_seen_at = std::max(command.moment, event.last_seen_at),
                                    .count = event.count + command.times}};
}

Result<Changes> decide(const SafetyEvent& event, const ClearSafetyEvent& command, const std::string&) {
  if (event.status == SafetyEventStatus::resolved) return wrong_state(event, "cleared");
  if (event.cleared_at) return Changes{};
  return Changes{SafetyEventCleared{.cleared_at = std::max(command.moment, event.last_seen_at)}};
}

}  // namespace mms::safety
