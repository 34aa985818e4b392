// By stream; a critical alarm and a command to a vehicle go to a topic of their own too.
#include "relay/rules/topics.hpp"

#include <algorithm>

#include "vocabulary/json.hpp"

namespace mms::relay {
namespace {

// A text in the event's data, by its path. Read by hand: what an event of another feature holds beside this is none of
// the relay's business.
std::string text_in(const vocabulary::Event& event, std::initializer_list<std::string_view> path) {
  vocabulary::json::Document document;
  const auto root = document.parse(event.data, vocabulary::json::kLevelsStored);
  if (!root) return {};
  const auto* at = *root;
  for (const auto name : path) {
    at = at->is_object() ? at->get_object().if_contains(name) : nullptr;
    if (at == nullptr) return {};
  }
  if (!at->is_string()) return {};
  return {at->get_string().data(), at->get_string().size()};
}

bool is_critical_alarm(const vocabulary::Event& event) {
  return event.type == "safety_event.raised" && text_in(event, {"safety_event", "severity"}) == "critical";
}

// The vehicle that is to do something; empty where nobody is.
std::string commanded_vehicle(const vocabulary::Event& event) {
  if (event.type != "mission.command_requested" && event.type != "mission.recall_requested") return {};
  return text_in(event, {"vehicle_id"});
}

}  // namespace

std::vector<std::string> TopicNames::all() const {
  std::vector<std::string> names{missions, trips, safety, alerts, commands};
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

std::vector<Destination> destinations_of(const vocabulary::Event& event, const TopicNames& names) {
  const auto stream = vocabulary::to_text(event.stream_id);
  if (event.stream == "trip") return {{names.trips, stream}};
  if (event.stream == "safety_event") {
    if (is_critical_alarm(event) && names.alerts != names.safety)
      return {{names.safety, stream}, {names.alerts, stream}};
    return {{names.safety, stream}};
  }
  auto vehicle = commanded_vehicle(event);
  if (vehicle.empty()) return {{names.missions, stream}};
  return {{names.missions, stream}, {names.commands, std::move(vehicle)}};
}

}  // namespace mms::relay
