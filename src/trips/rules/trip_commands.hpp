// The trip commands as the lane sees them.
#pragma once

#include <memory>
#include <string>

#include "access/rules/scope.hpp"
#include "lanes/rules/command.hpp"
#include "trips/rules/notices.hpp"
#include "trips/rules/trip_input.hpp"
#include "trips/rules/trip_rules.hpp"

namespace mms::trips {

// What the caller's scope is asked about. Lifetime: that of the trip.
access::Target target_of(const Trip& trip);

using CommandPtr = std::unique_ptr<lanes::Command>;

// `chosen` when the client chose the id: then `body_hash` tells a repeat from a clash.
// Refuses what make_trip refuses, and invalid_fields for a mission that is not in the trip's fleet.
// `way`: what was found on roads beside the lane.
CommandPtr create_trip(
    CreateTrip input, TripId id, bool chosen, std::string body_hash, std::optional<FoundWay> way = std::nullopt);
// A way is used only while the stops are those that it was found for; else the route is geodesic.
CommandPtr update_trip(TripId id, UpdateTrip input, std::optional<FoundWay> way = std::nullopt);
CommandPtr assign_trip(TripId id, AssignTrip input);
CommandPtr start_trip(TripId id, StartTrip input);
CommandPtr complete_trip(TripId id, CompleteTrip input);
// `way`: nothing is refused with wrong_state, or version_conflict when the trip came on its way meanwhile.
CommandPtr reroute_trip(TripId id, RerouteTrip input, std::optional<FoundWay> way);
// Of itself, because the vehicle has left the route of this revision; nothing when that is not its route any more, or
// the stops that are left are others. The caller is whoever reported the positions; needs tracking:write.
CommandPtr reroute_off_route(TripId id, int revision, FoundWay way);
CommandPtr cancel_trip(TripId id, CancelTrip input);
// DELETE: the same, by those who plan.
CommandPtr delete_trip(TripId id, CancelTrip input);
CommandPtr fail_trip(TripId id, FailTrip input);
// What tracking saw: steps, and what is to be told. The caller is whoever reported the positions; needs tracking:write.
CommandPtr advance_trip(TripId id, std::vector<Step> steps, Notices notices = {});

}  // namespace mms::trips
