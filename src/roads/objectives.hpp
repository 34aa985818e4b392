// What a road costs a vehicle: time, distance, energy, risk and money, each by a formula written here.
//
//   time      length / speed + turn and signal penalties (logistic in the angle, 2 s a signal: OSRM's car profile)
//   distance  length
//   energy    (rolling + drag) * length / efficiency + auxiliary power * time + what braking for turns and signals
//   wastes:
//             m g c_r L + ½ ρ c_d A v² L, and (1 - recuperation) ½ m v² a stop
//             (Guzzella, Sciarretta, "Vehicle Propulsion Systems", 3rd ed. 2013, section 2.1); flat, as OpenStreetMap
//             has no heights
//   risk      length * relative accident rate of the road's class (1 is a secondary road), surface, darkness; a turn
//   across
//             traffic counts as metres driven. The order of the rates follows Elvik, Høye, Vaa, Sørensen, "The Handbook
//             of Road Safety Measures", 2nd ed. 2009; the numbers are ours
//   cost      length * (per km + toll per km where tolled) + time * per hour
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "roads/area.hpp"
#include "roads/metric.hpp"
#include "roads/road_graph.hpp"

namespace mms::roads {

enum class Objective : std::uint8_t { time, distance, energy, risk, cost };
inline constexpr std::size_t objective_count = 5;
std::string_view to_text(Objective objective);

// Seconds, metres, watt hours, metres of secondary road, money. Indexed by Objective.
using ObjectiveValues = std::array<double, objective_count>;
// What one step of a Weight is worth in a metric of a single objective.
inline constexpr ObjectiveValues weight_unit = {1e-3, 1e-2, 1e-2, 1e-2, 1e-3};

struct Vehicle {
  VehicleClass vehicle_class = VehicleClass::car;
  double height_m = 0;  // 0: fits everywhere
  double width_m = 0;
  double mass_kg = 1'800;
  double rolling_resistance = 0.010;
  double drag_area_m2 = 0.65;  // c_d * A
  double efficiency = 0.85;    // battery to wheel
  double recuperation = 0.6;
  double auxiliary_w = 500;
  double money_per_km = 0.30;
  double money_per_hour = 25;
  double toll_per_km = 0.10;
};
Vehicle usual_car();
Vehicle usual_truck();  // 18 t, 4.0 m high, 2.55 m wide

// What the caller wants to stay away from. Closed for the vehicle, also at the start and the destination.
struct Avoidance {
  std::uint32_t classes = 0;  // bit 1 << RoadClass
  bool tolls = false;
  bool unpaved = false;
  bool tunnels = false;
  std::vector<Area> areas;
  std::vector<DirectedEdge> edges;
  bool is_empty() const { return classes == 0 && !tolls && !unpaved && !tunnels && areas.empty() && edges.empty(); }
};

// How much each objective matters, 0 to 1. One that matters alone is minimised exactly, in its own unit. Of several,
// each is divided by its value on one kilometre of secondary road driven at 50 km/h, so that equal shares mean equal
// say.
using Shares = std::array<double, objective_count>;
Shares only(Objective objective);

// Traffic on one edge: a speed, or closed.
struct EdgeTraffic {
  DirectedEdge edge = 0;
  std::optional<double> speed_kmh;  // absent: as without traffic
  bool closed = false;
};

// Lost at the traffic lights along a segment.
double signal_seconds(const Segment& segment);

// Prices edges and turns of one graph for one vehicle.
// Lifetime: the graph outlives it. Threads: immutable.
class CostModel {
 public:
  CostModel(const RoadGraph& graph, const Vehicle& vehicle, const Shares& shares, const Avoidance& avoidance = {});

  const Vehicle& vehicle() const { return vehicle_; }
  bool may_use(DirectedEdge edge) const { return open_[edge]; }
  bool may_turn(std::uint32_t turn) const;
  // As expected, or as the traffic flows; a truck drives no faster than a truck, whatever flows beside it.
  double speed_kmh(DirectedEdge edge, const EdgeTraffic* traffic = nullptr) const;

  // From end to end, at the expected speed or at that of the traffic.
  ObjectiveValues edge_values(DirectedEdge edge, const EdgeTraffic* traffic = nullptr) const;
  ObjectiveValues turn_values(std::uint32_t turn) const;

  Weight edge_weight(DirectedEdge edge, const EdgeTraffic* traffic = nullptr) const;
  // Includes what keeps through traffic out of private and destination-only roads (600 s to enter one, 900 s a private
  // one, or the equal of that on secondary road); it is no part of turn_values.
  Weight turn_weight(std::uint32_t turn) const;

  // The weights of all edges and turns, customised. Later traffic on the same edge wins.
  Metric metric(std::span<const EdgeTraffic> traffic = {}) const;
  std::vector<EdgeChange> changes(std::span<const EdgeTraffic> traffic) const;

 private:
  double weigh(const ObjectiveValues& values) const;
  bool is_open(DirectedEdge edge, const Avoidance& avoidance, std::span<const AreaBounds> bounds) const;

  const RoadGraph& graph_;
  Vehicle vehicle_;
  ObjectiveValues per_value_{};  // weight steps for one second, metre, …
  double barrier_per_second_ = 0;
  std::vector<bool> open_;
};

}  // namespace mms::roads
