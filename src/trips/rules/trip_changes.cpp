// Decisions on what a trip is: making one, and changing it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "trips/rules/trip_rules.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using vocabulary::FieldError;
using vocabulary::Problem;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

constexpr std::size_t kMostMetadata = 65536;

std::unexpected<Problem> with_errors(ProblemKind kind, std::string detail, std::vector<FieldError> errors) {
  auto refusal = refuse(kind, std::move(detail));
  refusal.error().errors = std::move(errors);
  return refusal;
}

Stop stop_from(const StopInput& input) {
  Stop stop{.latitude = input.latitude, .longitude = input.longitude, .name = {}, .radius_m = {}, .reached_at = {}};
  if (input.name) stop.name = *input.name;
  if (input.radius_m) stop.radius_m = input.radius_m->value;
  return stop;
}

std::vector<Stop> stops_from(const std::vector<StopInput>& inputs) {
  std::vector<Stop> stops;
  stops.reserve(inputs.size());
  for (const auto& input : inputs) stops.push_back(stop_from(input));
  return stops;
}

void check_metadata(const Raw& metadata, std::vector<FieldError>& errors) {
  if (!metadata.text.starts_with('{')) errors.push_back({"/metadata", "wrong_type", "must be an object"});
  if (metadata.text.size() > kMostMetadata) errors.push_back({"/metadata", "too_large", "at most 64 KiB"});
}

// `before`: as it was, null for a new one. A route on roads stays while nobody touches the stops.
void plan(Trip& trip, const Trip* before, const FoundWay* way) {
  const bool found = way != nullptr && is_for(*way, trip);
  const bool on_roads = trip.route && trip.route->source != RouteSource::geodesic;
  if (before != nullptr && on_roads && !found && before->sector == trip.sector && points_of(*before) == points_of(trip))
    return;
  auto route = found ? way->route : geodesic_route(trip, 1);
  route.revision = trip.route ? trip.route->revision : 1;
  if (trip.route && route == *trip.route) return;
  if (trip.route) ++route.revision;
  trip.estimated_distance_m = route.distance_m;
  trip.estimated_duration_s = route.duration_s;
  trip.route = std::move(route);
}

bool is_frozen(TripStatus status, std::string_view field) {
  constexpr std::array<std::string_view, 9> kUnderWay{"priority",       "destination",     "waypoints",
                                                      "optimize_stops", "passenger_count", "cargo_weight_kg",
                                                      "metadata",       "status",          "personal_data"};
  if (field == "status") return false;
  if (is_final(status)) return field != "metadata" && field != "personal_data";
  return is_active(status) && std::ranges::find(kUnderWay, field) == kUnderWay.end();
}

template <class T>
bool is_given(const Change<T>& change) {
  return change.present;
}
template <class T>
bool is_given(const Replace<T>& change) {
  return change.value.has_value();
}

Result<void> check_frozen(const Trip& trip, const UpdateTrip& command) {
  std::vector<FieldError> frozen;
  vocabulary::for_each_member(command, [&](std::string_view name, const auto& change) {
    if (!is_given(change) || !is_frozen(trip.status, name)) return;
    frozen.push_back({fmt::format("/{}", name), "field_frozen",
                      fmt::format("cannot be changed while the trip is {}", vocabulary::name_of(trip.status))});
  });
  if (frozen.empty()) return {};
  auto refusal = with_errors(ProblemKind::field_frozen, "some fields cannot be changed in this state", frozen);
  refusal.error().members = json::ObjectText().add("state", trip.status).members();
  return refusal;
}

// Waypoints that were reached stay, where they were.
Result<std::vector<Stop>> merged_waypoints(const Trip& trip, const std::vector<StopInput>& inputs) {
  auto stops = stops_from(inputs);
  for (std::size_t i = 0; i < trip.waypoints.size(); ++i) {
    const auto& old = trip.waypoints[i];
    if (!old.reached_at) continue;
    if (i >= stops.size() || point_of(stops[i]) != point_of(old)) {
      return with_errors(
          ProblemKind::field_frozen, "waypoints that were reached cannot be changed",
          {{fmt::format("/waypoints/{}", i), "field_frozen", "this waypoint was reached and must stay"}});
    }
    stops[i] = old;
  }
  return stops;
}

Result<Trip> changed(const Trip& trip, const UpdateTrip& c, const FoundWay* way) {
  Trip after = trip;
  std::vector<FieldError> errors;
  if (c.mission_id.present) after.mission_id = c.mission_id.value;
  if (c.trip_type.value) after.trip_type = *c.trip_type.value;
  if (c.sector.value) after.sector = *c.sector.value;
  if (c.priority.value) after.priority = *c.priority.value;
  if (c.origin.value) after.origin = stop_from(*c.origin.value);
  if (c.destination.value) after.destination = stop_from(*c.destination.value);
  if (c.passenger_count.value) after.passenger_count = c.passenger_count.value->value;
  if (c.cargo_weight_kg.value) after.cargo_weight_kg = c.cargo_weight_kg.value->value;
  if (c.scheduled_start_time.present) after.scheduled_start_time = c.scheduled_start_time.value;
  if (c.metadata.present) after.metadata = c.metadata.value.value_or(Raw{"{}"});
  check_metadata(after.metadata, errors);
  if (c.optimize_stops.value.value_or(false) && !c.waypoints.value) {
    errors.push_back({"/waypoints", "required", "optimize_stops orders the waypoints that are sent with it"});
  }
  if (!errors.empty()) return with_errors(ProblemKind::invalid_fields, "some fields are wrong", errors);
  if (c.waypoints.value) {
    TRY(waypoints, merged_waypoints(trip, *c.waypoints.value));
    after.waypoints = std::move(waypoints);
  }
  plan(after, &trip, way);
  return after;
}

// The stored fields that differ, as JSON; null for those that are gone.
std::string difference(const Trip& before, const Trip& after) {
  json::ObjectText changes;
  std::map<std::string_view, std::string> old;
  vocabulary::for_each_member(before, [&](std::string_view name, const auto& member) {
    if (!json::is_absent(member)) json::append_present(old[name], member);
  });
  vocabulary::for_each_member(after, [&](std::string_view name, const auto& member) {
    std::string text;
    if (!json::is_absent(member)) json::append_present(text, member);
    const auto at = old.find(name);
    if ((at == old.end() ? std::string() : at->second) == text) return;
    changes.add_raw(name, text.empty() ? "null" : text);
  });
  return changes.text();
}

Trip folded(Trip trip, const Events& events, Time now) {
  for (const auto& event : events) {
    const auto version = trip.version + 1;
    trip = evolve(std::move(trip), event, version, now);
  }
  return trip;
}

// One step along the arrows, by the caller's word.
Result<Events> step_to(const Trip& trip, TripStatus to, const TripFacts& facts) {
  if (to == trip.status) return Events{};
  const auto next = next_status(trip.status);
  if (next != to) {
    std::vector<std::string> allowed;
    if (next) allowed.emplace_back(vocabulary::name_of(*next));
    return refuse(ProblemKind::wrong_state,
                  fmt::format("a trip that is {} cannot become {} by PUT", vocabulary::name_of(trip.status),
                              vocabulary::name_of(to)),
                  json::ObjectText().add("state", trip.status).add("allowed", allowed).members());
  }
  if (to == TripStatus::assigned) {
    return refuse(ProblemKind::vehicle_missing, "no vehicle is assigned; send vehicle_id as well, or POST …/assign");
  }
  if (to == TripStatus::en_route_to_pickup) return decide(trip, StartTrip{}, facts);
  if (to == TripStatus::completed) return decide(trip, CompleteTrip{}, facts);
  return Events{TripMoved{trip.status, to, MovedBy::caller, std::nullopt}};
}

}  // namespace

Result<Trip> make_trip(const CreateTrip& input, TripId id, const std::string& caller, Time now, const FoundWay* way) {
  Trip t;
  t.id = id;
  t.fleet_id = input.fleet_id;
  t.mission_id = input.mission_id;
  if (input.vehicle_id) t.vehicle_id = *input.vehicle_id;
  t.trip_type = input.trip_type ? std::string(*input.trip_type) : "on_demand";
  t.sector = input.sector;
  t.priority = input.priority;
  t.origin = stop_from(input.origin);
  t.destination = stop_from(input.destination);
  t.waypoints = stops_from(input.waypoints);
  t.passenger_count = input.passenger_count.value;
  t.cargo_weight_kg = input.cargo_weight_kg.value;
  t.scheduled_start_time = input.scheduled_start_time;
  t.status = t.vehicle_id ? TripStatus::assigned : TripStatus::pending;
  t.metadata = input.metadata.empty() ? Raw{"{}"} : input.metadata;
  t.created_at = t.updated_at = now;
  t.created_by = caller;
  t.version = 1;
  std::vector<FieldError> errors;
  check_metadata(t.metadata, errors);
  if (!errors.empty()) return with_errors(ProblemKind::invalid_fields, "some fields are wrong", errors);
  plan(t, nullptr, way);
  return t;
}

Result<Events> decide(const Trip& trip, const UpdateTrip& command, const TripFacts& facts) {
  if (const auto free = check_frozen(trip, command); !free) return std::unexpected(free.error());
  TRY(after, changed(trip, command, facts.way));
  Events events;
  if (const auto changes = difference(trip, after); changes != "{}") {
    const bool on_roads = revision_of(after) != revision_of(trip) && after.route->source == RouteSource::roads;
    events.emplace_back(TripUpdated{Raw{changes}, on_roads ? std::optional(facts.way->line) : std::nullopt});
  }
  if (command.vehicle_id.value) {
    TRY(assigned, decide(trip, AssignTrip{*command.vehicle_id.value}, facts));
    events.insert(events.end(), assigned.begin(), assigned.end());
  }
  if (command.status.value) {
    TRY(moved, step_to(folded(trip, events, facts.now), *command.status.value, facts));
    events.insert(events.end(), moved.begin(), moved.end());
  }
  return events;
}

}  // namespace mms::trips
