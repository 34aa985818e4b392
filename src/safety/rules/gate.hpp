// The gate of start and resume: each requirement against what is known of the vehicle and the environment.
#pragma once

#include <vector>

#include "safety/rules/requirement.hpp"
#include "vehicles/rules/vehicle_state.hpp"
#include "vocabulary/json.hpp"

namespace mms::safety {

// `monitored`: the gate cannot ask, only the reports under way can tell.
BOOST_DEFINE_ENUM_CLASS(Verdict, met, unmet, unknown, monitored)

// Lifetime: the pointers hold for the call.
struct GateFacts {
  const vehicles::VehicleState* vehicle = nullptr;               // null: it never reported
  std::vector<const vehicles::EnvironmentReading*> environment;  // of the mission's fleet, expired ones too
  Time now;
};

// The outcome for one requirement, as the events keep it.
struct Checked {
  std::string key;
  RequirementKind requirement{};
  Verdict verdict{};
  vocabulary::json::Raw actual;  // absent: not known, or not asked
  bool operator==(const Checked&) const = default;
};
BOOST_DESCRIBE_STRUCT(Checked, (), (key, requirement, verdict, actual))

// One outcome for each requirement, in their order.
std::vector<Checked> check(const std::vector<Requirement>& requirements, const GateFacts& facts);
// It is not met, or nobody knows and the requirement refuses then.
bool holds_back(const Requirement& requirement, const Checked& checked);
// Those that hold back, for the refusal: [{key, requirement, verdict, required, actual}], actual null when not known.
// Empty when nothing does.
std::string unmet_list(const std::vector<Requirement>& requirements, const std::vector<Checked>& checked);

// Whether the environment is asked at all.
bool asks_environment(const std::vector<Requirement>& requirements);
// Of the safety event that the breach of such a requirement raises.
SafetyEventType event_type_of(RequirementKind kind);

}  // namespace mms::safety
