// Trips ask the roads, and tell them what they see: joins the rooms trips and routing, which do not know each other.
#pragma once

#include <functional>
#include <string>

#include "routing/routing_routes.hpp"
#include "routing/speed_observer.hpp"
#include "trips/trip_routes.hpp"

namespace mms::service {

// Empty without a map. Lifetime: `work` outlives it. `on_fault` gets words for what should not happen.
trips::FindWays trip_ways(routing::RoadWork& work,
                          std::function<vocabulary::Time()> now,
                          std::function<void(const std::string&)> on_fault);

// Orders stops on the map, as the crow flies without one. Lifetime: as above.
trips::OrderStops trip_orders(routing::RoadWork& work, std::function<vocabulary::Time()> now);

// One way, with a reason when there is none. Empty without a map. Lifetime: `work` outlives it.
trips::FindRest trip_rest(routing::RoadWork& work, std::function<vocabulary::Time()> now);

// Empty without an observer. Lifetime: the observer outlives it.
trips::OnTrack trip_sightings(routing::SpeedObserver* observer);

}  // namespace mms::service
