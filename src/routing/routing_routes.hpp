// The endpoints below /routes.
#pragma once

#include <functional>
#include <vector>

#include "async/task.hpp"
#include "http/route.hpp"
#include "routing/live_roads.hpp"
#include "routing/router_client.hpp"
#include "routing/workshop.hpp"
#include "vocabulary/time.hpp"

namespace mms::routing {

// What all threads share. Lifetime: outlives the routes.
struct RoadWork {
  LiveRoads* roads = nullptr;            // null: no map is loaded
  Workshop& quick;                       // single routes on metrics that everyone uses
  Workshop& heavy;                       // matrices, fronts, plans, matches, wishes of one's own
  const RouterClient* router = nullptr;  // without a map: who is asked instead; null: nobody
};

// One for each thread. Lifetime: outlives the routes.
struct RoutingTools {
  RoadWork& work;
  std::function<vocabulary::Time()> now;
};

// For a planner that begins now: how much of its time is gone. More stops get more, none more than 0.7 s or `most`.
std::function<double()> time_for(std::size_t stops, async::Clock::duration most);

std::vector<http::Route> routing_routes(const RoutingTools& tools);

}  // namespace mms::routing
