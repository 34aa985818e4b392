// A* over states by time of arrival.
#include "roads/timed_route.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <unordered_map>

namespace mms::roads {
namespace {

const EdgeTraffic* traffic_on(const TimedSpeeds& speeds, DirectedEdge edge) {
  if (edge >= speeds.traffic.size()) return nullptr;
  const auto& traffic = speeds.traffic[edge];
  return traffic.closed || traffic.speed_kmh ? &traffic : nullptr;
}

// Seconds of driving alone, without signals.
double driving_s(const RoadGraph& graph,
                 const CostModel& model,
                 const TimedSpeeds& speeds,
                 DirectedEdge edge,
                 double share,
                 WeekClock at) {
  const double length_m = graph.segment(segment_of(edge)).length_cm / 100.0 * share;
  const auto* traffic = traffic_on(speeds, edge);
  const auto* week = traffic == nullptr ? speeds.profiles.of(edge) : nullptr;
  if (week == nullptr) return length_m / (model.speed_kmh(edge, traffic) / 3.6);
  return drive_s(*week, length_m, model.speed_kmh(edge), at, [&](double said) {
    const EdgeTraffic as_said{edge, said, false};
    return model.speed_kmh(edge, &as_said);
  });
}

// Lower bounds from the end of a state's edge to the target, found when asked: a state's follow from those of its
// ancestors in the elimination tree.
class Bounds {
 public:
  Bounds(const RoadGraph& graph, const Metric& fastest, std::span<const Label> targets)
      : graph_(graph), fastest_(fastest), bias_(std::ranges::max(targets, {}, &Label::weight).weight) {
    const RoadFile& f = graph.file();
    for (const Label& label : targets) lower(label.state, bias_ - label.weight);
    for (auto v = std::ranges::min(targets, {}, &Label::state).state; v != none; v = graph.links()[v].parent) {
      const auto here = down_.find(v);
      if (here == down_.end()) continue;
      const Weight weight = here->second;
      for (auto arc = f.in_first[v]; arc < f.in_first[v + 1]; ++arc)
        lower(f.in_tail[arc], weight + fastest.in_weight[arc]);
    }
  }

  // Nothing when the target cannot be reached. May be some milliseconds below 0: it is a bound.
  std::optional<std::int64_t> operator()(std::uint32_t state) {
    for (auto v = state; v != none && !known_.contains(v); v = graph_.links()[v].parent) way_.push_back(v);
    const RoadFile& f = graph_.file();
    for (; !way_.empty(); way_.pop_back()) {
      const auto v = way_.back();
      const auto met = down_.find(v);
      Weight best = met == down_.end() ? infinite : met->second;
      for (auto arc = f.out_first[v]; arc < f.out_first[v + 1]; ++arc) {
        if (fastest_.out_weight[arc] < infinite)
          best = std::min(best, fastest_.out_weight[arc] + known_.at(f.out_head[arc]));
      }
      known_.emplace(v, best);
    }
    const Weight found = known_.at(state);
    // The parts of edges at both ends are rounded each by itself: a millisecond less is a bound for certain.
    return found >= infinite ? std::nullopt : std::optional(std::int64_t{found} - bias_ - 1);
  }

 private:
  void lower(std::uint32_t state, Weight weight) {
    const auto [place, fresh] = down_.try_emplace(state, weight);
    if (!fresh) place->second = std::min(place->second, weight);
  }

  const RoadGraph& graph_;
  const Metric& fastest_;
  Weight bias_;
  std::unordered_map<std::uint32_t, Weight> down_, known_;
  std::vector<std::uint32_t> way_;
};

class TimedSearch {
 public:
  TimedSearch(const RoadGraph& graph,
              const CostModel& model,
              const Metric& fastest,
              const TimedSpeeds& speeds,
              const RoadPosition& to,
              const Labels& targets)
      : graph_(graph),
        model_(model),
        fastest_(fastest),
        speeds_(speeds),
        to_(to),
        targets_(targets),
        bound_(graph, fastest, targets) {}

  StatePath run(const RoadPosition& from, const Labels& sources, WeekClock at) {
    for (const Label& source : sources) {
      const auto edge = graph_.edge_of(source.state);
      reach(source.state, at + timed_weight(graph_, model_, speeds_, edge, 1 - share_before(edge, from), at), none);
    }
    while (!queue_.empty() && queue_.top().least < best_) {
      const Entry entry = queue_.top();
      queue_.pop();
      if (entry.at == reached_.at(entry.state).at) leave(entry.state, entry.at);
    }
    StatePath path;
    if (best_ == never) return path;
    path.weight = static_cast<Weight>(std::min<WeekClock>(best_ - at, infinite - 1));
    path.states = {target_};
    for (auto state = before_target_; state != none; state = reached_.at(state).before) path.states.push_back(state);
    std::ranges::reverse(path.states);
    return path;
  }

 private:
  static constexpr WeekClock never = std::numeric_limits<WeekClock>::max();
  struct Reached {
    WeekClock at = never;
    std::uint32_t before = none;
  };
  struct Entry {
    WeekClock least;  // no arrival over this state is earlier
    WeekClock at;
    std::uint32_t state;
    bool operator<(const Entry& other) const { return least > other.least; }
  };

  void reach(std::uint32_t state, WeekClock at, std::uint32_t before) {
    Reached& reached = reached_[state];
    if (at >= reached.at) return;
    const auto bound = bound_(state);
    if (!bound) return;
    reached = {at, before};
    queue_.push({at + *bound, at, state});
  }

  void leave(std::uint32_t state, WeekClock at) {
    const RoadFile& f = graph_.file();
    for (auto turn = f.turn_first[state]; turn < f.turn_first[state + 1]; ++turn) {
      const auto to = f.turns[turn].to;
      const auto edge = graph_.edge_of(to);
      if ((*fastest_.turn_weight)[turn] >= infinite || fastest_.edge_weight[edge] >= infinite) continue;
      const WeekClock begin = at + (*fastest_.turn_weight)[turn];
      reach(to, begin + timed_weight(graph_, model_, speeds_, edge, 1, begin), state);
      if (segment_of(edge) != to_.segment || std::ranges::find(targets_, to, &Label::state) == targets_.end()) continue;
      const auto arrival = begin + timed_weight(graph_, model_, speeds_, edge, share_before(edge, to_), begin);
      if (arrival >= best_) continue;
      best_ = arrival;
      target_ = to;
      before_target_ = state;
    }
  }

  const RoadGraph& graph_;
  const CostModel& model_;
  const Metric& fastest_;
  const TimedSpeeds& speeds_;
  const RoadPosition& to_;
  const Labels& targets_;
  Bounds bound_;
  std::unordered_map<std::uint32_t, Reached> reached_;
  std::priority_queue<Entry> queue_;
  WeekClock best_ = never;
  std::uint32_t target_ = none, before_target_ = none;
};

// Without a turn, where the target lies ahead on the same edge.
void find_direct(const RoadGraph& graph,
                 const CostModel& model,
                 const TimedSpeeds& speeds,
                 const RoadPosition& from,
                 const RoadPosition& to,
                 WeekClock at,
                 std::optional<RoutePath>& best) {
  if (from.segment != to.segment) return;
  for (const DirectedEdge edge : {directed(from.segment, false), directed(from.segment, true)}) {
    const double share = share_before(edge, to) - share_before(edge, from);
    if (share < 0) continue;
    const Weight driven = timed_weight(graph, model, speeds, edge, share, at);
    if (driven >= infinite) continue;
    const Weight weight = share == 0 ? 0 : driven;
    if (!best || weight <= best->weight) best = RoutePath{weight, {edge}, {}, from, to};
  }
}

}  // namespace

EdgeTraffic speed_at(const SpeedProfiles& profiles, DirectedEdge edge, WeekClock at) {
  const auto* week = profiles.of(edge);
  return {edge, week != nullptr ? speed_at(*week, at) : std::nullopt, false};
}

EdgeTraffic fastest_speed(const CostModel& model, const SpeedProfiles& profiles, DirectedEdge edge) {
  const auto* week = profiles.of(edge);
  if (week == nullptr) return {edge, {}, false};
  return {edge, fastest_of(*week, model.speed_kmh(edge)), false};
}

std::vector<EdgeTraffic> speeds_at(const SpeedProfiles& profiles, WeekClock at) {
  std::vector<EdgeTraffic> speeds;
  profiles.each([&](DirectedEdge edge, const WeekOfSpeeds&) { speeds.push_back(speed_at(profiles, edge, at)); });
  return speeds;
}

std::vector<EdgeTraffic> fastest_speeds(const CostModel& model, const SpeedProfiles& profiles) {
  std::vector<EdgeTraffic> speeds;
  profiles.each(
      [&](DirectedEdge edge, const WeekOfSpeeds&) { speeds.push_back(fastest_speed(model, profiles, edge)); });
  return speeds;
}

Weight timed_weight(const RoadGraph& graph,
                    const CostModel& model,
                    const TimedSpeeds& speeds,
                    DirectedEdge edge,
                    double share,
                    WeekClock at) {
  const auto* traffic = traffic_on(speeds, edge);
  if (!model.may_use(edge) || (traffic != nullptr && traffic->closed)) return infinite;
  const double seconds =
      driving_s(graph, model, speeds, edge, share, at) + signal_seconds(graph.segment(segment_of(edge))) * share;
  const double steps = seconds * (1 / weight_unit[static_cast<std::size_t>(Objective::time)]);
  return steps >= infinite - 1 ? infinite - 1 : std::max(Weight{1}, static_cast<Weight>(std::lround(steps)));
}

std::optional<RoutePath> find_route_within_hour(const RoadGraph& graph,
                                                const Metric& hourly,
                                                const SpeedProfiles& profiles,
                                                const RoadPosition& from,
                                                const RoadPosition& to,
                                                WeekClock at,
                                                SearchSpace& space) {
  if (!profiles.have_whole_hours()) return {};
  constexpr WeekClock hour_ms = 3'600'000;
  auto route = find_route(graph, hourly, from, to, space);
  if (route && at % hour_ms + route->weight > hour_ms) route.reset();
  return route;
}

std::optional<RoutePath> find_timed_route(const RoadGraph& graph,
                                          const CostModel& model,
                                          const Metric& fastest,
                                          const TimedSpeeds& speeds,
                                          const RoadPosition& from,
                                          const RoadPosition& to,
                                          WeekClock at) {
  const Labels sources = source_labels(graph, fastest, from), targets = target_labels(graph, fastest, to);
  if (sources.empty() || targets.empty()) return {};
  std::optional<RoutePath> best;
  auto found = TimedSearch(graph, model, fastest, speeds, to, targets).run(from, sources, at);
  if (found.weight < infinite) best = route_along(graph, std::move(found), from, to);
  find_direct(graph, model, speeds, from, to, at, best);
  return best;
}

WeekClock drive(
    const RoadGraph& graph, const CostModel& model, const TimedSpeeds& speeds, RoutePath& path, WeekClock at) {
  path.speed_kmh.clear();
  double now = 0;  // seconds since then
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    const DirectedEdge edge = path.edges[i];
    if (i > 0) now += model.turn_values(path.turns[i - 1])[static_cast<std::size_t>(Objective::time)];
    const double begin = i == 0 ? share_before(edge, path.from) : 0;
    const double end = i + 1 == path.edges.size() ? share_before(edge, path.to) : 1;
    const double share = std::max(0.0, end - begin);
    const auto when = at + std::llround(now * 1000);
    const double length_m = graph.segment(segment_of(edge)).length_cm / 100.0 * share;
    const double seconds = driving_s(graph, model, speeds, edge, share, when);
    // Where nothing is driven any speed does.
    path.speed_kmh.push_back(seconds > 0 ? length_m / seconds * 3.6 : model.speed_kmh(edge));
    now += seconds + signal_seconds(graph.segment(segment_of(edge))) * share;
  }
  return at + std::llround(now * 1000);
}

}  // namespace mms::roads
