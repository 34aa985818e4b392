// What a mission asks of its vehicle and of the environment: a closed list of kinds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "safety/rules/safety_event.hpp"
#include "vehicles/rules/area.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/problem.hpp"

namespace mms::safety {

using vocabulary::Between;
using vocabulary::Identifier;
using vocabulary::List;
using vocabulary::Or;

// Each is the name of the one member that a requirement of this kind has.
BOOST_DEFINE_ENUM_CLASS(RequirementKind,
                        max_speed_mps,
                        stay_inside,
                        keep_out,
                        min_battery_percent,
                        max_deviation_m,
                        heartbeat_timeout_s,
                        required_capabilities,
                        required_onboard_stage,
                        environment)
// What start and resume do when nobody knows whether it is met.
BOOST_DEFINE_ENUM_CLASS(WhenUnknown, refuse, allow)

// At least one.
struct EnvironmentLimits {
  std::optional<double> max_wind_speed_mps;
  std::optional<double> min_visibility_m;
  std::optional<double> max_temperature_c;
  std::optional<double> max_precipitation_mmph;
  bool operator==(const EnvironmentLimits&) const = default;
};
BOOST_DESCRIBE_STRUCT(EnvironmentLimits,
                      (),
                      (max_wind_speed_mps, min_visibility_m, max_temperature_c, max_precipitation_mmph))

// As it is stored and answered: exactly one of the kinds.
struct Requirement {
  std::string key;  // unique within its mission
  std::optional<double> max_speed_mps;
  std::optional<vehicles::Area> stay_inside;
  std::optional<vehicles::Area> keep_out;
  std::optional<double> min_battery_percent;
  std::optional<double> max_deviation_m;  // from the route; the monitor's alone
  std::optional<double> heartbeat_timeout_s;
  std::optional<std::vector<std::string>> required_capabilities;
  std::optional<std::string> required_onboard_stage;
  std::optional<EnvironmentLimits> environment;
  Severity severity = Severity::error;
  Action action = Action::pause;
  WhenUnknown unknown = WhenUnknown::refuse;
  bool operator==(const Requirement&) const = default;
};
BOOST_DESCRIBE_STRUCT(Requirement,
                      (),
                      (key,
                       max_speed_mps,
                       stay_inside,
                       keep_out,
                       min_battery_percent,
                       max_deviation_m,
                       heartbeat_timeout_s,
                       required_capabilities,
                       required_onboard_stage,
                       environment,
                       severity,
                       action,
                       unknown))

struct EnvironmentLimitsInput {
  std::optional<Between<0.0, 150.0>> max_wind_speed_mps;
  std::optional<Between<0.0, 1e6>> min_visibility_m;
  std::optional<Between<-100.0, 100.0>> max_temperature_c;
  std::optional<Between<0.0, 2000.0>> max_precipitation_mmph;
};
BOOST_DESCRIBE_STRUCT(EnvironmentLimitsInput,
                      (),
                      (max_wind_speed_mps, min_visibility_m, max_temperature_c, max_precipitation_mmph))

// As a client sends it.
struct SafetyRequirement {
  std::optional<Identifier> key;  // absent: the kind's name, with a number when it is taken
  std::optional<Between<0.0, 200.0>> max_speed_mps;
  std::optional<vehicles::Area> stay_inside;
  std::optional<vehicles::Area> keep_out;
  std::optional<Between<0.0, 100.0>> min_battery_percent;
  std::optional<Between<0.1, 100000.0>> max_deviation_m;
  std::optional<Between<0.1, 86400.0>> heartbeat_timeout_s;
  std::optional<List<Identifier, 100>> required_capabilities;
  std::optional<Identifier> required_onboard_stage;
  std::optional<EnvironmentLimitsInput> environment;
  Or<Severity::error> severity;
  Or<Action::pause> action;
  Or<WhenUnknown::refuse> unknown;
};
BOOST_DESCRIBE_STRUCT(SafetyRequirement,
                      (),
                      (key,
                       max_speed_mps,
                       stay_inside,
                       keep_out,
                       min_battery_percent,
                       max_deviation_m,
                       heartbeat_timeout_s,
                       required_capabilities,
                       required_onboard_stage,
                       environment,
                       severity,
                       action,
                       unknown))
using SafetyRequirements = List<SafetyRequirement, 100>;

// All that is wrong with them is added to `errors`, with pointers that begin with `pointer`: not exactly one kind, an
// area or a list without content, a key twice, more than 2,000 points in all.
std::vector<Requirement> requirements_from(const SafetyRequirements& inputs,
                                           std::string_view pointer,
                                           std::vector<vocabulary::FieldError>& errors);

// Asks a sound requirement.
RequirementKind kind_of(const Requirement& requirement);

}  // namespace mms::safety
