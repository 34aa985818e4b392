// Slack induction by string removals: ruin, recreate with blinks, simulated annealing.
#include "planning/ruin_recreate.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace mms::planning {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a plan must come out the same for the same seed everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  double share() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

 private:
  std::uint64_t state_;
};

constexpr double average_removed = 10;
constexpr std::size_t longest_string = 10;
constexpr double blink = 0.01;

class Search {
 public:
  Search(const Nodes& nodes, const PlanRequest& request, const Budget& budget)
      : nodes_(nodes), budget_(budget), dice_(budget.seed), gone_(nodes.stops()), tour_of_(nodes.stops()) {
    for (std::uint32_t v = 0; v < request.vehicles.size(); ++v) {
      current_.tours.emplace_back(nodes, v, request.vehicles[v].capacity, request.vehicles[v].fixed_cost);
    }
    current_.absent.resize(nodes.stops());
    std::iota(current_.absent.begin(), current_.absent.end(), 0U);
    list_neighbours();
    weigh_absence(request);
  }

  Found run() {
    recreate(current_);
    Solution best = current_, next;
    Time current_cost = current_.cost(nodes_, penalty_), best_cost = current_cost;
    const double scale = std::max(1.0, average_leg_);
    std::uint64_t iteration = 0;
    for (double used = 0; nodes_.stops() > 0; ++iteration) {
      if (iteration % 32 == 0) used = share_used(iteration);
      if (used >= 1) break;
      const double temperature = scale * std::pow(0.01, used);
      next = current_;  // into the memory that it has already
      ruin(next);
      recreate(next);
      const Time cost = next.cost(nodes_, penalty_);
      if (static_cast<double>(cost) >=
          static_cast<double>(current_cost) - temperature * std::log(dice_.share() + 1e-300))
        continue;
      std::swap(current_, next);
      current_cost = cost;
      if (cost >= best_cost) continue;
      best = current_;
      best_cost = cost;
    }
    return {std::move(best), iteration};
  }

 private:
  double share_used(std::uint64_t iteration) const {
    if (budget_.share_used) return budget_.share_used();
    return static_cast<double>(iteration) / static_cast<double>(std::max<std::uint64_t>(1, budget_.iterations));
  }

  void list_neighbours() {
    const auto stops = static_cast<std::uint32_t>(nodes_.stops());
    double sum = 0;
    for (std::uint32_t a = 0; a < stops; ++a) {
      std::vector<std::uint32_t> others(stops);
      std::iota(others.begin(), others.end(), 0U);
      std::ranges::sort(others, {},
                        [&](std::uint32_t b) { return a == b ? Time{-1} : nodes_.cost(a, b) + nodes_.cost(b, a); });
      for (std::size_t k = 1; k < std::min<std::size_t>(others.size(), 6); ++k)
        sum += static_cast<double>(nodes_.cost(a, others[k])) / 5;
      neighbours_.push_back(std::move(others));
    }
    average_leg_ = stops > 0 ? sum / stops : 1;
  }

  // Leaving a stop out costs more than any way to it, also from a start and to an end far from all stops.
  void weigh_absence(const PlanRequest& request) {
    const auto stops = static_cast<std::uint32_t>(nodes_.stops());
    Time longest = 1, dearest = 0;
    const auto see = [&](std::uint32_t a, std::uint32_t b) {
      if (nodes_.has_way(a, b)) longest = std::max(longest, nodes_.cost(a, b));
    };
    for (std::uint32_t a = 0; a < stops; ++a) {
      for (std::uint32_t b = 0; b < stops; ++b) see(a, b);
      for (std::uint32_t v = 0; v < request.vehicles.size(); ++v) {
        see(nodes_.start_of(v), a);
        see(a, nodes_.end_of(v));
      }
    }
    for (const Vehicle& vehicle : request.vehicles) dearest = std::max(dearest, vehicle.fixed_cost);
    penalty_ = longest * (stops + 2) * 2 + dearest;
  }

  void ruin(Solution& solution) {
    tour_of_.assign(tour_of_.size(), Nodes::none());
    std::size_t used = 0, placed = 0;
    for (std::uint32_t t = 0; t < solution.tours.size(); ++t) {
      used += solution.tours[t].stops() > 0 ? 1 : 0;
      placed += solution.tours[t].stops();
      for (const std::uint32_t node : solution.tours[t].sequence()) {
        if (node < nodes_.stops()) tour_of_[node] = t;
      }
    }
    if (placed == 0) return;
    gone_.assign(gone_.size(), false);
    const double mean = static_cast<double>(placed) / static_cast<double>(used);
    const double longest = std::min<double>(longest_string, mean);
    const double most_strings = 4 * average_removed / (1 + longest) - 1;
    const auto strings = static_cast<std::size_t>(1 + dice_.share() * std::max(0.0, most_strings));
    std::vector<bool> ruined(solution.tours.size(), false);
    std::size_t cut = 0;
    for (const std::uint32_t stop : neighbours_[dice_.below(nodes_.stops())]) {
      if (cut >= strings) break;
      const std::uint32_t t = tour_of_[stop];
      // With few tours, one may lose several strings.
      if (t == Nodes::none() || gone_[stop] || (ruined[t] && used > 3)) continue;
      ruined[t] = true;
      ++cut;
      cut_string(solution.tours[t], stop, longest);
    }
    for (std::uint32_t stop = 0; stop < nodes_.stops(); ++stop) {
      if (!gone_[stop]) continue;
      solution.absent.push_back(stop);
      if (const std::uint32_t partner = nodes_.partner(stop); partner != Nodes::none() && !gone_[partner]) {
        gone_[partner] = true;
        ruined[tour_of_[partner]] = true;
        if (partner < stop) solution.absent.push_back(partner);
      }
    }
    for (std::size_t t = 0; t < solution.tours.size(); ++t) {
      if (ruined[t]) solution.tours[t].remove(nodes_, gone_);
    }
  }

  // Marks a string of stops around one of them; half of the time a stretch inside the string is spared.
  void cut_string(const Tour& tour, std::uint32_t stop, double longest) {
    const auto& sequence = tour.sequence();
    const std::size_t stops = tour.stops();
    const auto position = static_cast<std::size_t>(std::ranges::find(sequence, stop) - sequence.begin());
    const double most = std::min<double>(static_cast<double>(stops), longest);
    const std::size_t length = std::min(stops, static_cast<std::size_t>(1 + dice_.share() * most));
    std::size_t spared = 0;
    if (length > 1 && length < stops && dice_.share() < 0.5) {
      spared = 1;
      while (length + spared < stops && dice_.share() > 0.01) ++spared;
      if (spared > length) spared = length;
    }
    const std::size_t whole = std::min(length + spared, stops);
    const std::size_t lowest = position >= whole ? position - whole + 1 : 1;
    const std::size_t highest = std::min(position, stops - whole + 1);
    const std::size_t begin = lowest + dice_.below(highest - lowest + 1);
    const std::size_t spare_from = spared > 0 ? begin + dice_.below(whole - spared + 1) : 0;
    for (std::size_t i = begin; i < begin + whole; ++i) {
      if (spared > 0 && i >= spare_from && i < spare_from + spared) continue;
      gone_[sequence[i]] = true;
    }
  }

  void sort_absent(std::vector<std::uint32_t>& absent) {
    for (std::size_t i = absent.size(); i > 1; --i) std::swap(absent[i - 1], absent[dice_.below(i)]);
    const auto far = [this](std::uint32_t s) { return nodes_.cost(nodes_.start_of(0), s); };
    const std::size_t draw = dice_.below(14);
    if (draw < 4) return;
    if (draw < 7) {
      std::ranges::sort(absent, std::greater(), [this](std::uint32_t s) { return std::abs(nodes_.stop(s).load); });
    } else if (draw < 9) {
      std::ranges::sort(absent, std::greater(), far);
    } else if (draw < 10) {
      std::ranges::sort(absent, {}, far);
    } else if (draw < 12) {
      std::ranges::sort(absent, {}, [this](std::uint32_t s) {
        return nodes_.stop(s).window.latest - nodes_.stop(s).window.earliest;
      });
    } else if (draw < 13) {
      std::ranges::sort(absent, {}, [this](std::uint32_t s) { return nodes_.stop(s).window.earliest; });
    } else {
      std::ranges::sort(absent, std::greater(), [this](std::uint32_t s) { return nodes_.stop(s).window.latest; });
    }
  }

  void recreate(Solution& solution) {
    sort_absent(solution.absent);
    std::vector<std::uint32_t> left;
    for (const std::uint32_t stop : solution.absent) {
      if (nodes_.is_delivery(stop)) continue;  // goes with its pickup
      const Insertion where = blinking(solution.tours, stop);
      const std::uint32_t partner = nodes_.partner(stop);
      if (!where.fits()) {
        left.push_back(stop);
        if (partner != Nodes::none()) left.push_back(partner);
      } else if (partner == Nodes::none()) {
        solution.tours[where.tour].insert(nodes_, stop, where.at);
      } else {
        solution.tours[where.tour].insert_pair(nodes_, stop, partner, where);
      }
    }
    solution.absent = std::move(left);
  }

  Insertion blinking(const std::vector<Tour>& tours, std::uint32_t stop) {
    Insertion best;
    const std::uint32_t partner = nodes_.partner(stop);
    for (std::uint32_t t = 0; t < tours.size(); ++t) {
      for (std::uint32_t at = 1; at < tours[t].sequence().size(); ++at) {
        if ((dice_.next() & 1023) < static_cast<std::uint64_t>(blink * 1024)) continue;
        const Time before = best.added;
        if (partner == Nodes::none()) {
          const Time added = tours[t].added_by(nodes_, stop, at);
          if (added < best.added) best = {added, t, at, 0};
        } else {
          tours[t].best_delivery(nodes_, stop, partner, at, best);
        }
        if (best.added < before) best.tour = t;
      }
    }
    return best;
  }

  const Nodes& nodes_;
  const Budget& budget_;
  Dice dice_;
  std::vector<bool> gone_;
  std::vector<std::uint32_t> tour_of_;
  std::vector<std::vector<std::uint32_t>> neighbours_;
  double average_leg_ = 1;
  Time penalty_ = 1;
  Solution current_;
};

}  // namespace

Time Solution::cost(const Nodes& nodes, Time penalty) const {
  Time sum = 0;
  for (const Tour& tour : tours) sum += tour.cost();
  for (const std::uint32_t stop : absent) sum += penalty * nodes.stop(stop).priority;
  return sum;
}

Insertion cheapest(const Nodes& nodes, const std::vector<Tour>& tours, std::uint32_t stop, Rules rules) {
  Insertion best;
  const std::uint32_t partner = nodes.partner(stop);
  for (std::uint32_t t = 0; t < tours.size(); ++t) {
    for (std::uint32_t at = 1; at < tours[t].sequence().size(); ++at) {
      const Time before = best.added;
      if (partner == Nodes::none()) {
        const Time added = tours[t].added_by(nodes, stop, at, rules);
        if (added < best.added) best = {added, t, at, 0};
      } else {
        tours[t].best_delivery(nodes, stop, partner, at, best, rules);
      }
      if (best.added < before) best.tour = t;
    }
  }
  return best;
}

Found search(const Nodes& nodes, const PlanRequest& request, const Budget& budget) {
  return Search(nodes, request, budget).run();
}

}  // namespace mms::planning
