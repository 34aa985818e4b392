// Routes whose edges take the time of the hour in which they are driven.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "roads/route.hpp"
#include "roads/speed_profiles.hpp"

namespace mms::roads {

// What speed holds on an edge, and when: what traffic says of it whatever the hour, else its profile's, else the
// expected one. Lifetime: what it names outlives it.
struct TimedSpeeds {
  const SpeedProfiles& profiles;
  std::span<const EdgeTraffic> traffic;  // by edge; may be empty
};

// For a metric: every edge with a profile and without traffic at the speed of the hour of `at`, or at its fastest.
std::vector<EdgeTraffic> speeds_at(const SpeedProfiles& profiles, WeekClock at);
EdgeTraffic speed_at(const SpeedProfiles& profiles, DirectedEdge edge, WeekClock at);
std::vector<EdgeTraffic> fastest_speeds(const CostModel& model, const SpeedProfiles& profiles);
EdgeTraffic fastest_speed(const CostModel& model, const SpeedProfiles& profiles, DirectedEdge edge);

// Milliseconds to drive `share` of the edge, begun at `at`; infinite where it is closed.
Weight timed_weight(const RoadGraph& graph,
                    const CostModel& model,
                    const TimedSpeeds& speeds,
                    DirectedEdge edge,
                    double share,
                    WeekClock at);

// The same route as find_timed_route's, by one query, when it ends in the hour in which it begins; nothing when none
// does. `hourly` is the metric of time alone under speeds_at of that hour and the same traffic. A route that arrives
// earlier would be driven at that hour's speeds too, so there is none.
std::optional<RoutePath> find_route_within_hour(const RoadGraph& graph,
                                                const Metric& hourly,
                                                const SpeedProfiles& profiles,
                                                const RoadPosition& from,
                                                const RoadPosition& to,
                                                WeekClock at,
                                                SearchSpace& space);

// The route that arrives first when one leaves at `at`, exactly: a search by A* (Hart, Nilsson, Raphael 1968) whose
// bounds are exact in the fastest metric (CCH potentials: Strasser, Zeitz, "A Fast and Tight Heuristic for A* in Road
// Networks", 2021). `fastest` is the metric of time alone under fastest_speeds and the same traffic. What keeps through
// traffic out of private roads counts as a delay where it is met, as in that metric. Its weight is in milliseconds.
std::optional<RoutePath> find_timed_route(const RoadGraph& graph,
                                          const CostModel& model,
                                          const Metric& fastest,
                                          const TimedSpeeds& speeds,
                                          const RoadPosition& from,
                                          const RoadPosition& to,
                                          WeekClock at);

// Gives the path the speeds of one who leaves at `at` (RoutePath::speed_kmh); answers when it is driven.
WeekClock drive(
    const RoadGraph& graph, const CostModel& model, const TimedSpeeds& speeds, RoutePath& path, WeekClock at);

}  // namespace mms::roads
