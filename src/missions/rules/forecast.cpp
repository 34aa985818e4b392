// A longest path, predecessors first.
#include "missions/rules/forecast.hpp"

#include <algorithm>

namespace mms::missions {
namespace {

constexpr std::size_t kEnough = 5;

using EdgesOf = std::map<MissionId, std::vector<const ForecastEdge*>>;

// Predecessors before successors. By hand, not by recursion: a chain may be long.
std::vector<MissionId> in_order(const std::map<MissionId, ForecastMission>& missions, const EdgesOf& edges) {
  std::vector<MissionId> order, stack;
  std::map<MissionId, std::size_t> looked;  // how many of its edges have been looked at
  for (const auto& [root, mission] : missions) {
    if (looked.contains(root)) continue;
    stack.push_back(root);
    looked[root] = 0;
    while (!stack.empty()) {
      const auto id = stack.back();
      const auto own = edges.find(id);
      if (own == edges.end() || looked[id] == own->second.size()) {
        order.push_back(id);
        stack.pop_back();
        continue;
      }
      const auto before = own->second[looked[id]++]->predecessor;
      if (looked.try_emplace(before, 0).second) stack.push_back(before);
    }
  }
  return order;
}

struct Release {
  std::optional<Time> at;  // absent: never
  bool is_lower_bound = false;
  std::optional<Decider> by;
};

// When an edge lets its successor go on.
Release release_of(const ForecastEdge& edge, const Forecast& before, Time now) {
  if (edge.settlement.state == DependencyState::unsatisfiable) return {};
  if (edge.settlement.state == DependencyState::satisfied) return {.at = now};
  if (edge.settlement.at) return {.at = edge.settlement.at};
  const bool by_start = edge.type == DependencyType::start_to_start;
  // What waits for a failure waits for what nobody plans.
  if (!by_start && edge.condition == DependencyCondition::failure) return {};
  const auto from = by_start ? before.start : before.end;
  if (!from) return {};
  return {.at = *from + vocabulary::seconds(edge.lag_s),
          .is_lower_bound = before.is_lower_bound,
          .by = Decider{edge.predecessor, !by_start}};
}

// The later of the two; of equal ones the release, so that a way is shown even where nothing on it has a duration.
void hold(std::optional<Time>& at, bool& is_lower_bound, std::optional<Decider>& by, const Release& release) {
  is_lower_bound = is_lower_bound || release.is_lower_bound;
  if (!at) return;
  if (!release.at) {
    at.reset();
  } else if (*release.at > *at || (release.by && *release.at == *at)) {
    at = release.at;
    by = release.by;
  }
}

}  // namespace

std::optional<Estimate> estimate_of(const Mission& mission, std::span<const double> took) {
  if (took.size() >= kEnough) {
    std::vector<double> sorted(took.begin(), took.end());
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle);
    return Estimate{*middle, EstimateFrom::history};
  }
  if (mission.timeout_s) return Estimate{*mission.timeout_s, EstimateFrom::timeout};
  return std::nullopt;
}

ForecastMission forecast_mission(const Mission& mission, std::optional<Estimate> estimate) {
  return {.id = mission.id,
          .status = mission.status,
          .started_at = mission.started_at,
          .ended_at = mission.ended_at,
          .earliest = earliest_start(mission),
          .progress = mission.progress,
          .estimate = estimate};
}

double remaining_s(const ForecastMission& mission, Time start, Time now) {
  const double whole = mission.estimate->seconds;
  if (mission.progress > 0) return whole * (1 - mission.progress);
  return std::clamp(whole - std::chrono::duration<double>(now - start).count(), 0.0, whole);
}

ForecastEdge forecast_edge(const DependencyView& edge) {
  return {.successor = edge.successor_id,
          .predecessor = edge.predecessor_id,
          .type = edge.type,
          .condition = edge.condition,
          .lag_s = edge.lag_s,
          .settlement = {.state = edge.state,
                         .at = edge.state == DependencyState::waiting ? edge.expected_at : edge.settled_at}};
}

Forecasts forecast(const std::map<MissionId, ForecastMission>& missions,
                   const std::vector<ForecastEdge>& edges,
                   Time now) {
  EdgesOf edges_of;
  for (const auto& edge : edges) {
    if (missions.contains(edge.predecessor)) edges_of[edge.successor].push_back(&edge);
  }
  Forecasts forecasts;
  for (const auto& id : in_order(missions, edges_of)) {
    const auto& mission = missions.at(id);
    auto& out = forecasts[id];
    if (is_final(mission.status)) {
      out.start = mission.started_at;
      out.end = mission.ended_at;
      continue;
    }
    const bool is_under_way = mission.status == MissionStatus::running || mission.status == MissionStatus::paused;
    const auto wait = [&](bool for_end, std::optional<Time>& at, std::optional<Decider>& by) {
      for (const auto* edge : edges_of[id]) {
        if ((edge->type == DependencyType::finish_to_finish) != for_end) continue;
        hold(at, out.is_lower_bound, by, release_of(*edge, forecasts.at(edge->predecessor), now));
      }
    };
    if (is_under_way) {
      out.start = mission.started_at.value_or(now);
    } else {
      out.start = std::max(now, mission.earliest.value_or(now));
      wait(false, out.start, out.start_by);
    }
    if (!out.start) continue;
    if (!mission.estimate) {
      out.is_lower_bound = true;
      out.end = is_under_way ? now : *out.start;
    } else if (is_under_way) {
      out.end = now + vocabulary::seconds(remaining_s(mission, *out.start, now));
    } else {
      out.end = *out.start + vocabulary::seconds(mission.estimate->seconds);
    }
    wait(true, out.end, out.end_by);
  }
  return forecasts;
}

std::vector<MissionId> critical_path(const std::map<MissionId, ForecastMission>& missions,
                                     const Forecasts& forecasts,
                                     MissionId id) {
  std::vector<MissionId> path;
  bool by_end = true;
  for (std::optional<MissionId> at = id; at && !is_final(missions.at(*at).status);) {
    path.push_back(*at);
    const auto& there = forecasts.at(*at);
    const auto& by = by_end && there.end_by ? there.end_by : there.start_by;
    at = by ? std::optional(by->predecessor) : std::nullopt;
    by_end = !by || by->by_end;
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace mms::missions
