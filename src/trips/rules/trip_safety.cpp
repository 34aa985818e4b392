// The trips of the working set, as safety sees them.
#include "trips/rules/trip_safety.hpp"

#include "trips/rules/trip_set.hpp"

namespace mms::trips {

const safety::TripLink& trip_link() {
  using safety::TripLink;
  static constexpr TripLink link{
      .need = [](lanes::WorkingSet& set, const TripId& id) { set.of<TripSet>().need(id); },
      .find = [](lanes::WorkingSet& set, const TripId& id) -> std::optional<TripLink::Found> {
        const auto* trip = set.of<TripSet>().find(id);
        if (trip == nullptr) return std::nullopt;
        return TripLink::Found{trip->fleet_id, trip->vehicle_id};
      }};
  return link;
}

}  // namespace mms::trips
