// Keeps a tour's times and loads, and prices insertions.
#include "planning/tour.hpp"

#include <algorithm>

namespace mms::planning {
namespace {

constexpr Time never = std::numeric_limits<Time>::max();

}  // namespace

Nodes::Nodes(const PlanRequest& request)
    : stops_(request.stops.size()),
      count_(stops_ + 2 * request.vehicles.size()),
      node_(request.stops),
      partner_(count_, none()) {
  std::vector<std::optional<std::uint32_t>> place;
  place.reserve(count_);
  for (const Stop& stop : request.stops) place.emplace_back(stop.place);
  for (const Vehicle& vehicle : request.vehicles) {
    place.push_back(vehicle.start);
    place.push_back(vehicle.end);
    node_.push_back({0, 0, vehicle.shift, 0, 1});
    node_.push_back({0, 0, vehicle.shift, 0, 1});
  }
  const auto& costs = request.costs.empty() ? request.durations : request.costs;
  duration_.assign(count_ * count_, 0);
  cost_.assign(count_ * count_, 0);
  for (std::size_t a = 0; a < count_; ++a) {
    for (std::size_t b = 0; b < count_; ++b) {
      if (!place[a] || !place[b]) continue;
      duration_[a * count_ + b] = std::min(request.durations[*place[a] * request.places + *place[b]], unreachable);
      cost_[a * count_ + b] = costs[*place[a] * request.places + *place[b]];
    }
  }
  for (const Shipment& shipment : request.shipments) {
    partner_[shipment.pickup] = shipment.delivery;
    partner_[shipment.delivery] = shipment.pickup;
  }
}

Tour::Tour(const Nodes& nodes, std::uint32_t vehicle, std::int32_t capacity, Time fixed_cost)
    : capacity_(capacity), fixed_cost_(fixed_cost), sequence_{nodes.start_of(vehicle), nodes.end_of(vehicle)} {
  refresh(nodes);
}

void Tour::insert(const Nodes& nodes, std::uint32_t stop, std::uint32_t at) {
  sequence_.insert(sequence_.begin() + at, stop);
  refresh(nodes);
}

void Tour::insert_pair(const Nodes& nodes, std::uint32_t pickup, std::uint32_t delivery, const Insertion& where) {
  sequence_.insert(sequence_.begin() + where.at_other, delivery);
  sequence_.insert(sequence_.begin() + where.at, pickup);
  refresh(nodes);
}

void Tour::remove(const Nodes& nodes, const std::vector<bool>& gone) {
  const std::size_t before = sequence_.size();
  std::erase_if(sequence_, [&](std::uint32_t node) { return node < nodes.stops() && gone[node]; });
  if (sequence_.size() != before) refresh(nodes);
}

void Tour::refresh(const Nodes& nodes) {
  const std::size_t count = sequence_.size();
  begin_.resize(count);
  departure_.resize(count);
  latest_.resize(count);
  load_.resize(count);
  most_before_.resize(count);
  most_after_.resize(count);
  cost_ = fixed_cost_;
  std::int32_t load = 0;
  for (const std::uint32_t node : sequence_) {
    const Stop& stop = nodes.stop(node);
    if (stop.load < 0 && nodes.partner(node) == Nodes::none()) load -= stop.load;
  }
  begin_[0] = departure_[0] = nodes.stop(sequence_[0]).window.earliest;
  load_[0] = most_before_[0] = load;
  for (std::size_t i = 1; i < count; ++i) {
    const Stop& stop = nodes.stop(sequence_[i]);
    begin_[i] = std::max(departure_[i - 1] + nodes.duration(sequence_[i - 1], sequence_[i]), stop.window.earliest);
    departure_[i] = begin_[i] + stop.service;
    load_[i] = load_[i - 1] + stop.load;
    most_before_[i] = std::max(most_before_[i - 1], load_[i]);
    cost_ += nodes.cost(sequence_[i - 1], sequence_[i]);
  }
  latest_[count - 1] = nodes.stop(sequence_[count - 1]).window.latest;
  most_after_[count - 1] = load_[count - 1];
  for (std::size_t i = count - 1; i-- > 0;) {
    const Stop& stop = nodes.stop(sequence_[i]);
    latest_[i] =
        std::min(stop.window.latest, latest_[i + 1] - nodes.duration(sequence_[i], sequence_[i + 1]) - stop.service);
    most_after_[i] = std::max(most_after_[i + 1], load_[i]);
  }
}

Time Tour::added_by(const Nodes& nodes, std::uint32_t stop, std::uint32_t at, Rules rules) const {
  const std::uint32_t before = sequence_[at - 1], after = sequence_[at];
  if (!nodes.has_way(before, stop) || !nodes.has_way(stop, after)) return never;
  const Stop& s = nodes.stop(stop);
  if (rules.load) {
    const std::int32_t most = s.load < 0 ? most_before_[at - 1] - s.load : most_after_[at - 1] + s.load;
    if (most > capacity_) return never;
  }
  if (rules.time) {
    const Time arrival = departure_[at - 1] + nodes.duration(before, stop);
    if (arrival > s.window.latest) return never;
    if (std::max(arrival, s.window.earliest) + s.service + nodes.duration(stop, after) > latest_[at]) return never;
  }
  const Time added = nodes.cost(before, stop) + nodes.cost(stop, after) - nodes.cost(before, after);
  return stops() == 0 ? added + cost_ : added;  // an unused vehicle costs nothing; a used one all of its way
}

void Tour::best_delivery(const Nodes& nodes,
                         std::uint32_t pickup,
                         std::uint32_t delivery,
                         std::uint32_t at,
                         Insertion& best,
                         Rules rules) const {
  const Stop &p = nodes.stop(pickup), &d = nodes.stop(delivery);
  const std::uint32_t before = sequence_[at - 1];
  if (!nodes.has_way(before, pickup)) return;
  const Time arrival = departure_[at - 1] + nodes.duration(before, pickup);
  if (rules.time && arrival > p.window.latest) return;
  Time departure = std::max(arrival, p.window.earliest) + p.service;  // of the node behind which the delivery would go
  Time pushed = nodes.cost(before, pickup) - nodes.cost(before, sequence_[at]);
  if (stops() == 0) pushed += cost_;
  std::uint32_t last = pickup;
  std::int32_t carried = load_[at - 1];  // on leaving the last node, without the shipment
  for (std::uint32_t next = at; next < sequence_.size(); ++next) {
    const std::uint32_t node = sequence_[next];
    if (rules.load && carried + p.load > capacity_) return;
    if (nodes.has_way(last, delivery) && nodes.has_way(delivery, node)) {
      const Time there = departure + nodes.duration(last, delivery);
      const bool in_time =
          there <= d.window.latest &&
          std::max(there, d.window.earliest) + d.service + nodes.duration(delivery, node) <= latest_[next];
      // `pushed` leaves out the way from `last` to `node` while the pickup is the last one.
      const Time gap = next == at ? 0 : nodes.cost(last, node);
      const Time added = pushed + nodes.cost(last, delivery) + nodes.cost(delivery, node) - gap;
      if ((in_time || !rules.time) && added < best.added) {
        best.added = added;
        best.at = at;
        best.at_other = next;
      }
    }
    if (next + 1 == sequence_.size() || !nodes.has_way(last, node)) return;
    if (next == at) pushed += nodes.cost(pickup, node);
    const Time reached = departure + nodes.duration(last, node);
    if (rules.time && reached > nodes.stop(node).window.latest) return;
    departure = std::max(reached, nodes.stop(node).window.earliest) + nodes.stop(node).service;
    carried = load_[next];
    last = node;
  }
}

}  // namespace mms::planning
