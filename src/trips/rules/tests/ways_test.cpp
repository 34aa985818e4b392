// Ways that were found on roads: used for the stops that they were found for, kept while nobody touches these.
#include "trips/rules/ways.hpp"

#include <gtest/gtest.h>

#include "trip_fixture.hpp"

namespace mms::trips {
namespace {

using fixture::kNow;

FoundWay way_on_roads(const WayAsked& asked, double distance_m = 5000) {
  FoundWay way{.stops = asked.stops, .sector = asked.sector, .route = {}, .line = "_izlhA~rlgdF_{geC~ywl@"};
  way.route = {.source = RouteSource::roads,
               .revision = 1,
               .distance_m = distance_m,
               .duration_s = 600,
               .legs = {{distance_m, 600}}};
  return way;
}

TripFacts with(const FoundWay* way) {
  auto facts = fixture::facts();
  facts.way = way;
  return facts;
}

TEST(Ways, AFoundWayIsTheRouteOfANewTripAndItsLineStandsInTheEvent) {
  const auto input = fixture::creation();
  const auto way = way_on_roads(way_of(input));
  const auto trip = *make_trip(input, fixture::id_of(1), "planner", kNow, &way);
  EXPECT_EQ(trip.route, way.route);
  EXPECT_EQ(trip.estimated_distance_m, 5000);
  EXPECT_EQ(trip.estimated_duration_s, 600);
}

TEST(Ways, AWayForOtherStopsOrAnotherSectorIsNotUsed) {
  const auto input = fixture::creation();
  auto way = way_on_roads(way_of(input));
  way.stops[0].latitude += 0.001;
  EXPECT_EQ(make_trip(input, fixture::id_of(1), "planner", kNow, &way)->route->source, RouteSource::geodesic);
  way = way_on_roads(way_of(input));
  way.sector = Sector::mining;
  EXPECT_EQ(make_trip(input, fixture::id_of(1), "planner", kNow, &way)->route->source, RouteSource::geodesic);
}

TEST(Ways, UpdatesKeepReplaceAndLoseTheWay) {
  const auto input = fixture::creation();
  const auto first = way_on_roads(way_of(input));
  const auto trip = *make_trip(input, fixture::id_of(1), "planner", kNow, &first);
  // What leaves the stops alone leaves the route alone.
  UpdateTrip update;
  update.priority.value = Priority::high;
  EXPECT_FALSE(way_of(update, trip).has_value());
  auto after = fixture::after(trip, *decide(trip, update, with(nullptr)));
  EXPECT_EQ(after.route, trip.route);
  // Another destination: the way that was found for it.
  update.destination.value = StopInput{{52.6}, {13.5}, {}, {}};
  const auto asked = way_of(update, trip);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked->stops, (std::vector<Point>{{52.52, 13.4}, {52.6, 13.5}}));
  const auto second = way_on_roads(*asked, 9000);
  const auto events = *decide(trip, update, with(&second));
  EXPECT_EQ(std::get<TripUpdated>(events[0]).line, second.line);
  after = fixture::after(trip, events);
  EXPECT_EQ(after.route->revision, 2);
  EXPECT_EQ(after.estimated_distance_m, 9000);
  EXPECT_EQ(evolve_line("old", 1, after, events[0]), second.line);
  // The same again changes nothing.
  EXPECT_TRUE(decide(after, update, with(&second))->empty());
  // None was found, or it was found for stops that another has changed meanwhile.
  for (const auto* way : {static_cast<const FoundWay*>(nullptr), &first}) {
    const auto lost = *decide(trip, update, with(way));
    EXPECT_EQ(std::get<TripUpdated>(lost[0]).line, std::nullopt);
    after = fixture::after(trip, lost);
    EXPECT_EQ(after.route->source, RouteSource::geodesic);
    EXPECT_EQ(after.route->revision, 2);
    EXPECT_EQ(evolve_line("old", 1, after, lost[0]), std::nullopt);
  }
}

TEST(Ways, AnUpdateThatNamesTheSameStopsTakesTheNewWay) {
  const auto trip = fixture::trip_in(TripStatus::assigned);
  UpdateTrip update;
  update.origin.value = fixture::creation().origin;
  const auto way = way_on_roads(*way_of(update, trip));
  const auto after = fixture::after(trip, *decide(trip, update, with(&way)));
  EXPECT_EQ(after.route->source, RouteSource::roads);
}

TEST(Ways, AnEncodedLineIsReadAsWritten) {
  // The example of the format's description, with six digits.
  const auto points = points_of_polyline("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI");
  ASSERT_EQ(points.size(), 3U);
  EXPECT_NEAR(points[0].latitude, 38.5, 1e-9);
  EXPECT_NEAR(points[0].longitude, -120.2, 1e-9);
  EXPECT_NEAR(points[2].latitude, 43.252, 1e-9);
  EXPECT_NEAR(points[2].longitude, -126.453, 1e-9);
  EXPECT_EQ(points_of_polyline("_izlhA~rlgdF_{geC").size(), 1U);
  EXPECT_TRUE(points_of_polyline("").empty());
}

List<StopInput, 100> stops_at(std::initializer_list<double> latitudes) {
  List<StopInput, 100> stops;
  for (const double latitude : latitudes) stops.push_back({{latitude}, {13.4}, {}, {}});
  return stops;
}

TEST(Ways, OnlyThoseWhoAskHaveTheirStopsOrdered) {
  auto input = fixture::creation();
  input.waypoints = stops_at({52.3, 52.1, 52.2});
  EXPECT_FALSE(order_of(input).has_value());
  input.optimize_stops.value = true;
  EXPECT_EQ(order_of(input)->stops.size(), 5U);
  put_in_order(input.waypoints, {1, 2, 0});
  EXPECT_EQ(input.waypoints[0].latitude, 52.1);
  EXPECT_EQ(input.waypoints[1].latitude, 52.2);
  EXPECT_EQ(input.waypoints[2].latitude, 52.3);
  input.waypoints = stops_at({52.3});
  EXPECT_FALSE(order_of(input).has_value());
}

TEST(Ways, StopsThatWereReachedStayInFront) {
  auto trip = fixture::trip_in(TripStatus::in_transit);
  trip.waypoints = {{52.3, 13.4, {}, {}, kNow}, {52.1, 13.4, {}, {}, {}}, {52.2, 13.4, {}, {}, {}}};
  UpdateTrip update;
  update.optimize_stops.value = true;
  update.waypoints.value = stops_at({52.3, 52.1, 52.2});
  const auto asked = order_of(update, trip);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked->stops.size(), 4U);
  EXPECT_EQ(asked->stops.front().latitude, 52.3);
  put_in_order(*update.waypoints.value, {1, 0});
  EXPECT_EQ((*update.waypoints.value)[0].latitude, 52.3);
  EXPECT_EQ((*update.waypoints.value)[1].latitude, 52.2);
  // One alone has no order.
  update.waypoints.value = stops_at({52.3, 52.1});
  EXPECT_FALSE(order_of(update, trip).has_value());
}

TEST(Ways, ARerouteLeadsOverTheStopsThatAreLeftFromWhereItIs) {
  auto input = fixture::creation();
  input.waypoints.push_back(StopInput{{52.515}, {13.41}, {}, {}});
  input.waypoints.push_back(StopInput{{52.510}, {13.42}, {}, {}});
  auto trip = *make_trip(input, fixture::id_of(1), "planner", kNow);
  const Point here{52.6, 13.3};
  EXPECT_FALSE(rest_of(trip, here).has_value());
  trip.status = TripStatus::en_route_to_pickup;
  EXPECT_EQ(rest_of(trip, here)->stops.size(), 5U);
  trip.status = TripStatus::at_pickup;
  EXPECT_EQ(rest_of(trip, here)->stops.size(), 4U);
  trip.status = TripStatus::in_transit;
  trip.waypoints[0].reached_at = kNow;
  const auto rest = *rest_of(trip, here);
  EXPECT_EQ(rest.stops, (std::vector<Point>{here, {52.510, 13.42}, {52.50, 13.45}}));
  auto way = way_on_roads(rest);
  way.route.legs = {{2000, 200}, {3000, 400}};
  const auto events = *decide(trip, RerouteTrip{.position = {}, .reason = {RerouteReason::traffic}}, with(&way));
  const auto after = fixture::after(trip, events);
  EXPECT_EQ(after.route->revision, 2);
  EXPECT_EQ(after.route->begins_at, here);
  EXPECT_EQ(after.route->first_stop, 2);
  EXPECT_EQ(after.estimated_duration_s, trip.estimated_duration_s);  // what was promised stays
  EXPECT_EQ(evolve_line("old", 1, after, events[0]), way.line);
  // Reached meanwhile: it is no way for what is left.
  trip.waypoints[1].reached_at = kNow;
  EXPECT_EQ(decide(trip, RerouteTrip{}, with(&way)).error().kind, vocabulary::ProblemKind::version_conflict);
  EXPECT_EQ(decide(trip, RerouteTrip{}, with(nullptr)).error().kind, vocabulary::ProblemKind::version_conflict);
  trip.status = TripStatus::at_destination;
  EXPECT_EQ(decide(trip, RerouteTrip{}, with(&way)).error().kind, vocabulary::ProblemKind::wrong_state);
}

}  // namespace
}  // namespace mms::trips
