// Decisions on reports.
#include "vehicles/rules/vehicle_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mms::vehicles {
namespace {

using vocabulary::FieldError;
using vocabulary::ProblemKind;

std::unexpected<vocabulary::Problem> invalid(std::vector<FieldError> errors) {
  auto refusal = vocabulary::refuse(ProblemKind::invalid_fields, "some fields do not fit together");
  refusal.error().errors = std::move(errors);
  return refusal;
}

void check_moment(const std::optional<Time>& recorded_at, Time now, std::vector<FieldError>& errors) {
  if (!recorded_at || *recorded_at <= now + kSkew) return;
  errors.push_back({"/recorded_at", "in_the_future",
                    fmt::format("is more than {} s ahead of this service's clock", kSkew / std::chrono::seconds(1))});
}

template <class T, class U>
void apply(const Change<T>& change, std::optional<U>& field) {
  if (!change.present) return;
  field.reset();
  if (change.value) field = *change.value;
}

void apply(const Change<List<Identifier, 100>>& change, std::optional<std::vector<std::string>>& field) {
  if (!change.present) return;
  field.reset();
  if (change.value) field.emplace(change.value->begin(), change.value->end());
}

template <auto L, auto H>
std::optional<double> number(const std::optional<Between<L, H>>& given) {
  return given ? std::optional<double>(given->value) : std::nullopt;
}

}  // namespace

Result<std::optional<VehicleState>> state_after(const VehicleState* stored,
                                                const std::string& vehicle_id,
                                                const ReportVehicleState& report,
                                                Time now) {
  std::vector<FieldError> errors;
  check_moment(report.recorded_at, now, errors);
  if (stored == nullptr && !report.fleet_id) {
    errors.push_back({"/fleet_id", "required", "the first report of a vehicle says which fleet it belongs to"});
  }
  if (stored != nullptr && report.fleet_id && *report.fleet_id != stored->fleet_id) {
    errors.push_back({"/fleet_id", "other_fleet", "the vehicle belongs to the fleet that its first report named"});
  }
  if (!errors.empty()) return invalid(std::move(errors));
  const Time recorded_at = report.recorded_at.value_or(now);
  if (stored != nullptr && recorded_at <= stored->recorded_at) return std::nullopt;
  VehicleState state;
  if (stored != nullptr) {
    state = *stored;
  } else {
    state.vehicle_id = vehicle_id;
    state.fleet_id = *report.fleet_id;
    state.created_at = now;
  }
  state.position = report.position;
  state.heading_deg = number(report.heading_deg);
  state.speed_mps = number(report.speed_mps);
  state.battery_percent = number(report.battery_percent);
  apply(report.mode, state.mode);
  apply(report.onboard_stage, state.onboard_stage);
  apply(report.capabilities, state.capabilities);
  if (report.mission_id.present) {
    const bool same = state.mission_since && state.mission_id == report.mission_id.value;
    if (!same) state.mission_since = recorded_at;
  } else {
    state.mission_since.reset();
  }
  state.mission_id = report.mission_id.value;
  state.recorded_at = recorded_at;
  state.received_at = now;
  return state;
}

std::string name_of(const ReportEnvironment& report) {
  return report.name ? std::string(*report.name) : "fleet";
}

Result<std::optional<EnvironmentReading>> reading_after(const EnvironmentReading* stored,
                                                        const ReportEnvironment& report,
                                                        const std::string& caller,
                                                        Time now) {
  const Time recorded_at = report.recorded_at.value_or(now);
  const Time expires_at = report.expires_at.value_or(recorded_at + kReadingHolds);
  std::vector<FieldError> errors;
  if (report.area) errors = faults_of(*report.area, "/area");
  check_moment(report.recorded_at, now, errors);
  if (report.area && !report.name) {
    errors.push_back({"/name", "required", "an area has a name, under which its last reading is kept"});
  }
  if (expires_at <= recorded_at) errors.push_back({"/expires_at", "before_start", "must be after recorded_at"});
  if (!report.wind_speed_mps && !report.visibility_m && !report.temperature_c && !report.precipitation_mmph) {
    errors.push_back(
        {"", "nothing_read", "must have one of wind_speed_mps, visibility_m, temperature_c, precipitation_mmph"});
  }
  if (!errors.empty()) return invalid(std::move(errors));
  if (stored != nullptr && recorded_at <= stored->recorded_at) return std::nullopt;
  return EnvironmentReading{.fleet_id = report.fleet_id,
                            .name = name_of(report),
                            .area = report.area,
                            .wind_speed_mps = number(report.wind_speed_mps),
                            .visibility_m = number(report.visibility_m),
                            .temperature_c = number(report.temperature_c),
                            .precipitation_mmph = number(report.precipitation_mmph),
                            .recorded_at = recorded_at,
                            .expires_at = expires_at,
                            .created_at = stored != nullptr ? stored->created_at : now,
                            .reported_by = caller};
}

}  // namespace mms::vehicles
