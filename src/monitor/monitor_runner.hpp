// Looks at the missions that are watched: when reports came, when a vehicle is silent, when the environment changes.
#pragma once

#include <chrono>
#include <functional>

#include "database/database.hpp"
#include "lanes/lane.hpp"
#include "monitor/rules/observing.hpp"

namespace mms::monitor {

struct MonitorHooks {
  std::function<Time()> now;                             // this machine's clock
  bool store_has_clock = true;                           // false: SQLite
  std::function<void(const Looked&, MissionId)> looked;  // at a mission, for the figures
  std::function<void(Duration)> behind;                  // how long ago the oldest of what waits was due
  std::function<void(const std::string&)> on_fault;
};

// Looks every `look_every`; so long may a finding be late with an idle lane, beyond the window. What was acknowledged
// is in the store until it is folded, and it is folded in one transaction with what is found: any number of replicas
// may look, the second finds nothing left, and one that dies leaves nothing undone. Silence counts only while the store
// answered this replica. Threads: that of the io_context on which it is spawned. Ends when `stopping` says so.
async::Task<void> run_monitor(database::Reader& reader,
                              lanes::Lane& lane,
                              MonitorHooks hooks,
                              std::chrono::milliseconds look_every,
                              std::function<bool()> stopping);

}  // namespace mms::monitor
