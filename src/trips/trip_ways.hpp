// Ways on roads for the commands that plan: looked for before they ride the lane.
#pragma once

#include "trips/rules/trip_input.hpp"
#include "trips/rules/ways.hpp"
#include "trips/trip_routes.hpp"

namespace mms::trips {

// What to look for on behalf of this caller; nothing without a road map, and for what the command will refuse anyway.
std::optional<WayAsked> way_wanted(const TripTools& tools, const http::Request& request, const CreateTrip& input);
// For the stops as they are merged with the stored ones.
async::Task<std::optional<WayAsked>> way_wanted(const TripTools& tools,
                                                const http::Request& request,
                                                TripId id,
                                                const UpdateTrip& input);

// The same for the order of waypoints; nothing unless the client asks for it.
std::optional<WayAsked> order_wanted(const http::Request& request, const CreateTrip& input);
async::Task<std::optional<WayAsked>> order_wanted(const TripTools& tools,
                                                  const http::Request& request,
                                                  TripId id,
                                                  const UpdateTrip& input);

// Puts the waypoints into the order that is driven fastest, when that is wanted. Refuses: unavailable, request_timeout.
async::Task<vocabulary::Result<void>> put_in_order(const TripTools& tools,
                                                   const http::Request& request,
                                                   std::optional<WayAsked> asked,
                                                   List<StopInput, 100>& waypoints);

// One way; nothing when none was found soon.
async::Task<std::optional<FoundWay>> find_way(const TripTools& tools,
                                              const http::Request& request,
                                              std::optional<WayAsked> asked);

}  // namespace mms::trips
