// The trips of a batch, as evolved by the commands before, and which trip each vehicle is on.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "trips/rules/tracking.hpp"
#include "trips/rules/trip.hpp"
#include "trips/rules/trip_input.hpp"

namespace mms::trips {

// Lifetime: of one batch. Pointers that it gives stay valid for the batch. Threads: one.
class TripSet {
 public:
  // Needs, before deciding.
  void need(const TripId& id);
  // The active trip of the vehicle that this trip has.
  void need_vehicle_of(const TripId& id);
  void need_vehicle(const std::string& vehicle_id);

  // Nothing when there is no such trip. It must have been needed before.
  const Trip* find(const TripId& id) const;
  // Its live figures, as they were when the batch began; null: no position yet.
  const Live* live(const TripId& id) const;
  // Another trip that the vehicle is on. It must have been needed before.
  std::optional<TripId> occupant(const std::string& vehicle_id, const TripId& other_than) const;
  // The trip as it is from now on. `line`: of its route, when that is new in `trip` and on roads.
  void put(Trip trip, std::optional<std::string> line);
  // Its private fields from now on; nothing: none. They stand beside the trip, in a table of their own.
  void put_private(const TripId& id, std::optional<PrivateFields> fields);
  // Its stored JSON, written once.
  const std::string& body(const TripId& id) const;

  // For the part that reads and writes the tables.
  struct Needed {
    std::vector<TripId> trips;
    std::vector<TripId> vehicles_of;
    std::vector<std::string> vehicles;
    bool empty() const { return trips.empty() && vehicles_of.empty() && vehicles.empty(); }
  };
  Needed take_needed();
  void loaded(Trip trip, std::string body, std::optional<Live> live);
  void loaded_occupant(const std::string& vehicle_id, const TripId& occupant);
  struct Changed {
    const Trip* trip;
    const std::string* body;
    const Live* live;
    bool is_new;
    bool routed;                             // its route is another than the stored one
    const std::optional<std::string>* line;  // then: its line, nothing for straight ones
    bool ended;                              // in this batch
    bool status_changed;                     // against the stored one
  };
  std::vector<Changed> changed() const;
  const std::unordered_map<TripId, std::optional<PrivateFields>>& changed_private() const { return private_; }

 private:
  struct Entry {
    std::optional<Trip> trip;
    std::optional<Live> live;
    mutable std::string body;
    std::optional<TripStatus> stored_status;  // nothing: the table has no row
    int stored_revision = 0;                  // of the route
    std::optional<std::string> line;          // of a route that is new in this batch
    bool changed = false;
  };
  std::unordered_map<TripId, Entry> entries_;
  std::unordered_map<TripId, std::optional<PrivateFields>> private_;
  // Vehicles: what the table said, and over it what this batch changed.
  std::unordered_map<std::string, std::optional<TripId>> occupants_;
  std::unordered_map<std::string, std::optional<TripId>> evolved_;
  std::unordered_set<TripId> vehicles_of_;
  Needed needed_;
};

}  // namespace mms::trips
