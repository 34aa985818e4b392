// Prices of edges and turns.
#include "roads/objectives.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace mms::roads {
namespace {

constexpr double gravity = 9.81, air_density = 1.2;

// Accidents per kilometre relative to a secondary road, by class.
constexpr std::array<double, road_class_count> risk_of_class = {0.25, 0.6, 0.6, 0.8, 0.9, 0.9, 1.0, 1.0,
                                                                1.1,  1.1, 1.2, 1.3, 1.0, 1.4, 1.6, 0.2};
constexpr std::array<double, 4> risk_of_surface = {1.0, 1.15, 1.3, 1.5};
constexpr double risk_metres_per_turn_second = 5;

std::size_t at(Objective objective) {
  return static_cast<std::size_t>(objective);
}

double energy_wh(const Vehicle& v, double length_m, double speed_mps, double seconds) {
  const double force =
      v.mass_kg * gravity * v.rolling_resistance + 0.5 * air_density * v.drag_area_m2 * speed_mps * speed_mps;
  return (force * length_m / v.efficiency + v.auxiliary_w * seconds) / 3600;
}

ObjectiveValues values_of(const Vehicle& v, double length_m, double speed_kmh, double risk, bool toll) {
  const double speed_mps = speed_kmh / 3.6, seconds = length_m / speed_mps;
  return {seconds, length_m, energy_wh(v, length_m, speed_mps, seconds), length_m * risk,
          length_m / 1000 * (v.money_per_km + (toll ? v.toll_per_km : 0)) + seconds / 3600 * v.money_per_hour};
}

Weight to_weight(double steps, Weight least) {
  return steps >= infinite - 1 ? infinite - 1 : std::max(least, static_cast<Weight>(std::lround(steps)));
}

}  // namespace

std::string_view to_text(Objective objective) {
  constexpr std::array<std::string_view, objective_count> names = {"time", "distance", "energy", "risk", "cost"};
  return names[at(objective)];
}

Vehicle usual_car() {
  return {};
}

Vehicle usual_truck() {
  return {.vehicle_class = VehicleClass::truck,
          .height_m = 4.0,
          .width_m = 2.55,
          .mass_kg = 18'000,
          .rolling_resistance = 0.007,
          .drag_area_m2 = 5.5,
          .efficiency = 0.85,
          .recuperation = 0.5,
          .auxiliary_w = 3'000,
          .money_per_km = 0.90,
          .money_per_hour = 40,
          .toll_per_km = 0.20};
}

double signal_seconds(const Segment& segment) {
  return 2.0 * segment.signals;
}

Shares only(Objective objective) {
  Shares shares{};
  shares[at(objective)] = 1;
  return shares;
}

CostModel::CostModel(const RoadGraph& graph, const Vehicle& vehicle, const Shares& shares, const Avoidance& avoidance)
    : graph_(graph), vehicle_(vehicle), open_(graph.edges(), false) {
  const ObjectiveValues kilometre = values_of(vehicle, 1000, 50, 1, false);
  const auto mattering = std::ranges::count_if(shares, [](double share) { return share > 0; });
  for (std::size_t i = 0; i < objective_count; ++i) {
    if (shares[i] <= 0) continue;
    // 72 s, in milliseconds, is what a kilometre at 50 km/h takes.
    per_value_[i] = mattering == 1 ? 1 / weight_unit[i] : shares[i] * 72'000 / kilometre[i];
  }
  barrier_per_second_ = weigh(kilometre) / kilometre[at(Objective::time)];
  std::vector<AreaBounds> bounds;
  for (const Area& area : avoidance.areas) bounds.push_back(bounds_of(area));
  for (DirectedEdge edge = 0; edge < graph.edges(); ++edge) open_[edge] = is_open(edge, avoidance, bounds);
}

bool CostModel::is_open(DirectedEdge edge, const Avoidance& avoidance, std::span<const AreaBounds> bounds) const {
  const Segment& s = graph_.segment(segment_of(edge));
  const bool truck = vehicle_.vehicle_class == VehicleClass::truck;
  const std::uint32_t bit =
      truck ? (is_backward(edge) ? truck_backward : truck_forward) : (is_backward(edge) ? car_backward : car_forward);
  if ((s.flags & bit) == 0) return false;
  if (s.height_limit_dm != 0 && vehicle_.height_m * 10 > s.height_limit_dm + 1e-6) return false;
  if (s.width_limit_dm != 0 && vehicle_.width_m * 10 > s.width_limit_dm + 1e-6) return false;
  if (s.weight_limit_100kg != 0 && vehicle_.mass_kg > s.weight_limit_100kg * 100.0 + 1e-6) return false;
  if (avoidance.is_empty()) return true;
  if ((avoidance.classes >> static_cast<unsigned>(s.road_class)) & 1U) return false;
  if (avoidance.tolls && (s.flags & (truck ? toll_truck : toll_car)) != 0) return false;
  if (avoidance.unpaved && s.surface >= Surface::gravel) return false;
  if (avoidance.tunnels && (s.flags & tunnel) != 0) return false;
  if (std::ranges::find(avoidance.edges, edge) != avoidance.edges.end()) return false;
  const auto shape = graph_.file().shape_of(segment_of(edge));
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (may_touch(bounds[i], shape) && touches(avoidance.areas[i], shape)) return false;
  }
  return true;
}

bool CostModel::may_turn(std::uint32_t turn) const {
  const std::uint8_t bit = vehicle_.vehicle_class == VehicleClass::truck ? turn_forbidden_truck : turn_forbidden_car;
  return (graph_.file().turns[turn].flags & bit) == 0;
}

double CostModel::speed_kmh(DirectedEdge edge, const EdgeTraffic* traffic) const {
  const Segment& s = graph_.segment(segment_of(edge));
  const bool truck = vehicle_.vehicle_class == VehicleClass::truck;
  const double expected = std::max<double>((truck ? s.truck_speed_dkmh : s.car_speed_dkmh)[edge & 1], 5) / 10;
  if (traffic == nullptr || !traffic->speed_kmh) return expected;
  const double flowing = std::max(*traffic->speed_kmh, 0.1);
  return truck ? std::min(flowing, expected) : flowing;
}

ObjectiveValues CostModel::edge_values(DirectedEdge edge, const EdgeTraffic* traffic) const {
  const Segment& s = graph_.segment(segment_of(edge));
  double risk =
      risk_of_class[static_cast<std::size_t>(s.road_class)] * risk_of_surface[static_cast<std::size_t>(s.surface)];
  if ((s.flags & lit) != 0) risk *= 0.9;
  const bool toll = (s.flags & (vehicle_.vehicle_class == VehicleClass::truck ? toll_truck : toll_car)) != 0;
  ObjectiveValues values = values_of(vehicle_, s.length_cm / 100.0, speed_kmh(edge, traffic), risk, toll);
  if (s.signals != 0) {
    const double seconds = signal_seconds(s);
    values[at(Objective::time)] += seconds;
    values[at(Objective::energy)] += vehicle_.auxiliary_w * seconds / 3600;
    values[at(Objective::cost)] += vehicle_.money_per_hour * seconds / 3600;
  }
  return values;
}

ObjectiveValues CostModel::turn_values(std::uint32_t turn) const {
  const Turn& t = graph_.file().turns[turn];
  const double seconds = t.penalty_ds / 10.0;
  const double speed =
      std::min(speed_kmh(graph_.edge_of(graph_.turn_from(turn))), speed_kmh(graph_.edge_of(t.to))) / 3.6;
  const double stop_share = std::min(1.0, seconds / 7.5);
  const double kinetic = 0.5 * vehicle_.mass_kg * speed * speed;
  const double wasted_wh = (1 - vehicle_.recuperation) * kinetic * stop_share / vehicle_.efficiency / 3600;
  return {seconds, 0, wasted_wh + vehicle_.auxiliary_w * seconds / 3600, seconds * risk_metres_per_turn_second,
          seconds / 3600 * vehicle_.money_per_hour};
}

double CostModel::weigh(const ObjectiveValues& values) const {
  double steps = 0;
  for (std::size_t i = 0; i < objective_count; ++i) steps += values[i] * per_value_[i];
  return steps;
}

Weight CostModel::edge_weight(DirectedEdge edge, const EdgeTraffic* traffic) const {
  if (!open_[edge] || (traffic != nullptr && traffic->closed)) return infinite;
  return to_weight(weigh(edge_values(edge, traffic)), 1);
}

Weight CostModel::turn_weight(std::uint32_t turn) const {
  if (!may_turn(turn)) return infinite;
  double steps = weigh(turn_values(turn));
  const std::uint32_t only_bit =
      vehicle_.vehicle_class == VehicleClass::truck ? destination_only_truck : destination_only_car;
  const std::uint32_t before = graph_.segment(segment_of(graph_.edge_of(graph_.turn_from(turn)))).flags;
  const std::uint32_t after = graph_.segment(segment_of(graph_.edge_of(graph_.file().turns[turn].to))).flags;
  if ((after & only_bit) != 0 && (before & only_bit) == 0) steps += 600 * barrier_per_second_;
  if ((after & private_access) != 0 && (before & private_access) == 0) steps += 300 * barrier_per_second_;
  return to_weight(steps, 0);
}

Metric CostModel::metric(std::span<const EdgeTraffic> traffic) const {
  auto turns = std::make_shared<std::vector<Weight>>(graph_.turns());
  for (std::uint32_t turn = 0; turn < graph_.turns(); ++turn) (*turns)[turn] = turn_weight(turn);
  std::vector<Weight> edges(graph_.edges());
  for (DirectedEdge edge = 0; edge < graph_.edges(); ++edge) edges[edge] = edge_weight(edge);
  for (const EdgeTraffic& entry : traffic) edges[entry.edge] = edge_weight(entry.edge, &entry);
  return customize(graph_, std::move(turns), std::move(edges));
}

std::vector<EdgeChange> CostModel::changes(std::span<const EdgeTraffic> traffic) const {
  std::vector<EdgeChange> result;
  result.reserve(traffic.size());
  for (const EdgeTraffic& entry : traffic) result.push_back({entry.edge, edge_weight(entry.edge, &entry)});
  return result;
}

}  // namespace mms::roads
