// Which events a reader asked for, and which of them it may see.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "relay/rules/cloud_event.hpp"
#include "vocabulary/event.hpp"

namespace mms::relay {

// An empty list asks for all.
struct EventFilter {
  std::optional<std::vector<std::string>> fleets;  // whose events the caller may see; absent: every fleet's
  std::vector<std::string> types;
  std::vector<std::string> streams;
  std::optional<vocabulary::Uuid> stream_id;
  std::optional<vocabulary::Time> from;  // that occurred then or later
  std::optional<vocabulary::Time> to;    // that occurred before
};

inline bool shows(const EventFilter& filter, const vocabulary::Event& event) {
  const auto asked = [](const std::vector<std::string>& names, const std::string& name) {
    return names.empty() || std::ranges::find(names, name) != names.end();
  };
  if (filter.stream_id && *filter.stream_id != event.stream_id) return false;
  if (filter.from && event.occurred_at < *filter.from) return false;
  if (filter.to && event.occurred_at >= *filter.to) return false;
  if (!asked(filter.types, event.type) || !asked(filter.streams, event.stream)) return false;
  return !filter.fleets || event.fleet_id == kEveryFleet ||
         std::ranges::find(*filter.fleets, event.fleet_id) != filter.fleets->end();
}

}  // namespace mms::relay
