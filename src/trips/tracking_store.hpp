// The tables of positions and live figures: written without the lane.
#pragma once

#include <string>
#include <vector>

#include "database/database.hpp"
#include "trips/rules/tracking.hpp"

namespace mms::trips {

// Stores each position once; the answer has the trip's id for each that was new. Rows of several trips come in the
// order of their ids, so that two who store the same do not wait for each other. `suspects`: their moments, in order.
database::Query insert_positions();
void add_positions(database::Query& insert,
                   const TripId& id,
                   const std::vector<Position>& positions,
                   const std::vector<Time>& suspects,
                   Time received_at);
// Says of stored positions whether they are suspects.
database::Query mark_positions();
void add_mark(database::Query& mark, const TripId& id, Time recorded_at, bool is_suspect);

// Puts the live figures of trips in place of those of `revision` (0: of none). The answer has the id of each whose
// figures were still those. The order of ids again.
database::Query replace_live();
void add_live(database::Query& replace, const TripId& id, std::int64_t revision, const Live& live);

// The trips that vehicles were on: of each (vehicle, moment) the one that it had started last by then, or null.
database::Query trips_at(const std::vector<VehiclePosition>& positions);

// Positions recorded after a moment, in order.
database::Query positions_after(const TripId& id, Time after, std::int64_t limit);
std::vector<Position> positions_from(const database::Rows& rows);
// Which of the same rows are suspects.
std::vector<bool> suspects_from(const database::Rows& rows);

}  // namespace mms::trips
