// From a client's requirements to those that are kept.
#include "safety/rules/requirement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mms::safety {
namespace {

using vocabulary::FieldError;

constexpr std::size_t kMostPoints = 2000;

// The members of a requirement that are kinds, as they are named.
template <class R>
std::vector<RequirementKind> kinds_of(const R& requirement) {
  std::vector<RequirementKind> kinds;
  vocabulary::for_each_member(requirement, [&](std::string_view name, const auto& member) {
    const auto kind = vocabulary::from_name<RequirementKind>(name);
    if constexpr (requires { member.has_value(); }) {
      if (kind && member.has_value()) kinds.push_back(*kind);
    }
  });
  return kinds;
}

std::size_t points_of(const std::optional<vehicles::Area>& area) {
  return area && area->polygon ? area->polygon->size() : 0;
}

std::vector<FieldError> faults_within(const SafetyRequirement& input, const std::string& pointer) {
  if (kinds_of(input).size() != 1) {
    std::string names;
    for (const auto name : vocabulary::kEnumNames<RequirementKind>)
      names += (names.empty() ? "" : ", ") + std::string(name);
    return {{pointer, "not_exactly_one", "must have exactly one of " + names}};
  }
  if (input.stay_inside) return vehicles::faults_of(*input.stay_inside, pointer + "/stay_inside");
  if (input.keep_out) return vehicles::faults_of(*input.keep_out, pointer + "/keep_out");
  if (input.required_capabilities && input.required_capabilities->empty()) {
    return {{pointer + "/required_capabilities", "empty", "must name at least one capability"}};
  }
  if (const auto& e = input.environment;
      e && !e->max_wind_speed_mps && !e->min_visibility_m && !e->max_temperature_c && !e->max_precipitation_mmph) {
    return {{pointer + "/environment", "empty", "must have at least one limit"}};
  }
  return {};
}

template <auto L, auto H>
std::optional<double> number(const std::optional<Between<L, H>>& given) {
  return given ? std::optional<double>(given->value) : std::nullopt;
}

Requirement requirement_from(const SafetyRequirement& input) {
  Requirement r;
  if (input.key) r.key = *input.key;
  r.max_speed_mps = number(input.max_speed_mps);
  r.stay_inside = input.stay_inside;
  r.keep_out = input.keep_out;
  r.min_battery_percent = number(input.min_battery_percent);
  r.max_deviation_m = number(input.max_deviation_m);
  r.heartbeat_timeout_s = number(input.heartbeat_timeout_s);
  if (const auto& names = input.required_capabilities) r.required_capabilities.emplace(names->begin(), names->end());
  if (input.required_onboard_stage) r.required_onboard_stage = *input.required_onboard_stage;
  if (const auto& e = input.environment) {
    r.environment = EnvironmentLimits{.max_wind_speed_mps = number(e->max_wind_speed_mps),
                                      .min_visibility_m = number(e->min_visibility_m),
                                      .max_temperature_c = number(e->max_temperature_c),
                                      .max_precipitation_mmph = number(e->max_precipitation_mmph)};
  }
  r.severity = input.severity;
  r.action = input.action;
  r.unknown = input.unknown;
  return r;
}

// Names those that have none: "keep_out", "keep_out-2", …
void name_all(std::vector<Requirement>& requirements, std::string_view pointer, std::vector<FieldError>& errors) {
  std::set<std::string> keys;
  for (std::size_t i = 0; i < requirements.size(); ++i) {
    const auto& key = requirements[i].key;
    if (key.empty() || keys.insert(key).second) continue;
    errors.push_back({fmt::format("{}/{}/key", pointer, i), "not_unique", "another requirement has the same key"});
  }
  for (auto& r : requirements) {
    if (!r.key.empty()) continue;
    const auto kinds = kinds_of(r);
    if (kinds.empty()) continue;
    r.key = vocabulary::name_of(kinds.front());
    for (int n = 2; !keys.insert(r.key).second; ++n)
      r.key = fmt::format("{}-{}", vocabulary::name_of(kinds.front()), n);
  }
}

}  // namespace

std::vector<Requirement> requirements_from(const SafetyRequirements& inputs,
                                           std::string_view pointer,
                                           std::vector<FieldError>& errors) {
  std::size_t points = 0;
  for (const auto& input : inputs) points += points_of(input.stay_inside) + points_of(input.keep_out);
  if (points > kMostPoints) {
    errors.push_back({std::string(pointer), "too_many",
                      fmt::format("their polygons have {} points together, at most {} are kept", points, kMostPoints)});
    return {};
  }
  std::vector<Requirement> requirements;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto faults = faults_within(inputs[i], fmt::format("{}/{}", pointer, i));
    std::ranges::copy(faults, std::back_inserter(errors));
    requirements.push_back(requirement_from(inputs[i]));
  }
  name_all(requirements, pointer, errors);
  return requirements;
}

RequirementKind kind_of(const Requirement& requirement) {
  return kinds_of(requirement).front();
}

}  // namespace mms::safety
