// The gate's own checks decide what a breach is; the margins stand beside them.
#include "monitor/rules/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vocabulary/json_write.hpp"

namespace mms::monitor {
namespace {

using safety::RequirementKind;
using safety::Verdict;
namespace json = vocabulary::json;

vehicles::VehicleState state_of(const Report& report) {
  vehicles::VehicleState state;
  state.position = report.position;
  state.speed_mps = report.speed_mps;
  state.battery_percent = report.battery_percent;
  state.onboard_stage = report.onboard_stage;
  state.capabilities = report.capabilities;
  return state;
}

bool is_well_within(const Requirement& r, const Report& report) {
  switch (safety::kind_of(r)) {
    case RequirementKind::max_speed_mps:
      return *report.speed_mps <= *r.max_speed_mps * kSpeedMargin;
    case RequirementKind::min_battery_percent:
      return *report.battery_percent >= std::min(100.0, *r.min_battery_percent + kBatteryMargin);
    case RequirementKind::stay_inside:
      return vehicles::rim_distance_m(*r.stay_inside, *report.position) >= kRimMargin;
    case RequirementKind::keep_out:
      return vehicles::rim_distance_m(*r.keep_out, *report.position) >= kRimMargin;
    default:
      return true;
  }
}

std::string words_of(const Requirement& r, const Report& report) {
  switch (safety::kind_of(r)) {
    case RequirementKind::max_speed_mps:
      return fmt::format("{:.1f} m/s, at most {:g} m/s are allowed", *report.speed_mps, *r.max_speed_mps);
    case RequirementKind::min_battery_percent:
      return fmt::format("battery at {:g} %, at least {:g} % are required", *report.battery_percent,
                         *r.min_battery_percent);
    case RequirementKind::stay_inside:
      return "outside the area that it must stay inside";
    case RequirementKind::keep_out:
      return "inside the area that it must keep out of";
    case RequirementKind::required_capabilities:
      return fmt::format("has the capabilities {}, required are {}", json::write(*report.capabilities),
                         json::write(*r.required_capabilities));
    case RequirementKind::required_onboard_stage:
      return fmt::format("onboard stage is {}, required is {}", *report.onboard_stage, *r.required_onboard_stage);
    default:
      return {};
  }
}

Judgement judge_deviation(const Requirement& r, const Report& report) {
  if (!report.deviation_m) return {};
  const double away = *report.deviation_m;
  if (away > *r.max_deviation_m) {
    return {Standing::breach,
            fmt::format("{:.0f} m from the route, at most {:g} m are allowed", away, *r.max_deviation_m),
            report.position};
  }
  return {away <= *r.max_deviation_m * kDeviationMargin ? Standing::good : Standing::near};
}

// Both ends may be where they should be, and the way between them not.
std::optional<Judgement> judge_way(const Requirement& r, const Report& report, const std::optional<Seen>& before) {
  if (!before || !report.position || report.recorded_at - before->at > kWayHolds) return std::nullopt;
  const auto& from = before->position;
  if (r.keep_out) {
    const auto found = vehicles::find_inside(*r.keep_out, from, *report.position);
    if (found && !vehicles::contains(*r.keep_out, from)) {
      return Judgement{Standing::breach, "crossed the area that it must keep out of, between two reports", found};
    }
  }
  if (r.stay_inside && vehicles::contains(*r.stay_inside, from)) {
    if (const auto found = vehicles::find_outside(*r.stay_inside, from, *report.position)) {
      return Judgement{Standing::breach, "left the area that it must stay inside, between two reports", found};
    }
  }
  return std::nullopt;
}

}  // namespace

Judgement judge(const Requirement& r, const Report& report, const std::optional<Seen>& before) {
  if (r.max_deviation_m) return judge_deviation(r, report);
  if (r.heartbeat_timeout_s || r.environment) return {};
  const auto state = state_of(report);
  const auto verdict =
      safety::check({r}, {.vehicle = &state, .environment = {}, .now = report.recorded_at}).front().verdict;
  if (verdict == Verdict::unknown) return {};
  if (verdict == Verdict::unmet) return {Standing::breach, words_of(r, report), report.position};
  if (auto on_the_way = judge_way(r, report, before)) return std::move(*on_the_way);
  return {is_well_within(r, report) ? Standing::good : Standing::near};
}

Judgement judge_environment(const Requirement& r,
                            const std::vector<const vehicles::EnvironmentReading*>& readings,
                            const std::optional<Seen>& last,
                            Time now) {
  vehicles::VehicleState state;
  if (last) state.position = last->position;
  const auto checked = safety::check({r}, {.vehicle = &state, .environment = readings, .now = now}).front();
  if (checked.verdict == Verdict::unknown) return {};
  if (checked.verdict == Verdict::met) return {Standing::near};
  return {Standing::breach,
          fmt::format("the environment is {}, required is {}", checked.actual.text, json::write(*r.environment)),
          state.position};
}

}  // namespace mms::monitor
