// The tally of a mission's trips, and what follows from it.
#include "missions/rules/mission_trips.hpp"

#include "missions/rules/on_mission.hpp"

namespace mms::missions {
namespace {

class CountTrips final : public OnMission {
 public:
  CountTrips(MissionId id, TripTally change)
      : OnMission("count_trips", id, vocabulary::Permission::missions_execute), change_(change) {}

 private:
  Result<Events> decide_on(const Mission& mission, lanes::WorkingSet& set, lanes::Journal& journal) override {
    return decide_trips(mission, change_, edges(set, journal.now), journal.now);
  }
  TripTally change_;
};

}  // namespace

Events decide_trips(const Mission& mission, const TripTally& change, const Edges& edges, Time now) {
  const auto before = mission.trips.value_or(TripTally{});
  const MissionTripsCounted counted{{.total = before.total + change.total,
                                     .ended = before.ended + change.ended,
                                     .completed = before.completed + change.completed}};
  Events events{counted};
  // What happens when the last task of a mission is reported; a completion that nothing holds comes with settling.
  const auto after = evolve(mission, counted, mission.version + 1, now);
  if (awaits_finish(after)) {
    if (!holding_finish(edges).empty()) events.emplace_back(MissionAwaitsFinish{});
  } else if (after.status == MissionStatus::running && after.complete_on_last_trip && have_ended(after.trips)) {
    if (auto failed = decide(after, FailMission{.reason = kNoTripCompleted}, now)) {
      events.insert(events.end(), failed->begin(), failed->end());
    }
  }
  return events;
}

CommandPtr count_trips(MissionId id, TripTally change) {
  return std::make_unique<CountTrips>(id, change);
}

}  // namespace mms::missions
