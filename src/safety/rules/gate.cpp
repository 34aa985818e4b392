// The closed table of requirement kinds, and a check for each.
#include "safety/rules/gate.hpp"

#include <algorithm>
#include <array>

#include "vocabulary/json_write.hpp"

namespace mms::safety {
namespace {

using vocabulary::json::Raw;
namespace json = vocabulary::json;

struct Finding {
  Verdict verdict = Verdict::unknown;
  Raw actual;
};

template <class T>
Finding finding(bool met, const T& actual) {
  return {met ? Verdict::met : Verdict::unmet, Raw{json::write(actual)}};
}

Finding check_speed(const Requirement& r, const GateFacts& facts) {
  if (facts.vehicle == nullptr || !facts.vehicle->speed_mps) return {};
  return finding(*facts.vehicle->speed_mps <= *r.max_speed_mps, *facts.vehicle->speed_mps);
}

Finding check_inside(const Requirement& r, const GateFacts& facts) {
  if (facts.vehicle == nullptr || !facts.vehicle->position) return {};
  return finding(vehicles::contains(*r.stay_inside, *facts.vehicle->position), *facts.vehicle->position);
}

Finding check_outside(const Requirement& r, const GateFacts& facts) {
  if (facts.vehicle == nullptr || !facts.vehicle->position) return {};
  return finding(!vehicles::contains(*r.keep_out, *facts.vehicle->position), *facts.vehicle->position);
}

Finding check_battery(const Requirement& r, const GateFacts& facts) {
  if (facts.vehicle == nullptr || !facts.vehicle->battery_percent) return {};
  return finding(*facts.vehicle->battery_percent >= *r.min_battery_percent, *facts.vehicle->battery_percent);
}

Finding check_deviation(const Requirement&, const GateFacts&) {
  return {Verdict::monitored, {}};
}

// By arrival: a vehicle's clock may be wrong.
Finding check_heartbeat(const Requirement& r, const GateFacts& facts) {
  if (facts.vehicle == nullptr) return {};
  const double age_s = std::chrono::duration<double>(facts.now - facts.vehicle->received_at).count();
  return finding(age_s <= *r.heartbeat_timeout_s, std::max(0.0, age_s));
}

Finding check_capabilities(const Requirement& r, const GateFacts& facts) {
  if (facts.vehicle == nullptr || !facts.vehicle->capabilities) return {};
  const auto& has = *facts.vehicle->capabilities;
  const bool all = std::ranges::all_of(*r.required_capabilities,
                                       [&](const auto& name) { return std::ranges::find(has, name) != has.end(); });
  return finding(all, has);
}

Finding check_stage(const Requirement& r, const GateFacts& facts) {
  if (facts.vehicle == nullptr || !facts.vehicle->onboard_stage) return {};
  return finding(*facts.vehicle->onboard_stage == *r.required_onboard_stage, *facts.vehicle->onboard_stage);
}

// One that holds now where the vehicle is. Where it is unknown, only those for the whole fleet do.
bool applies(const vehicles::EnvironmentReading& reading, const GateFacts& facts) {
  if (reading.expires_at <= facts.now) return false;
  if (!reading.area) return true;
  return facts.vehicle != nullptr && facts.vehicle->position &&
         vehicles::contains(*reading.area, *facts.vehicle->position);
}

// The worst value of all readings that apply.
template <class Worse>
std::optional<double> worst(const GateFacts& facts,
                            std::optional<double> vehicles::EnvironmentReading::* member,
                            Worse worse) {
  std::optional<double> found;
  for (const auto* reading : facts.environment) {
    const auto& value = reading->*member;
    if (!value || !applies(*reading, facts)) continue;
    if (!found || worse(*value, *found)) found = value;
  }
  return found;
}

Finding check_environment(const Requirement& r, const GateFacts& facts) {
  using Reading = vehicles::EnvironmentReading;
  const auto& limits = *r.environment;
  json::ObjectText actual;
  bool unmet = false;
  bool unknown = false;
  const auto ask = [&](std::string_view name, const std::optional<double>& limit,
                       std::optional<double> Reading::* member, auto worse) {
    if (!limit) return;
    const auto value = worst(facts, member, worse);
    actual.add(name, value);
    unknown = unknown || !value;
    unmet = unmet || (value && worse(*value, *limit));
  };
  ask("wind_speed_mps", limits.max_wind_speed_mps, &Reading::wind_speed_mps, std::greater<>());
  ask("visibility_m", limits.min_visibility_m, &Reading::visibility_m, std::less<>());
  ask("temperature_c", limits.max_temperature_c, &Reading::temperature_c, std::greater<>());
  ask("precipitation_mmph", limits.max_precipitation_mmph, &Reading::precipitation_mmph, std::greater<>());
  const auto verdict = unmet ? Verdict::unmet : unknown ? Verdict::unknown : Verdict::met;
  return {verdict, Raw{actual.members().empty() ? "" : actual.text()}};
}

template <auto Member>
Raw required(const Requirement& r) {
  return Raw{json::write(*(r.*Member))};
}

struct KindRow {
  RequirementKind kind;
  SafetyEventType event_type;
  Finding (*check)(const Requirement&, const GateFacts&);
  Raw (*required)(const Requirement&);
};

// Every kind of requirement that there is, in the order of the enum.
constexpr std::array<KindRow, 9> kKinds{{
    {RequirementKind::max_speed_mps, SafetyEventType::speed, check_speed, required<&Requirement::max_speed_mps>},
    {RequirementKind::stay_inside, SafetyEventType::zone, check_inside, required<&Requirement::stay_inside>},
    {RequirementKind::keep_out, SafetyEventType::zone, check_outside, required<&Requirement::keep_out>},
    {RequirementKind::min_battery_percent, SafetyEventType::battery, check_battery,
     required<&Requirement::min_battery_percent>},
    {RequirementKind::max_deviation_m, SafetyEventType::deviation, check_deviation,
     required<&Requirement::max_deviation_m>},
    {RequirementKind::heartbeat_timeout_s, SafetyEventType::heartbeat, check_heartbeat,
     required<&Requirement::heartbeat_timeout_s>},
    {RequirementKind::required_capabilities, SafetyEventType::capability, check_capabilities,
     required<&Requirement::required_capabilities>},
    {RequirementKind::required_onboard_stage, SafetyEventType::capability, check_stage,
     required<&Requirement::required_onboard_stage>},
    {RequirementKind::environment, SafetyEventType::environment, check_environment,
     required<&Requirement::environment>},
}};
static_assert(kKinds.size() == vocabulary::kEnumNames<RequirementKind>.size());

const KindRow& row_of(RequirementKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

}  // namespace

std::vector<Checked> check(const std::vector<Requirement>& requirements, const GateFacts& facts) {
  std::vector<Checked> all;
  for (const auto& r : requirements) {
    const auto kind = kind_of(r);
    auto found = row_of(kind).check(r, facts);
    all.push_back({.key = r.key, .requirement = kind, .verdict = found.verdict, .actual = std::move(found.actual)});
  }
  return all;
}

bool holds_back(const Requirement& requirement, const Checked& checked) {
  return checked.verdict == Verdict::unmet ||
         (checked.verdict == Verdict::unknown && requirement.unknown == WhenUnknown::refuse);
}

std::string unmet_list(const std::vector<Requirement>& requirements, const std::vector<Checked>& checked) {
  std::string list;
  for (std::size_t i = 0; i < checked.size(); ++i) {
    const auto& c = checked[i];
    if (!holds_back(requirements[i], c)) continue;
    json::ObjectText text;
    text.add("key", c.key)
        .add("requirement", c.requirement)
        .add("verdict", c.verdict)
        .add("required", row_of(c.requirement).required(requirements[i]))
        .add_raw("actual", c.actual.empty() ? "null" : c.actual.text);
    list += (list.empty() ? "[" : ",") + text.text();
  }
  return list.empty() ? list : list + ']';
}

bool asks_environment(const std::vector<Requirement>& requirements) {
  return std::ranges::any_of(requirements, [](const auto& r) { return r.environment.has_value(); });
}

SafetyEventType event_type_of(RequirementKind kind) {
  return row_of(kind).event_type;
}

}  // namespace mms::safety
