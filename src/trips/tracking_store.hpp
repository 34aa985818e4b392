// The tables of positions and live figures: written without the lane.
#pragma once

#include <string>
#include <vector>

#include "database/database.hpp"
#include "trips/rules/tracking.hpp"

namespace mms::trips {

// Stores each position once; the answer has a row for each that was new.
database::Query insert_positions(const TripId& id, const std::vector<Position>& positions, Time received_at);

// Puts the live figures in place of those of `revision` (0: of none). The answer has a row when they were still those.
database::Query replace_live(const TripId& id, std::int64_t revision, const Live& live);

// Positions recorded after a moment, in order.
database::Query positions_after(const TripId& id, Time after, std::int64_t limit);
std::vector<Position> positions_from(const database::Rows& rows);

}  // namespace mms::trips
