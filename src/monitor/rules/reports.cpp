// Reports as the monitor keeps them.
#include "monitor/rules/reports.hpp"

#include "monitor/rules/monitor_set.hpp"

namespace mms::monitor {
namespace {

template <auto L, auto H>
std::optional<double> number(const std::optional<vocabulary::Between<L, H>>& given) {
  return given ? std::optional<double>(given->value) : std::nullopt;
}

}  // namespace

void note_report(lanes::WorkingSet& set, const vehicles::SeenReport& seen) {
  const auto& said = seen.report;
  Report report;
  report.source = ReportSource::state;
  report.recorded_at = seen.recorded_at;
  report.received_at = seen.received_at;
  report.position = said.position;
  report.speed_mps = number(said.speed_mps);
  report.battery_percent = number(said.battery_percent);
  report.no_stage = said.onboard_stage.present && !said.onboard_stage.value;
  if (said.onboard_stage.value) report.onboard_stage = *said.onboard_stage.value;
  report.no_capabilities = said.capabilities.present && !said.capabilities.value;
  if (const auto& names = said.capabilities.value) report.capabilities.emplace(names->begin(), names->end());
  set.of<MonitorSet>().note(seen.vehicle_id, std::move(report));
}

Report track_report(const trips::Trip& trip,
                    const trips::Position& position,
                    std::optional<double> deviation_m,
                    Time received_at) {
  Report report;
  report.source = ReportSource::track;
  report.recorded_at = position.recorded_at;
  report.received_at = received_at;
  report.position = Coordinates{.latitude = {position.latitude}, .longitude = {position.longitude}};
  report.speed_mps = position.speed_mps;
  report.deviation_m = deviation_m;
  report.trip_id = trip.id;
  report.trip_mission_id = trip.mission_id;
  return report;
}

}  // namespace mms::monitor
