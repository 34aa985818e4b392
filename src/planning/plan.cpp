// Checks a request, runs the search, writes the plan and its reasons.
#include "planning/plan.hpp"

#include <algorithm>

#include "planning/ruin_recreate.hpp"

namespace mms::planning {
namespace {

std::optional<std::string> find_mistake(const PlanRequest& request) {
  if (request.vehicles.empty()) return "there is no vehicle";
  if (request.durations.size() != request.places * request.places) return "durations are not places × places";
  if (!request.costs.empty() && request.costs.size() != request.durations.size())
    return "costs are not places × places";
  const auto is_place = [&](std::uint32_t place) { return place < request.places; };
  for (std::size_t i = 0; i < request.stops.size(); ++i) {
    const Stop& stop = request.stops[i];
    if (!is_place(stop.place)) return "the place of stop " + std::to_string(i) + " is not in the matrix";
    if (stop.service < 0 || stop.window.latest < stop.window.earliest || stop.priority == 0 || stop.priority > 1000) {
      return "service, window or priority of stop " + std::to_string(i) + " make no sense";
    }
  }
  for (const Vehicle& vehicle : request.vehicles) {
    if ((vehicle.start && !is_place(*vehicle.start)) || (vehicle.end && !is_place(*vehicle.end)))
      return "a vehicle's place is not in the matrix";
  }
  std::vector<bool> shipped(request.stops.size(), false);
  for (const Shipment& s : request.shipments) {
    if (s.pickup >= request.stops.size() || s.delivery >= request.stops.size() || s.pickup == s.delivery)
      return "a shipment's stops do not exist";
    if (shipped[s.pickup] || shipped[s.delivery]) return "a stop is in two shipments";
    shipped[s.pickup] = shipped[s.delivery] = true;
    const std::int32_t load = request.stops[s.pickup].load;
    if (load <= 0 || load != -request.stops[s.delivery].load)
      return "a shipment's loads do not match: the pickup needs what the delivery brings";
  }
  return {};
}

VehicleRoute to_route(const Nodes& nodes, const Tour& tour, std::uint32_t vehicle) {
  VehicleRoute route;
  route.vehicle = vehicle;
  route.cost = tour.cost();
  const auto& sequence = tour.sequence();
  for (std::size_t i = 1; i + 1 < sequence.size(); ++i) {
    const Time left = i == 1 ? tour.begin(0) : tour.begin(i - 1) + nodes.stop(sequence[i - 1]).service;
    route.visits.push_back({sequence[i], left + nodes.duration(sequence[i - 1], sequence[i]), tour.begin(i),
                            tour.begin(i) + nodes.stop(sequence[i]).service, tour.load(i)});
  }
  route.begin = tour.begin(0);
  route.end = tour.stops() == 0 ? route.begin : tour.begin(sequence.size() - 1);
  return route;
}

// Why a stop did not fit. Tried alone on every vehicle first, then against the plan with one kind of rule left out.
class Reasons {
 public:
  Reasons(const Nodes& nodes, const PlanRequest& request, const Solution& solution)
      : nodes_(nodes), request_(request), solution_(solution) {}

  LeftOut of(std::uint32_t stop) const {
    const std::uint32_t partner = nodes_.partner(stop), leader = nodes_.is_delivery(stop) ? partner : stop;
    std::vector<Tour> empty;
    empty.reserve(request_.vehicles.size());
    for (std::uint32_t v = 0; v < request_.vehicles.size(); ++v)
      empty.emplace_back(nodes_, v, request_.vehicles[v].capacity, 0);
    if (!cheapest(nodes_, empty, leader, {false, false}).fits())
      return {stop, WhyLeftOut::no_road, {}, "no road leads there and on"};
    if (!cheapest(nodes_, empty, leader, {false, true}).fits())
      return {stop, WhyLeftOut::too_heavy, {}, "its load is more than any vehicle carries"};
    if (!cheapest(nodes_, empty, leader, {true, true}).fits()) {
      return {
          stop, WhyLeftOut::too_late_alone, {}, "even driven to first, its window or the end of the shift is missed"};
    }
    if (stop != leader)
      return {stop, WhyLeftOut::partner, partner, "its pickup, stop " + std::to_string(partner) + ", is left out"};
    if (cheapest(nodes_, solution_.tours, stop, {true, false}).fits())
      return {stop, WhyLeftOut::no_room, {}, "no vehicle that passes in time has room"};
    return late(stop);
  }

 private:
  LeftOut late(std::uint32_t stop) const {
    const Insertion where = cheapest(nodes_, solution_.tours, stop, {false, true});
    LeftOut answer{stop, WhyLeftOut::no_time, {}, "no vehicle has the time"};
    if (!where.fits() || nodes_.partner(stop) != Nodes::none()) return answer;
    Tour tour = solution_.tours[where.tour];
    tour.insert(nodes_, stop, where.at);
    for (std::size_t i = 1; i < tour.sequence().size(); ++i) {
      const std::uint32_t node = tour.sequence()[i];
      const Time by = tour.begin(i) - nodes_.stop(node).window.latest;
      if (by <= 0) continue;
      if (node < nodes_.stops()) answer.other = node;
      const std::string whom = node == stop            ? "it"
                               : node < nodes_.stops() ? "stop " + std::to_string(node)
                                                       : "the end of the shift";
      answer.detail = "put where it costs least, it would make " + whom + " late by " + std::to_string(by);
      break;
    }
    return answer;
  }

  const Nodes& nodes_;
  const PlanRequest& request_;
  const Solution& solution_;
};

}  // namespace

vocabulary::Result<Plan> make_plan(const PlanRequest& request, const Budget& budget) {
  if (const auto mistake = find_mistake(request))
    return vocabulary::refuse(vocabulary::ProblemKind::bad_parameter, *mistake);
  const Nodes nodes(request);
  Found found = search(nodes, request, budget);
  Plan plan;
  plan.iterations = found.iterations;
  for (std::uint32_t v = 0; v < found.best.tours.size(); ++v) {
    plan.routes.push_back(to_route(nodes, found.best.tours[v], v));
    plan.cost += plan.routes.back().cost;
  }
  std::ranges::sort(found.best.absent);
  const Reasons reasons(nodes, request, found.best);
  for (const std::uint32_t stop : found.best.absent) plan.left_out.push_back(reasons.of(stop));
  return plan;
}

}  // namespace mms::planning
