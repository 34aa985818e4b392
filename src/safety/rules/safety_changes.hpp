// What can have happened to a safety event, and how each fact changes its stored fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "safety/rules/safety_event.hpp"
#include "vocabulary/event.hpp"

namespace mms::safety {

// Raised as it is from then on; its status is open.
struct SafetyEventRaised {
  static constexpr std::string_view kType = "safety_event.raised";
  SafetyEvent safety_event;
};
BOOST_DESCRIBE_STRUCT(SafetyEventRaised, (), (safety_event))

struct SafetyEventAcknowledged {
  static constexpr std::string_view kType = "safety_event.acknowledged";
  std::optional<std::string> note;
  std::string by;
};
BOOST_DESCRIBE_STRUCT(SafetyEventAcknowledged, (), (note, by))

struct SafetyEventResolved {
  static constexpr std::string_view kType = "safety_event.resolved";
  std::string note;
  std::string by;
};
BOOST_DESCRIBE_STRUCT(SafetyEventResolved, (), (note, by))

// Seen again by the monitor.
struct SafetyEventUpdated {
  static constexpr std::string_view kType = "safety_event.updated";
  Time last_seen_at;
  std::int64_t count = 1;
};
BOOST_DESCRIBE_STRUCT(SafetyEventUpdated, (), (last_seen_at, count))

// Found to be over by the monitor.
struct SafetyEventCleared {
  static constexpr std::string_view kType = "safety_event.cleared";
  Time cleared_at;
};
BOOST_DESCRIBE_STRUCT(SafetyEventCleared, (), (cleared_at))

using SafetyChange = std::
    variant<SafetyEventRaised, SafetyEventAcknowledged, SafetyEventResolved, SafetyEventUpdated, SafetyEventCleared>;

std::string_view type_of(const SafetyChange& change);
std::string data_of(const SafetyChange& change);
// Throws std::runtime_error for a type or data that this binary does not know.
SafetyChange safety_change_from(const vocabulary::Event& event);

// The state after the change. `version` and `at` are the domain event's own.
SafetyEvent evolve(SafetyEvent event, const SafetyChange& change, std::int64_t version, Time at);

}  // namespace mms::safety
