// From what came in by the doors of vehicles and trips to the monitor's reports.
#pragma once

#include "lanes/rules/working_set.hpp"
#include "monitor/rules/report.hpp"
#include "trips/rules/tracking.hpp"
#include "vehicles/rules/mission_link.hpp"

namespace mms::monitor {

// Puts it among the reports of the batch; see vehicles/rules/mission_link.hpp.
void note_report(lanes::WorkingSet& set, const vehicles::SeenReport& seen);

// A position of a trip; `deviation_m` nothing: nobody measured it.
Report track_report(const trips::Trip& trip,
                    const trips::Position& position,
                    std::optional<double> deviation_m,
                    Time received_at);

}  // namespace mms::monitor
