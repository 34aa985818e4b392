// Decisions on the life of a trip: from assignment to its end.
#include "trips/rules/trip_rules.hpp"

#include <fmt/format.h>

#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

std::unexpected<vocabulary::Problem> wrong_state(const Trip& trip, std::string_view command) {
  std::vector<std::string> allowed;
  for (const auto name : allowed_commands(trip.status)) allowed.emplace_back(name);
  return refuse(ProblemKind::wrong_state,
                fmt::format("a trip that is {} cannot {}", vocabulary::name_of(trip.status), command),
                json::ObjectText().add("state", trip.status).add("allowed", allowed).members());
}

// One step of each arrow from the trip's state up to `last`.
void walk(Events& events, TripStatus from, TripStatus last) {
  for (auto at = from; at != last;) {
    const auto to = *next_status(at);
    events.emplace_back(TripMoved{at, to, MovedBy::caller, std::nullopt});
    at = to;
  }
}

bool is_at_origin(const Trip& trip, const StopInput& position) {
  return distance_m({position.latitude, position.longitude}, point_of(trip.origin)) <= radius_of(trip, trip.origin);
}

}  // namespace

std::vector<std::string_view> allowed_commands(TripStatus status) {
  if (is_final(status)) return {"update"};
  if (status == TripStatus::pending) return {"assign", "cancel", "fail", "update"};
  if (status == TripStatus::assigned) return {"assign", "start", "cancel", "fail", "update"};
  if (status == TripStatus::at_destination) return {"complete", "cancel", "fail", "update"};
  return {"reroute", "complete", "cancel", "fail", "update"};
}

Result<Events> decide(const Trip& trip, const AssignTrip& command, const TripFacts&) {
  if (trip.status != TripStatus::pending && trip.status != TripStatus::assigned)
    return wrong_state(trip, "be assigned");
  if (trip.status == TripStatus::assigned && trip.vehicle_id == command.vehicle_id) return Events{};
  return Events{TripAssigned{command.vehicle_id}};
}

Result<Events> decide(const Trip& trip, const StartTrip& command, const TripFacts& facts) {
  if (trip.status != TripStatus::assigned) return wrong_state(trip, "start");
  if (facts.occupant) {
    return refuse(ProblemKind::vehicle_busy, fmt::format("vehicle {} is on another trip", *trip.vehicle_id),
                  json::ObjectText()
                      .add("vehicle_id", *trip.vehicle_id)
                      .add_raw("occupied_by", json::ObjectText().add("trip_id", *facts.occupant).text())
                      .members());
  }
  const bool there = command.position && is_at_origin(trip, *command.position);
  return Events{TripStarted{*trip.vehicle_id, there ? TripStatus::in_transit : TripStatus::en_route_to_pickup}};
}

Result<Events> decide(const Trip& trip, const CompleteTrip& command, const TripFacts& facts) {
  if (!is_active(trip.status)) return wrong_state(trip, "complete");
  const auto away = proven_away_m(trip, facts.live, facts.now);
  if (away && !command.force) {
    return refuse(
        ProblemKind::not_at_destination,
        fmt::format("the vehicle is {:.0f} m from the destination; send \"force\": true to complete all the same",
                    *away),
        json::ObjectText().add("distance_m", *away).add("recorded_at", facts.live->position.recorded_at).members());
  }
  Events events;
  walk(events, trip.status, TripStatus::at_destination);
  events.emplace_back(TripCompleted{away.has_value()});
  return events;
}

Result<Events> decide(const Trip& trip, const RerouteTrip& command, const TripFacts& facts) {
  const auto next = next_stop_of(trip);
  if (!next) return wrong_state(trip, "be rerouted");
  if (facts.way == nullptr || !is_for_rest(*facts.way, trip)) {
    return refuse(ProblemKind::version_conflict,
                  "the stops that are left changed while the way was looked for; ask again",
                  json::ObjectText().add("version", trip.version).members());
  }
  auto route = facts.way->route;
  route.revision = revision_of(trip) + 1;
  route.begins_at = facts.way->stops.front();
  route.first_stop = *next;
  return Events{TripRerouted{command.reason, std::move(route), facts.way->line}};
}

Result<Events> decide(const Trip& trip, const CancelTrip& command, const TripFacts&) {
  if (is_final(trip.status)) return wrong_state(trip, "be cancelled");
  return Events{TripCancelled{command.reason.value_or("cancelled_by_caller")}};
}

Result<Events> decide(const Trip& trip, const FailTrip& command, const TripFacts&) {
  if (is_final(trip.status)) return wrong_state(trip, "fail");
  return Events{TripFailed{command.reason}};
}

Events decide_steps(const Trip& trip, const std::vector<Step>& steps) {
  Events events;
  auto status = trip.status;
  auto waypoints = trip.waypoints;
  for (const auto& step : steps) {
    if (step.to && is_active(status) && next_status(status) == *step.to && *step.to != TripStatus::completed) {
      events.emplace_back(TripMoved{status, *step.to, MovedBy::tracking, step.recorded_at});
      status = *step.to;
    }
    if (!step.waypoint || status != TripStatus::in_transit) continue;
    const auto index = static_cast<std::size_t>(*step.waypoint);
    if (index >= waypoints.size() || waypoints[index].reached_at) continue;
    waypoints[index].reached_at = step.recorded_at;
    events.emplace_back(TripWaypointReached{*step.waypoint, step.recorded_at});
  }
  return events;
}

}  // namespace mms::trips
