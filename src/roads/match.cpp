// Candidates, transitions, Viterbi and the joined route.
#include "roads/match.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mms::roads {
namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();

struct Candidate {
  RoadPosition position;
  DirectedEdge edge = 0;
  double emission = 0;       // log
  double best = impossible;  // Viterbi, log
  std::size_t before = 0;
  double forward = impossible, backward = impossible;  // log
};

// One point with candidates, and how likely each step from the column before is.
struct Column {
  std::size_t point = 0;
  std::vector<Candidate> candidates;
  std::vector<double> transition;  // [before * candidates + here], log; empty at the start of a route
};

double log_sum(double a, double b) {
  if (a == impossible) return b;
  if (b == impossible) return a;
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

class Matcher {
 public:
  Matcher(const RoadGraph& graph,
          const CostModel& model,
          const Metric& distances,
          std::span<const TracePoint> trace,
          const MatchSettings& settings)
      : graph_(graph), model_(model), distances_(distances), trace_(trace), settings_(settings), space_(graph) {}

  Match run() {
    match_.points.resize(trace_.size());
    std::vector<Column> chain;
    std::size_t left_out = 0;
    for (std::size_t i = 0; i < trace_.size(); ++i) {
      Column column = column_at(i);
      if (column.candidates.empty()) continue;
      if (!chain.empty() && !connect(chain.back(), column)) {
        if (++left_out <= settings_.outliers && i + 1 < trace_.size()) continue;
        // The points left out begin a route of their own.
        finish(chain);
        chain.clear();
        i -= left_out - 1;
        column = column_at(i);
        if (column.candidates.empty()) continue;
      }
      left_out = 0;
      start_or_extend(chain, std::move(column));
    }
    finish(chain);
    return std::move(match_);
  }

 private:
  double accuracy(std::size_t point) const {
    const double said = trace_[point].accuracy_m.value_or(settings_.accuracy_m);
    return std::isfinite(said) ? std::clamp(said, 3.0, 100.0) : settings_.accuracy_m;
  }

  Column column_at(std::size_t point) const {
    Column column{point, {}, {}};
    const double sigma = accuracy(point);
    const double radius = std::min(settings_.most_radius_m, std::max(50.0, 4 * sigma));
    for (const RoadPosition& position :
         nearest_positions(graph_, model_, trace_[point].place, settings_.candidates, radius)) {
      for (const DirectedEdge edge : {directed(position.segment, false), directed(position.segment, true)}) {
        if (distances_.edge_weight[edge] >= infinite || column.candidates.size() >= settings_.candidates) continue;
        const double off = position.distance_m / sigma;
        column.candidates.push_back({position, edge, -0.5 * off * off});
      }
    }
    return column;
  }

  double before_m(const Candidate& c) const {
    return graph_.segment(segment_of(c.edge)).length_cm / 100.0 *
           (is_backward(c.edge) ? 1 - c.position.fraction : c.position.fraction);
  }

  // Fills in the transitions; false when no candidate can be reached.
  bool connect(const Column& from, Column& to) const {
    const TracePoint &a = trace_[from.point], &b = trace_[to.point];
    const double line_m = meters_between(a.place, b.place);
    const double seconds = a.at_s && b.at_s ? *b.at_s - *a.at_s : std::numeric_limits<double>::quiet_NaN();
    // Beyond this a route is no explanation of the two points (and a step back in time is none at all).
    double most_m = line_m * 4 + 500;
    if (seconds >= 0)
      most_m = std::min(most_m, settings_.most_speed_mps * std::max(seconds, 1.0) + 4 * accuracy(to.point));
    std::vector<Labels> sources, targets;
    for (const Candidate& c : from.candidates) sources.push_back({source_of(c)});
    for (const Candidate& c : to.candidates) targets.push_back(targets_of(c));
    const auto weights = weight_matrix(graph_, distances_, sources, targets);
    bool any = false;
    to.transition.assign(weights.size(), impossible);
    for (std::size_t i = 0; i < from.candidates.size(); ++i) {
      for (std::size_t j = 0; j < to.candidates.size(); ++j) {
        const double route_m =
            route_length(from.candidates[i], to.candidates[j], weights[i * to.candidates.size() + j]);
        if (route_m > most_m) continue;
        to.transition[i * to.candidates.size() + j] = -std::abs(route_m - line_m) / settings_.detour_m;
        any = true;
      }
    }
    return any;
  }
  // On the same edge, a little backwards is noise, not a drive around the block.
  double route_length(const Candidate& from, const Candidate& to, Weight weight) const {
    if (from.edge == to.edge) {
      const double ahead = before_m(to) - before_m(from);
      if (ahead >= 0) return ahead;
      if (ahead > -3 * settings_.accuracy_m) return 0;
    }
    if (from.position.segment == to.position.segment && from.edge == to.edge)
      return std::numeric_limits<double>::infinity();
    return weight >= infinite ? std::numeric_limits<double>::infinity() : weight / 100.0;
  }
  Label source_of(const Candidate& c) const {
    return {graph_.file().edge_state[c.edge],
            distances_.edge_weight[c.edge] - weight_before(distances_, c.edge, c.position)};
  }
  Labels targets_of(const Candidate& c) const {
    Labels labels;
    for (const Label& label : target_labels(graph_, distances_, c.position)) {
      if (graph_.edge_of(label.state) == c.edge) labels.push_back(label);
    }
    return labels;
  }

  void start_or_extend(std::vector<Column>& chain, Column column) const {
    const std::size_t width = column.candidates.size();
    for (std::size_t j = 0; j < width; ++j) {
      Candidate& c = column.candidates[j];
      if (chain.empty()) {
        c.best = c.forward = c.emission;
        continue;
      }
      const auto& before = chain.back().candidates;
      for (std::size_t i = 0; i < before.size(); ++i) {
        const double step = column.transition[i * width + j] + c.emission;
        c.forward = log_sum(c.forward, before[i].forward + step);
        if (before[i].best + step <= c.best) continue;
        c.best = before[i].best + step;
        c.before = i;
      }
    }
    chain.push_back(std::move(column));
  }

  void run_backward(std::vector<Column>& chain) const {
    for (Candidate& c : chain.back().candidates) c.backward = 0;
    for (std::size_t k = chain.size() - 1; k-- > 0;) {
      const Column& next = chain[k + 1];
      for (std::size_t i = 0; i < chain[k].candidates.size(); ++i) {
        double& sum = chain[k].candidates[i].backward;
        for (std::size_t j = 0; j < next.candidates.size(); ++j) {
          const Candidate& c = next.candidates[j];
          sum = log_sum(sum, next.transition[i * next.candidates.size() + j] + c.emission + c.backward);
        }
      }
    }
  }

  void finish(std::vector<Column>& chain) {
    if (chain.empty()) return;
    run_backward(chain);
    std::vector<std::size_t> chosen(chain.size());
    const auto& last = chain.back().candidates;
    chosen.back() = static_cast<std::size_t>(std::ranges::max_element(last, {}, &Candidate::best) - last.begin());
    for (std::size_t k = chain.size() - 1; k > 0; --k) chosen[k - 1] = chain[k].candidates[chosen[k]].before;
    MatchedRoute route;
    for (std::size_t k = 0; k < chain.size(); ++k) {
      const Candidate& c = chain[k].candidates[chosen[k]];
      double all = impossible;
      for (const Candidate& other : chain[k].candidates) all = log_sum(all, other.forward + other.backward);
      const double confidence = std::exp(std::min(0.0, c.forward + c.backward - all));
      route.confidence += confidence / static_cast<double>(chain.size());
      match_.points[chain[k].point] = {true, c.position, c.edge, match_.routes.size(), confidence};
      k == 0 ? begin_path(route.path, c) : extend_path(route.path, chain[k - 1].candidates[chosen[k - 1]], c);
    }
    match_.routes.push_back(std::move(route));
  }
  static void begin_path(RoutePath& path, const Candidate& c) { path = {0, {c.edge}, {}, c.position, c.position}; }
  void extend_path(RoutePath& path, const Candidate& from, const Candidate& to) {
    if (from.edge == to.edge && before_m(to) >= before_m(from) - 3 * settings_.accuracy_m) {
      if (before_m(to) > before_m(from) || path.edges.size() > 1) path.to = to.position;
      return;
    }
    const Label source = source_of(from);
    const StatePath found = shortest_path(graph_, distances_, {&source, 1}, targets_of(to), space_);
    const RoadFile& f = graph_.file();
    for (std::size_t i = 1; i < found.states.size(); ++i) {
      path.edges.push_back(graph_.edge_of(found.states[i]));
      const std::uint32_t before = found.states[i - 1];
      for (std::uint32_t turn = f.turn_first[before]; turn < f.turn_first[before + 1]; ++turn) {
        if (f.turns[turn].to == found.states[i]) path.turns.push_back(turn);
      }
    }
    path.weight += found.weight < infinite ? found.weight : 0;
    path.to = to.position;
  }

  const RoadGraph& graph_;
  const CostModel& model_;
  const Metric& distances_;
  std::span<const TracePoint> trace_;
  const MatchSettings& settings_;
  SearchSpace space_;
  Match match_;
};

}  // namespace

Match match_trace(const RoadGraph& graph,
                  const CostModel& model,
                  const Metric& distances,
                  std::span<const TracePoint> trace,
                  const MatchSettings& settings) {
  return Matcher(graph, model, distances, trace, settings).run();
}

}  // namespace mms::roads
