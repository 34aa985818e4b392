// The meaning of the three types and three conditions.
#include "missions/rules/dependency.hpp"

namespace mms::missions {
namespace {

bool meets(DependencyCondition condition, MissionStatus end) {
  switch (condition) {
    case DependencyCondition::success:
      return end == MissionStatus::completed;
    case DependencyCondition::failure:
      return end == MissionStatus::failed;
    case DependencyCondition::any:
      return true;
  }
  return false;
}

Settlement after_lag(Time reached, double lag_s, Time now) {
  const auto at = reached + vocabulary::seconds(lag_s);
  // Events of one moment are a microsecond apart: without a lag, what has happened counts at once.
  return {at <= now || lag_s <= 0 ? DependencyState::satisfied : DependencyState::waiting, at};
}

Edges holding(const Edges& edges, bool finish) {
  Edges held;
  for (const auto& edge : edges) {
    const bool is_finish = edge.dependency.type == DependencyType::finish_to_finish;
    if (is_finish == finish && edge.settlement.state != DependencyState::satisfied) held.push_back(edge);
  }
  return held;
}

}  // namespace

Predecessor predecessor_of(const Mission& m) {
  return {.id = m.id, .name = m.name, .status = m.status, .started_at = m.started_at, .ended_at = m.ended_at};
}

Settlement settle(const Dependency& dependency, const Predecessor& p, Time now) {
  const bool ended = is_final(p.status);
  if (dependency.type == DependencyType::start_to_start) {
    if (p.started_at) return after_lag(*p.started_at, dependency.lag_s, now);
    return ended ? Settlement{DependencyState::unsatisfiable, p.ended_at} : Settlement{};
  }
  if (!ended) return {};
  if (!meets(dependency.condition, p.status)) return {DependencyState::unsatisfiable, p.ended_at};
  return after_lag(p.ended_at.value_or(now), dependency.lag_s, now);
}

Edges holding_start(const Edges& edges) {
  return holding(edges, false);
}

Edges holding_finish(const Edges& edges) {
  return holding(edges, true);
}

std::optional<vocabulary::Duration> resolution_time(const Edges& edges) {
  std::optional<Time> from;
  std::optional<Time> to;
  for (const auto& [dependency, predecessor, settlement] : edges) {
    if (dependency.type == DependencyType::finish_to_finish) continue;
    if (settlement.state != DependencyState::satisfied || !settlement.at) return std::nullopt;
    from = std::min(from.value_or(dependency.created_at), dependency.created_at);
    to = std::max(to.value_or(*settlement.at), *settlement.at);
  }
  if (!from) return std::nullopt;
  // An edge to a mission that had ended before is satisfied before it is made.
  return std::max(*to - *from, vocabulary::Duration::zero());
}

DependencyView view_of(const Edge& edge) {
  const auto& d = edge.dependency;
  const bool waiting = edge.settlement.state == DependencyState::waiting;
  return {.id = d.id,
          .successor_id = d.successor_id,
          .predecessor_id = d.predecessor_id,
          .predecessor_name = edge.predecessor.name,
          .predecessor_status = edge.predecessor.status,
          .type = d.type,
          .condition = d.condition,
          .lag_s = d.lag_s,
          .state = edge.settlement.state,
          .settled_at = waiting ? std::nullopt : edge.settlement.at,
          .expected_at = waiting ? edge.settlement.at : std::nullopt,
          .created_at = d.created_at,
          .created_by = d.created_by};
}

}  // namespace mms::missions
