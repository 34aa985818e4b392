// Orders the stops of vehicles under time windows, loads and pickups before deliveries, and says why a stop is left
// out.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vocabulary/problem.hpp"

namespace mms::planning {

// Times are whole numbers of one unit, chosen by the caller: that of the matrix (roads answers milliseconds).
using Time = std::int64_t;
inline constexpr std::uint32_t unreachable = 0x40000000;  // in a matrix: no way; equals roads::infinite

struct Window {
  Time earliest = 0;
  Time latest = std::numeric_limits<Time>::max() / 4;  // service begins by then
};

struct Stop {
  std::uint32_t place = 0;  // row and column of the matrix
  Time service = 0;
  Window window;
  std::int32_t load = 0;       // above 0 is taken on here, below 0 is brought here
  std::uint32_t priority = 1;  // what leaving it out weighs against leaving out others; 1 to 1000
};

// What is taken on at `pickup` is brought to `delivery` by the same vehicle, later: loads of opposite sign. Load of a
// stop in no shipment is brought from the start, or taken to the end.
struct Shipment {
  std::uint32_t pickup = 0, delivery = 0;  // stops
};

struct Vehicle {
  std::optional<std::uint32_t> start, end;  // places; absent: begins at its first stop, ends at its last
  Window shift;                             // leaves the start from `earliest` on, is at the end by `latest`
  std::int32_t capacity = std::numeric_limits<std::int32_t>::max() / 4;
  Time fixed_cost = 0;  // of being used at all
};

struct PlanRequest {
  std::size_t places = 0;
  std::vector<std::uint32_t> durations;  // places × places, row by row
  std::vector<std::uint32_t> costs;      // what is minimised; empty: durations
  std::vector<Stop> stops;
  std::vector<Shipment> shipments;
  std::vector<Vehicle> vehicles;
};

struct Visit {
  std::uint32_t stop = 0;
  Time arrival = 0, begin = 0, departure = 0;
  std::int32_t load_after = 0;
};
struct VehicleRoute {
  std::uint32_t vehicle = 0;
  std::vector<Visit> visits;
  Time begin = 0, end = 0;  // leaves the start, reaches the end
  Time cost = 0;
};

enum class WhyLeftOut : std::uint8_t { no_road, too_heavy, too_late_alone, no_room, no_time, partner };
struct LeftOut {
  std::uint32_t stop = 0;
  WhyLeftOut why{};
  std::optional<std::uint32_t> other;  // the stop that it would make late, or its partner
  std::string detail;                  // "it would make stop 4 late by 120"
};

struct Plan {
  std::vector<VehicleRoute> routes;  // one a vehicle, empty ones too
  std::vector<LeftOut> left_out;
  Time cost = 0;  // of all routes
  std::uint64_t iterations = 0;
};

// How long to search. The search asks `share_used` now and then and ends at 1; it cools down along the way. Without it
// the iterations are counted, and the same seed gives the same plan.
struct Budget {
  std::uint64_t iterations = 20'000;
  std::function<double()> share_used;
  std::uint64_t seed = 1;
};

// Serves as much priority as it can, then as cheaply as it can. Ruin and recreate with string removals and blinking
// insertion under simulated annealing (Christiaens, Vanden Berghe, "Slack Induction by String Removals for Vehicle
// Routing Problems", 2020). Refuses: bad_parameter (places out of range, shipments that share stops or whose loads do
// not match, no vehicle).
vocabulary::Result<Plan> make_plan(const PlanRequest& request, const Budget& budget);

}  // namespace mms::planning
