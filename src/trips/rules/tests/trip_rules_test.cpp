// Every state of a trip × every command, and what the outcome is.
#include "trips/rules/trip_rules.hpp"

#include <gtest/gtest.h>

#include <map>

#include "trip_fixture.hpp"

namespace mms::trips {
namespace {

using enum TripStatus;
using fixture::after;
using fixture::facts;
using fixture::kNow;
using fixture::trip_in;
using vocabulary::ProblemKind;

const std::vector<TripStatus> kAll{pending,        assigned,  en_route_to_pickup, at_pickup, in_transit,
                                   at_destination, completed, cancelled,          failed};

Result<Events> by_name(const Trip& trip, const std::string& command) {
  if (command == "assign") return decide(trip, AssignTrip{.vehicle_id = std::string("cab-9")}, facts());
  if (command == "start") return decide(trip, StartTrip{}, facts());
  if (command == "complete") return decide(trip, CompleteTrip{}, facts());
  if (command == "reroute") {
    auto known = facts();
    FoundWay way{.stops = {{52.4, 13.3}}, .sector = trip.sector, .route = {}, .line = "_izlhA~rlgdF_{geC~ywl@"};
    if (const auto rest = rest_of(trip, way.stops[0])) way.stops = rest->stops;
    known.way = &way;
    return decide(trip, RerouteTrip{}, known);
  }
  if (command == "cancel") return decide(trip, CancelTrip{}, facts());
  return decide(trip, FailTrip{.reason = std::string("puncture")}, facts());
}

TEST(TripRules, EveryStateAnswersEveryCommandAsTheTableSays) {
  // Where the command leads from each state; a state that is missing refuses.
  const std::map<std::string, std::map<TripStatus, TripStatus>> table{
      {"assign", {{pending, assigned}, {assigned, assigned}}},
      {"start", {{assigned, en_route_to_pickup}}},
      {"complete",
       {{en_route_to_pickup, completed}, {at_pickup, completed}, {in_transit, completed}, {at_destination, completed}}},
      {"reroute", {{en_route_to_pickup, en_route_to_pickup}, {at_pickup, at_pickup}, {in_transit, in_transit}}},
      {"cancel",
       {{pending, cancelled},
        {assigned, cancelled},
        {en_route_to_pickup, cancelled},
        {at_pickup, cancelled},
        {in_transit, cancelled},
        {at_destination, cancelled}}},
      {"fail",
       {{pending, failed},
        {assigned, failed},
        {en_route_to_pickup, failed},
        {at_pickup, failed},
        {in_transit, failed},
        {at_destination, failed}}}};
  for (const auto& [command, arrows] : table) {
    for (const auto status : kAll) {
      SCOPED_TRACE(command + " from " + std::string(vocabulary::name_of(status)));
      const auto trip = trip_in(status);
      const auto done = by_name(trip, command);
      const auto allowed = allowed_commands(status);
      if (const auto to = arrows.find(status); to != arrows.end()) {
        ASSERT_TRUE(done.has_value());
        EXPECT_EQ(after(trip, *done).status, to->second);
        EXPECT_NE(std::ranges::find(allowed, command), allowed.end());
      } else {
        ASSERT_FALSE(done.has_value());
        EXPECT_EQ(done.error().kind, ProblemKind::wrong_state);
        EXPECT_NE(done.error().members.find("\"allowed\":["), std::string::npos);
        EXPECT_EQ(std::ranges::find(allowed, command), allowed.end());
      }
    }
  }
}

TEST(TripRules, PutMovesTheStatusOneStepAlongTheArrowsAndNoOther) {
  for (const auto from : kAll) {
    for (const auto to : kAll) {
      SCOPED_TRACE(std::string(vocabulary::name_of(from)) + " to " + std::string(vocabulary::name_of(to)));
      UpdateTrip update;
      update.status.value = to;
      const auto trip = trip_in(from);
      const auto done = decide(trip, update, facts());
      if (from == to) {
        ASSERT_TRUE(done.has_value());
        EXPECT_TRUE(done->empty());
      } else if (from == pending && to == assigned) {
        ASSERT_FALSE(done.has_value());
        EXPECT_EQ(done.error().kind, ProblemKind::vehicle_missing);
      } else if (next_status(from) == to) {
        ASSERT_TRUE(done.has_value());
        EXPECT_EQ(after(trip, *done).status, to);
      } else {
        ASSERT_FALSE(done.has_value());
        EXPECT_EQ(done.error().kind, ProblemKind::wrong_state);
      }
    }
  }
}

TEST(TripRules, CompleteWritesEachSkippedStepAsAnEventByTheCaller) {
  const auto done = decide(trip_in(en_route_to_pickup), CompleteTrip{}, facts());
  ASSERT_TRUE(done.has_value());
  ASSERT_EQ(done->size(), 4U);
  const std::vector<TripStatus> steps{at_pickup, in_transit, at_destination};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& moved = std::get<TripMoved>((*done)[i]);
    EXPECT_EQ(moved.to, steps[i]);
    EXPECT_EQ(moved.by, MovedBy::caller);
  }
  EXPECT_FALSE(std::get<TripCompleted>(done->back()).forced);
}

TEST(TripRules, CompleteIsRefusedOnlyWhenTrackingProvesThatTheVehicleIsElsewhere) {
  const auto trip = trip_in(in_transit);
  Live live;
  live.position = fixture::at(52.52, 13.40, 10);
  const auto soon = kNow + std::chrono::seconds(20);
  const auto refused = decide(trip, CompleteTrip{}, facts(&live, soon));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ProblemKind::not_at_destination);
  // With force; an hour later, when the position proves nothing; and when the vehicle is there.
  const auto forced = decide(trip, CompleteTrip{.force = {true}}, facts(&live, soon));
  ASSERT_TRUE(forced.has_value());
  EXPECT_TRUE(std::get<TripCompleted>(forced->back()).forced);
  EXPECT_TRUE(decide(trip, CompleteTrip{}, facts(&live, kNow + std::chrono::hours(1))).has_value());
  live.position = fixture::at(52.5001, 13.4501, 10);
  EXPECT_TRUE(decide(trip, CompleteTrip{}, facts(&live, soon)).has_value());
}

TEST(TripRules, AVehicleHasManyTripsAssignedAndDrivesOne) {
  auto known = facts();
  known.occupant = fixture::id_of(9);
  EXPECT_TRUE(decide(trip_in(pending), AssignTrip{.vehicle_id = std::string("cab-7")}, known).has_value());
  const auto refused = decide(trip_in(assigned), StartTrip{}, known);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ProblemKind::vehicle_busy);
  EXPECT_NE(refused.error().members.find(vocabulary::to_text(fixture::id_of(9))), std::string::npos);
}

TEST(TripRules, StartAtTheOriginIsInTransitAtOnce) {
  StartTrip there;
  there.position = StopInput{{52.5201}, {13.4001}, {}, {}};
  EXPECT_EQ(after(trip_in(assigned), *decide(trip_in(assigned), there, facts())).status, in_transit);
  there.position = StopInput{{52.53}, {13.41}, {}, {}};
  EXPECT_EQ(after(trip_in(assigned), *decide(trip_in(assigned), there, facts())).status, en_route_to_pickup);
}

TEST(TripRules, PutNamesEveryFrozenField) {
  UpdateTrip update;
  update.origin.value = StopInput{{1}, {1}, {}, {}};
  update.sector.value = Sector::mining;
  update.priority.value = Priority::high;
  EXPECT_TRUE(decide(trip_in(assigned), update, facts()).has_value());
  const auto refused = decide(trip_in(in_transit), update, facts());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ProblemKind::field_frozen);
  ASSERT_EQ(refused.error().errors.size(), 2U);
  EXPECT_EQ(refused.error().errors[0].pointer, "/sector");
  EXPECT_EQ(decide(trip_in(completed), update, facts()).error().errors.size(), 3U);
}

TEST(TripRules, AnotherDestinationIsAnotherRoute) {
  UpdateTrip update;
  update.destination.value = StopInput{{52.6}, {13.5}, {}, {}};
  const auto trip = trip_in(in_transit);
  const auto changed = after(trip, *decide(trip, update, facts()));
  EXPECT_EQ(changed.route->revision, 2);
  EXPECT_GT(changed.estimated_distance_m, trip.estimated_distance_m);
  // The same again changes nothing.
  EXPECT_TRUE(decide(changed, update, facts())->empty());
}

TEST(TripRules, AReachedWaypointStays) {
  auto input = fixture::creation();
  input.waypoints.push_back(StopInput{{52.51}, {13.42}, {}, {}});
  auto trip = *make_trip(input, fixture::id_of(1), "planner", kNow);
  trip.status = in_transit;
  trip = after(trip, decide_steps(trip, {{.to = {}, .waypoint = 0, .recorded_at = kNow}}));
  ASSERT_TRUE(trip.waypoints[0].reached_at.has_value());
  UpdateTrip update;
  update.waypoints.value.emplace();
  EXPECT_EQ(decide(trip, update, facts()).error().kind, ProblemKind::field_frozen);
  update.waypoints.value->push_back(StopInput{{52.51}, {13.42}, {}, {}});
  update.waypoints.value->push_back(StopInput{{52.505}, {13.43}, {}, {}});
  const auto longer = after(trip, *decide(trip, update, facts()));
  EXPECT_TRUE(longer.waypoints[0].reached_at.has_value());
  EXPECT_EQ(longer.waypoints.size(), 2U);
}

TEST(TripRules, AnOrderOfStopsNeedsTheStops) {
  UpdateTrip update;
  update.optimize_stops.value = true;
  const auto refused = decide(trip_in(pending), update, facts());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ProblemKind::invalid_fields);
  EXPECT_EQ(refused.error().errors[0].pointer, "/waypoints");
}

TEST(TripRules, EventsFoldToTheSameTripAfterTheirWayThroughJson) {
  auto trip = trip_in(assigned);
  std::vector<TripEvent> events{TripCreated{trip}};
  Trip folded = evolve(Trip{}, events[0], 1, kNow);
  EXPECT_EQ(folded, trip);
  const auto go = [&](const Events& more) {
    for (const auto& event : more) {
      const auto again = trip_event_from({.stream = "trip",
                                          .stream_id = trip.id.uuid,
                                          .type = std::string(type_of(event)),
                                          .data = data_of(event),
                                          .caller = {},
                                          .trace = {},
                                          .occurred_at = {}});
      trip = evolve(std::move(trip), event, trip.version + 1, kNow);
      folded = evolve(std::move(folded), again, folded.version + 1, kNow);
      EXPECT_EQ(folded, trip);
    }
  };
  UpdateTrip update;
  update.scheduled_start_time.present = true;
  update.scheduled_start_time.value = kNow;
  update.metadata.present = true;
  update.metadata.value = Raw{R"({"gate":4})"};
  go(*decide(trip, update, facts()));
  update.scheduled_start_time.value.reset();
  go(*decide(trip, update, facts()));
  EXPECT_FALSE(folded.scheduled_start_time.has_value());
  go(*decide(trip, StartTrip{}, facts()));
  go(*by_name(trip, "reroute"));
  EXPECT_EQ(folded.route->first_stop, 0);
  go(*decide(trip, CompleteTrip{}, facts()));
  EXPECT_EQ(folded.status, completed);
}

}  // namespace
}  // namespace mms::trips
