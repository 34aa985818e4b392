// By stream; a critical alarm goes to its own topic too.
#include "relay/rules/topics.hpp"

#include <algorithm>

#include "vocabulary/json.hpp"

namespace mms::relay {
namespace {

// Read by hand: what an event of another feature holds beside this is none of the relay's business.
bool is_critical_alarm(const vocabulary::Event& event) {
  if (event.type != "safety_event.raised") return false;
  vocabulary::json::Document document;
  const auto root = document.parse(event.data, vocabulary::json::kLevelsStored);
  if (!root || !(*root)->is_object()) return false;
  const auto* raised = (*root)->get_object().if_contains("safety_event");
  if (raised == nullptr || !raised->is_object()) return false;
  const auto* severity = raised->get_object().if_contains("severity");
  return severity != nullptr && severity->is_string() && severity->get_string() == "critical";
}

}  // namespace

std::vector<std::string> TopicNames::all() const {
  std::vector<std::string> names{missions, trips, safety, alerts};
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

std::vector<std::string_view> topics_of(const vocabulary::Event& event, const TopicNames& names) {
  if (event.stream == "trip") return {names.trips};
  if (event.stream != "safety_event") return {names.missions};
  if (is_critical_alarm(event) && names.alerts != names.safety) return {names.safety, names.alerts};
  return {names.safety};
}

}  // namespace mms::relay
