// Reports to the monitor, what it finds to figures.
#include "service/monitoring.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "missions/rules/vehicle_control_commands.hpp"
#include "monitor/monitor_runner.hpp"
#include "monitor/monitor_store.hpp"
#include "monitor/rules/reports.hpp"
#include "service/assemble.hpp"

namespace mms::service {
namespace {

// Behind by more than this, /health says so.
constexpr std::chrono::seconds kTooLate(10);

// Nothing for a position that no vehicle can have.
const trips::Deviation* measured(const trips::TripPositions& of, vocabulary::Time moment) {
  const auto at = std::ranges::lower_bound(of.deviations, moment, {}, &trips::Deviation::recorded_at);
  return at == of.deviations.end() || at->recorded_at != moment ? nullptr : &*at;
}

monitor::Report report_of(const trips::TripPositions& of,
                          const trips::Position& position,
                          vocabulary::Time received_at) {
  const auto* found = measured(of, position.recorded_at);
  const bool has_route = of.stored.trip.route.has_value();
  auto report =
      monitor::track_report(of.stored.trip, position,
                            found != nullptr && has_route ? std::optional(found->metres) : std::nullopt, received_at);
  if (found == nullptr) report.position.reset();
  return report;
}

}  // namespace

const vehicles::MissionLink& report_link() {
  static constexpr auto kSeen = [](lanes::WorkingSet& set, const vehicles::SeenReport& seen) {
    monitor::note_report(set, seen);
  };
  static const vehicles::MissionLink link{
      .need = missions::vehicle_link().need, .follow = missions::vehicle_link().follow, .seen = kSeen};
  return link;
}

trips::WriteWatched monitored_positions() {
  return [](const std::vector<trips::TripPositions>& all, vocabulary::Time received_at) {
    auto keep = monitor::keep_reports();
    for (const auto& of : all) {
      if (!of.stored.is_watched || !of.stored.trip.vehicle_id) continue;
      std::vector<monitor::Report> reports;
      for (const auto& position : of.positions) reports.push_back(report_of(of, position, received_at));
      monitor::add_reports(keep, *of.stored.trip.vehicle_id, reports);
    }
    return keep;
  };
}

Monitoring::Monitoring(Observation& observation, telemetry::Metrics& metrics)
    : observation_(observation), metrics_(metrics) {
  metrics.gauge("monitor_lag_seconds", "For how long the oldest report that waits for the monitor should be folded.",
                [this] { return static_cast<double>(behind_us_.load()) / 1e6; });
}

async::Task<void> Monitoring::run(database::Reader& reader,
                                  lanes::Lane& lane,
                                  database::Dialect dialect,
                                  std::chrono::milliseconds look_every,
                                  std::function<bool()> stopping) {
  monitor::MonitorHooks hooks;
  hooks.now = now;
  hooks.store_has_clock = dialect != database::Dialect::sqlite;
  hooks.behind = [this](vocabulary::Duration late) {
    behind_us_ = late.count();
    trouble_.set(late < kTooLate ? ""
                                 : "reports wait for the safety monitor: look at mission_commands_waiting and "
                                   "mission_command_part_seconds");
  };
  auto& late = metrics_.counter("monitor_late_reports_total",
                                "Reports that the monitor did not judge: beyond the reorder window, or repeated.");
  hooks.looked = [this, &late](const monitor::Looked& looked, vocabulary::MissionId mission) {
    if (looked.late > 0) {
      late.add(static_cast<std::uint64_t>(looked.late));
      observation_.late_reports(mission, looked.late);
    }
    for (const auto& told : looked.told) {
      metrics_
          .counter("monitor_findings_total", "What the safety monitor found, by kind of requirement.",
                   fmt::format("requirement=\"{}\",finding=\"{}\"", vocabulary::name_of(told.requirement),
                               vocabulary::name_of(told.what)))
          .add();
    }
  };
  hooks.on_fault = [this](const std::string& what) {
    trouble_.set("the safety monitor cannot look: see the log, and the store");
    observation_.fault("monitor", what);
  };
  co_await monitor::run_monitor(reader, lane, std::move(hooks), look_every, std::move(stopping));
}

}  // namespace mms::service
