// The rules of a trip: pure decisions from a state, a command and facts to events. The table is domain.md §5.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trips/rules/tracking.hpp"
#include "trips/rules/trip_events.hpp"
#include "trips/rules/trip_input.hpp"
#include "trips/rules/ways.hpp"
#include "vocabulary/problem.hpp"

namespace mms::trips {

using vocabulary::Result;
using Events = std::vector<TripEvent>;

// What decisions look at beside the trip itself.
struct TripFacts {
  std::optional<TripId> occupant;  // another active trip of the vehicle that this one is to have
  const Live* live = nullptr;      // null: no position yet
  Time now;
  const FoundWay* way = nullptr;  // what was found on roads for the stops as they were before; null: nothing
};

// A new trip; assigned when it has a vehicle. `id` is the client's when it chose one.
// Refuses: invalid_fields.
// `way` was found for its stops on roads; null: geodesic.
Result<Trip> make_trip(
    const CreateTrip& input, TripId id, const std::string& caller, Time now, const FoundWay* way = nullptr);

// Every decision below refuses wrong_state with the state and the commands that it allows.
// A vehicle may have several trips assigned, so this asks nothing of the vehicle.
Result<Events> decide(const Trip& trip, const AssignTrip& command, const TripFacts& facts);
// Refuses: vehicle_busy (names the other trip).
Result<Events> decide(const Trip& trip, const StartTrip& command, const TripFacts& facts);
// The steps that were skipped are events of their own. Refuses: not_at_destination.
Result<Events> decide(const Trip& trip, const CompleteTrip& command, const TripFacts& facts);
// By facts.way, found from where the vehicle was over the stops that were left. Refuses: version_conflict when they are
// others by now.
Result<Events> decide(const Trip& trip, const RerouteTrip& command, const TripFacts& facts);
Result<Events> decide(const Trip& trip, const CancelTrip& command, const TripFacts& facts);
Result<Events> decide(const Trip& trip, const FailTrip& command, const TripFacts& facts);
// Refuses: field_frozen (each field that this state freezes), invalid_fields, and for `status` wrong_state with the
// next ones, vehicle_missing, vehicle_busy, not_at_destination.
Result<Events> decide(const Trip& trip, const UpdateTrip& command, const TripFacts& facts);
// Steps seen by tracking: those that still follow from the state, in order; the others are dropped.
Events decide_steps(const Trip& trip, const std::vector<Step>& steps);

// Names of the commands that a state allows.
std::vector<std::string_view> allowed_commands(TripStatus status);

}  // namespace mms::trips
