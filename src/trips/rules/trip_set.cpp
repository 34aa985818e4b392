// Bookkeeping of the working set of trips.
#include "trips/rules/trip_set.hpp"

#include <stdexcept>
#include <utility>

#include "vocabulary/json_write.hpp"

namespace mms::trips {

void TripSet::need(const TripId& id) {
  if (entries_.try_emplace(id).second) needed_.trips.push_back(id);
}

void TripSet::need_vehicle_of(const TripId& id) {
  const auto entry = entries_.find(id);
  const bool is_here = entry != entries_.end() && entry->second.trip;
  // A trip that is here already says which vehicle, and a command before may have given it another.
  if (is_here) {
    if (entry->second.trip->vehicle_id) need_vehicle(*entry->second.trip->vehicle_id);
  } else if (vehicles_of_.insert(id).second) {
    needed_.vehicles_of.push_back(id);
  }
}

void TripSet::need_vehicle(const std::string& vehicle_id) {
  if (occupants_.try_emplace(vehicle_id).second) needed_.vehicles.push_back(vehicle_id);
}

const Trip* TripSet::find(const TripId& id) const {
  const auto at = entries_.find(id);
  if (at == entries_.end()) throw std::logic_error("a trip was looked for that nobody needed");
  return at->second.trip ? &*at->second.trip : nullptr;
}

const Live* TripSet::live(const TripId& id) const {
  const auto at = entries_.find(id);
  return at != entries_.end() && at->second.live ? &*at->second.live : nullptr;
}

std::optional<TripId> TripSet::occupant(const std::string& vehicle_id, const TripId& other_than) const {
  std::optional<TripId> found;
  if (const auto evolved = evolved_.find(vehicle_id); evolved != evolved_.end()) {
    found = evolved->second;
  } else if (const auto stored = occupants_.find(vehicle_id); stored != occupants_.end()) {
    found = stored->second;
  } else {
    throw std::logic_error("a vehicle's trip was asked for that nobody needed");
  }
  return found && *found != other_than ? found : std::nullopt;
}

void TripSet::put(Trip trip, std::optional<std::string> line) {
  auto& entry = entries_[trip.id];
  if (entry.trip && occupies_vehicle(*entry.trip)) evolved_[*entry.trip->vehicle_id] = std::nullopt;
  if (occupies_vehicle(trip)) evolved_[*trip.vehicle_id] = trip.id;
  if (!entry.trip || revision_of(*entry.trip) != revision_of(trip)) entry.line = std::move(line);
  entry.trip = std::move(trip);
  entry.body.clear();
  entry.changed = true;
}

void TripSet::put_private(const TripId& id, std::optional<PrivateFields> fields) {
  private_[id] = std::move(fields);
}

const std::string& TripSet::body(const TripId& id) const {
  const auto& entry = entries_.at(id);
  if (entry.body.empty()) vocabulary::json::append(entry.body, *entry.trip);
  return entry.body;
}

TripSet::Needed TripSet::take_needed() {
  return std::exchange(needed_, {});
}

void TripSet::loaded(Trip trip, std::string body, std::optional<Live> live) {
  auto& entry = entries_[trip.id];
  if (entry.changed) return;
  if (trip.vehicle_id && vehicles_of_.contains(trip.id)) occupants_.try_emplace(*trip.vehicle_id);
  entry.stored_status = trip.status;
  entry.stored_revision = revision_of(trip);
  entry.trip = std::move(trip);
  entry.live = std::move(live);
  entry.body = std::move(body);
}

void TripSet::loaded_occupant(const std::string& vehicle_id, const TripId& occupant) {
  occupants_[vehicle_id] = occupant;
}

std::vector<TripSet::Changed> TripSet::changed() const {
  std::vector<Changed> all;
  for (const auto& [id, entry] : entries_) {
    if (!entry.changed) continue;
    const auto& trip = *entry.trip;
    all.push_back({.trip = &trip,
                   .body = &body(id),
                   .live = entry.live ? &*entry.live : nullptr,
                   .is_new = !entry.stored_status,
                   .routed = trip.route && trip.route->revision != entry.stored_revision,
                   .line = &entry.line,
                   .ended = is_final(trip.status) && (!entry.stored_status || !is_final(*entry.stored_status)),
                   .status_changed = entry.stored_status != trip.status});
  }
  return all;
}

}  // namespace mms::trips
