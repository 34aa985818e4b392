// The safety monitor joined to where reports come in and to the figures: rooms that do not know each other.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>

#include "database/database.hpp"
#include "lanes/lane.hpp"
#include "relay/trouble.hpp"
#include "service/observe.hpp"
#include "telemetry/metrics.hpp"
#include "trips/position_keeper.hpp"
#include "vehicles/rules/mission_link.hpp"

namespace mms::service {

// What the room vehicles is handed: missions and the monitor hear of its reports.
const vehicles::MissionLink& report_link();

// Positions of trips whose vehicles are watched, for the monitor.
trips::WriteWatched monitored_positions();

// Lifetime: observation and metrics outlive it.
class Monitoring {
 public:
  Monitoring(Observation& observation, telemetry::Metrics& metrics);

  // The loop; see monitor/monitor_runner.hpp. Lifetime: this outlives it.
  async::Task<void> run(database::Reader& reader,
                        lanes::Lane& lane,
                        database::Dialect dialect,
                        std::chrono::milliseconds look_every,
                        std::function<bool()> stopping);
  const relay::KeptTrouble& trouble() const { return trouble_; }

 private:
  Observation& observation_;
  telemetry::Metrics& metrics_;
  relay::KeptTrouble trouble_;
  std::atomic<std::int64_t> behind_us_{0};
};

}  // namespace mms::service
