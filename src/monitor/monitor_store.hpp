// The tables of the monitor: who is watched, and reports that are not folded yet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "lanes/part.hpp"
#include "monitor/rules/report.hpp"

namespace mms::monitor {

// The monitor's share of the working set. Begins the watch over a mission in the transaction that starts it, ends it
// with the one that stops it. The parts of missions and vehicles must have been made before it.
std::unique_ptr<lanes::Part> monitor_part(lanes::WorkingSet& set);

// Keeps reports for those who watch their vehicles; for nobody, when nobody does. The reports of one call came together
// by one door, in any order.
database::Query keep_reports();
void add_reports(database::Query& keep, const std::string& vehicle_id, const std::vector<Report>& reports);

// Missions to look at now, those that have waited longest first. `now` is absent where the store has a clock.
database::Query missions_to_observe(std::optional<Time> now, std::int64_t limit);
struct ToObserve {
  MissionId mission;
  std::optional<Time> received_at;  // of its oldest report that is not folded
};
std::vector<ToObserve> to_observe_from(const database::Rows& rows);

}  // namespace mms::monitor
