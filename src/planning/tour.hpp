// One vehicle's sequence of stops with what makes insertion fast: earliest departures, latest arrivals, loads.
#pragma once

#include <cstdint>
#include <vector>

#include "planning/plan.hpp"

namespace mms::planning {

// Stops and the vehicles' ends as nodes of one dense matrix: stops first, then start and end of each vehicle.
class Nodes {
 public:
  explicit Nodes(const PlanRequest& request);

  std::size_t stops() const { return stops_; }
  std::uint32_t start_of(std::uint32_t vehicle) const { return static_cast<std::uint32_t>(stops_ + 2 * vehicle); }
  std::uint32_t end_of(std::uint32_t vehicle) const { return start_of(vehicle) + 1; }
  Time duration(std::uint32_t a, std::uint32_t b) const { return duration_[a * count_ + b]; }
  Time cost(std::uint32_t a, std::uint32_t b) const { return cost_[a * count_ + b]; }
  bool has_way(std::uint32_t a, std::uint32_t b) const { return duration_[a * count_ + b] < unreachable; }
  const Stop& stop(std::uint32_t node) const { return node_[node]; }  // ends of vehicles have their shift as window
  // The other stop of a shipment; none() without one.
  std::uint32_t partner(std::uint32_t stop) const { return partner_[stop]; }
  bool is_delivery(std::uint32_t stop) const { return partner_[stop] != none() && node_[stop].load < 0; }
  static constexpr std::uint32_t none() { return 0xFFFFFFFF; }

 private:
  std::size_t stops_, count_;
  std::vector<std::uint32_t> duration_, cost_;
  std::vector<Stop> node_;
  std::vector<std::uint32_t> partner_;
};

struct Insertion {
  Time added = std::numeric_limits<Time>::max();  // to the cost; the maximum where it does not fit
  std::uint32_t tour = 0;
  std::uint32_t at = 0;        // before the node that stands here now; 1 is right behind the start
  std::uint32_t at_other = 0;  // of the delivery, counted before anything is inserted
  bool fits() const { return added != std::numeric_limits<Time>::max(); }
};

// Which rules an insertion must keep; reasons are found by leaving one out.
struct Rules {
  bool time = true;
  bool load = true;
};

class Tour {
 public:
  Tour(const Nodes& nodes, std::uint32_t vehicle, std::int32_t capacity, Time fixed_cost);

  // The start, the stops, the end.
  const std::vector<std::uint32_t>& sequence() const { return sequence_; }
  std::size_t stops() const { return sequence_.size() - 2; }
  Time cost() const { return stops() == 0 ? 0 : cost_; }
  Time begin(std::size_t at) const { return begin_[at]; }
  std::int32_t load(std::size_t at) const { return load_[at]; }
  std::int32_t capacity() const { return capacity_; }

  void insert(const Nodes& nodes, std::uint32_t stop, std::uint32_t at);
  void insert_pair(const Nodes& nodes, std::uint32_t pickup, std::uint32_t delivery, const Insertion& where);
  // Removes those stops for which `gone` is set.
  void remove(const Nodes& nodes, const std::vector<bool>& gone);

  // Costs and feasibility of one place between its neighbours, in constant time.
  Time added_by(const Nodes& nodes, std::uint32_t stop, std::uint32_t at, Rules rules = {}) const;
  // The best place for a delivery when the pickup goes to `at`; better than `best` or unchanged.
  void best_delivery(const Nodes& nodes,
                     std::uint32_t pickup,
                     std::uint32_t delivery,
                     std::uint32_t at,
                     Insertion& best,
                     Rules rules = {}) const;

 private:
  void refresh(const Nodes& nodes);

  std::int32_t capacity_;
  Time fixed_cost_, cost_ = 0;
  std::vector<std::uint32_t> sequence_;
  std::vector<Time> begin_, departure_, latest_;  // service begins, ends at the earliest; arrival at the latest
  std::vector<std::int32_t> load_, most_before_,
      most_after_;  // on leaving; the most from the start to here, from here to the end
};

}  // namespace mms::planning
