// Folding events into a trip.
#include "trips/rules/trip_events.hpp"

#include <boost/mp11.hpp>
#include <stdexcept>

#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

namespace json = vocabulary::json;

// Sets the named stored fields; null clears.
void apply_changes(Trip& trip, const std::string& changes) {
  json::Document document;
  const auto root = document.parse(changes);
  if (!root) json::throw_unreadable(root.error());
  json::Reading reading(json::UnknownMembers::ignore);
  vocabulary::for_each_member(trip, [&](std::string_view name, auto& member) {
    const auto* given = (*root)->as_object().if_contains(name);
    if (given == nullptr) return;
    member = {};
    if (!given->is_null()) json::read(reading, *given, member);
  });
  if (!reading.errors().empty()) json::throw_unreadable(reading);
}

void end(Trip& trip, TripStatus status, Time at) {
  trip.status = status;
  trip.actual_end_time = at;
}

struct Fold {
  Trip& trip;
  Time at;

  void operator()(const TripCreated& e) { trip = e.trip; }
  void operator()(const TripUpdated& e) { apply_changes(trip, e.changes.text); }
  void operator()(const TripAssigned& e) {
    trip.vehicle_id = e.vehicle_id;
    trip.status = TripStatus::assigned;
  }
  void operator()(const TripStarted& e) {
    trip.status = e.to;
    trip.actual_start_time = at;
  }
  void operator()(const TripMoved& e) { trip.status = e.to; }
  void operator()(const TripWaypointReached& e) {
    const auto index = static_cast<std::size_t>(e.index);
    if (index < trip.waypoints.size()) trip.waypoints[index].reached_at = e.recorded_at;
  }
  void operator()(const TripRerouted& e) { trip.route = e.route; }
  void operator()(const TripProgressReached& e) { told().progress_percent = e.percent; }
  void operator()(const TripArriving& e) { told().arriving_at = e.stop; }
  void operator()(const TripDelayed&) { told().delayed = true; }
  void operator()(const TripCompleted&) { end(trip, TripStatus::completed, at); }
  void operator()(const TripCancelled& e) {
    end(trip, TripStatus::cancelled, at);
    trip.status_reason = e.reason;
  }
  void operator()(const TripFailed& e) {
    end(trip, TripStatus::failed, at);
    trip.status_reason = e.reason;
  }

 private:
  Told& told() { return trip.told ? *trip.told : trip.told.emplace(); }
};

}  // namespace

std::string_view type_of(const TripEvent& event) {
  return std::visit([](const auto& e) { return e.kType; }, event);
}

std::string data_of(const TripEvent& event) {
  return std::visit([](const auto& e) { return json::write(e); }, event);
}

TripEvent trip_event_from(const vocabulary::Event& event) {
  std::optional<TripEvent> found;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, TripEvent>>([&](auto type) {
    using E = typename decltype(type)::type;
    if (event.type == E::kType) found = json::from_stored<E>(event.data);
  });
  if (!found) throw std::runtime_error("unknown trip event type " + event.type);
  return std::move(*found);
}

Trip evolve(Trip trip, const TripEvent& event, std::int64_t version, Time at) {
  std::visit(Fold{trip, at}, event);
  trip.version = version;
  trip.updated_at = at;
  return trip;
}

std::optional<std::string> evolve_line(std::optional<std::string> line,
                                       int revision_before,
                                       const Trip& after,
                                       const TripEvent& event) {
  if (revision_of(after) == revision_before) return line;
  if (const auto* created = std::get_if<TripCreated>(&event)) return created->line;
  if (const auto* updated = std::get_if<TripUpdated>(&event)) return updated->line;
  if (const auto* rerouted = std::get_if<TripRerouted>(&event)) return rerouted->line;
  return std::nullopt;
}

}  // namespace mms::trips
