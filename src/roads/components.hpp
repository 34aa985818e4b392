// Which directed edges belong to the largest strongly connected part, for cars and for trucks.
#pragma once

#include "roads/road_network.hpp"
#include "roads/turn_expansion.hpp"

namespace mms::roads {

// Sets main_car_* and main_truck_* on the segments. `graph` is expanded from `network` in its own numbering.
void mark_largest_components(RoadNetwork& network, const TurnExpansion& graph);

}  // namespace mms::roads
