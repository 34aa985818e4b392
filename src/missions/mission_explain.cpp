// Walking the graph outwards, level by level, in bounded steps.
#include "missions/mission_explain.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "missions/dependency_store.hpp"
#include "missions/mission_reading.hpp"
#include "missions/mission_store.hpp"
#include "missions/rules/mission_rules.hpp"
#include "missions/rules/mission_safety.hpp"
#include "missions/rules/mission_set.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using vocabulary::Result;
namespace json = vocabulary::json;

constexpr std::size_t kMostEdges = 1000;
constexpr std::size_t kLevelAtOnce = 200;

// Everything found so far, and where to look next.
struct Region {
  std::map<MissionId, Mission> missions;
  std::map<DependencyId, ExplainBlocker> edges;
  bool truncated = false;
};

async::Task<void> load_missions(const MissionTools& tools,
                                const http::Request& request,
                                const std::set<MissionId>& ids,
                                Region& region) {
  std::vector<database::Query> queries;
  for (const auto& id : ids) {
    if (!region.missions.contains(id)) queries.push_back(find_mission(id));
  }
  if (queries.empty()) co_return;
  for (const auto& rows : co_await tools.reader.run(std::move(queries), request.deadline)) {
    if (const auto found = cached_from(rows)) {
      auto mission = json::from_stored<Mission>(*found->body);
      region.missions.emplace(mission.id, std::move(mission));
    }
  }
}

// One step outwards from `level`; answers the missions at the other ends.
async::Task<std::set<MissionId>> step(const MissionTools& tools,
                                      const http::Request& request,
                                      const std::vector<MissionId>& level,
                                      bool upwards,
                                      int depth,
                                      Region& region) {
  std::vector<database::Query> queries;
  for (const auto& id : level) {
    queries.push_back(upwards ? edges_of_successor(id)
                              : edges_of_predecessor(id, static_cast<std::int64_t>(kMostEdges)));
  }
  std::set<MissionId> next;
  const auto now = tools.now();
  for (const auto& rows : co_await tools.reader.run(std::move(queries), request.deadline)) {
    for (const auto& edge : edges_from(rows, now)) {
      if (region.edges.size() >= kMostEdges) {
        region.truncated = true;
        co_return next;
      }
      if (!region.edges.try_emplace(edge.dependency.id, ExplainBlocker{depth, view_of(edge)}).second) continue;
      next.insert(upwards ? edge.dependency.predecessor_id : edge.dependency.successor_id);
    }
  }
  co_return next;
}

// Through missions that have not ended: what has ended holds nothing back.
async::Task<void> explore(const MissionTools& tools,
                          const http::Request& request,
                          MissionId from,
                          bool upwards,
                          bool through_ended,
                          Region& region) {
  std::set<MissionId> frontier{from};
  for (int depth = 1; !frontier.empty() && !region.truncated; ++depth) {
    std::set<MissionId> next;
    std::vector<MissionId> level;
    for (const auto& id : frontier) {
      const auto at = region.missions.find(id);
      if (depth > 1 && !through_ended && at != region.missions.end() && is_final(at->second.status)) continue;
      level.push_back(id);
    }
    for (std::size_t i = 0; i < level.size() && !region.truncated; i += kLevelAtOnce) {
      const std::vector<MissionId> part(
          level.begin() + static_cast<std::ptrdiff_t>(i),
          level.begin() + static_cast<std::ptrdiff_t>(std::min(i + kLevelAtOnce, level.size())));
      next.merge(co_await step(tools, request, part, upwards, depth, region));
    }
    co_await load_missions(tools, request, next, region);
    frontier = std::move(next);
  }
}

Edges own_edges(const Region& region, MissionId id, Time now) {
  Edges edges;
  for (const auto& [key, blocker] : region.edges) {
    const auto& d = blocker.dependency;
    if (d.successor_id != id) continue;
    const auto at = region.missions.find(d.predecessor_id);
    if (at == region.missions.end()) continue;
    Edge edge{{.id = d.id,
               .successor_id = id,
               .predecessor_id = d.predecessor_id,
               .type = d.type,
               .condition = d.condition,
               .lag_s = d.lag_s,
               .created_at = d.created_at,
               .created_by = d.created_by},
              predecessor_of(at->second),
              {}};
    edge.settlement = settle(edge.dependency, edge.predecessor, now);
    edges.push_back(std::move(edge));
  }
  return edges;
}

// What the missions of the region take, by what those of their templates took.
async::Task<std::map<MissionId, ForecastMission>> estimate(const MissionTools& tools,
                                                           const http::Request& request,
                                                           const Region& region) {
  auto query = template_history();
  std::set<std::pair<TemplateId, std::string>> asked;
  for (const auto& [id, mission] : region.missions) {
    if (!mission.template_id || is_final(mission.status)) continue;
    if (!asked.emplace(*mission.template_id, mission.fleet_id).second) continue;
    add_template(query, *mission.template_id, mission.fleet_id);
  }
  History history;
  if (!asked.empty()) history = history_from(co_await tools.reader.run_one(std::move(query), request.deadline));
  std::map<MissionId, ForecastMission> missions;
  for (const auto& [id, mission] : region.missions) {
    std::span<const double> took;
    if (mission.template_id) {
      const auto known = history.find({*mission.template_id, mission.fleet_id});
      if (known != history.end()) took = known->second;
    }
    missions.emplace(id, forecast_mission(mission, estimate_of(mission, took)));
  }
  co_return missions;
}

// Fills in when the mission starts and ends, and the way that decides it. `occupant`: has its vehicle now.
async::Task<void> foresee(const MissionTools& tools,
                          const http::Request& request,
                          const std::optional<Occupant>& occupant,
                          Region& region,
                          Time now,
                          Explanation& e) {
  const auto& mission = region.missions.at(e.mission_id);
  if (is_final(mission.status)) co_return;
  std::vector<ForecastEdge> edges;
  for (const auto& [key, blocker] : region.edges) edges.push_back(forecast_edge(blocker.dependency));
  if (occupant) {
    co_await load_missions(tools, request, {occupant->id}, region);
    edges.push_back({.successor = mission.id,
                     .predecessor = occupant->id,
                     .condition = DependencyCondition::any,
                     .settlement = {}});
  }
  const auto missions = co_await estimate(tools, request, region);
  const auto forecasts = forecast(missions, edges, now);
  const auto& own = forecasts.at(mission.id);
  e.forecast = {.start = own.start,
                .end = own.end,
                .is_lower_bound = own.is_lower_bound || region.truncated,
                .needs_start_command = !mission.started_at && mission.start_policy == StartPolicy::manual};
  for (const auto& id : critical_path(missions, forecasts, mission.id)) {
    const auto& one = missions.at(id);
    const auto& course = forecasts.at(id);
    CriticalStep step{.mission_id = id,
                      .name = region.missions.at(id).name,
                      .status = one.status,
                      .expected_start = course.start,
                      .expected_end = course.end};
    if (one.estimate && course.start) {
      step.remaining_s = remaining_s(one, *course.start, now);
      step.estimate_from = one.estimate->from;
    }
    e.critical_path.push_back(std::move(step));
  }
}

// What the gate would look at, read beside the lane by the parts that the lane works with.
// Lifetime: the facts hold as long as `set`.
async::Task<SafetyFacts> read_safety(const MissionTools& tools,
                                     const http::Request& request,
                                     const Mission& mission,
                                     lanes::WorkingSet& set) {
  std::vector<std::unique_ptr<lanes::Part>> parts;
  for (const auto& make : tools.gate_parts) parts.push_back(make(set));
  set.emplace<MissionSet>().loaded(mission, {});
  need_safety(set, mission.id);
  for (const auto& part : parts) {
    auto loads = part->loads();
    if (loads.empty()) continue;
    const auto answers = co_await tools.reader.run(std::move(loads), request.deadline);
    part->take(answers);
  }
  co_return safety_facts(mission, set);
}

std::string summary_of(const Explanation& e, const Mission& mission) {
  if (e.can_start) return fmt::format("\"{}\" can start now.", mission.name);
  if (is_final(mission.status))
    return fmt::format("\"{}\" has ended: {}.", mission.name, vocabulary::name_of(mission.status));
  if (mission.requested) {
    return fmt::format("\"{}\" is {}; {} was requested at {} and waits for {} to confirm.", mission.name,
                       vocabulary::name_of(mission.status), vocabulary::name_of(mission.requested->command),
                       vocabulary::to_text(mission.requested->at), *mission.vehicle_id);
  }
  if (mission.status == MissionStatus::running || mission.status == MissionStatus::paused) {
    return fmt::format("\"{}\" is {}.", mission.name, vocabulary::name_of(mission.status));
  }
  std::string words = fmt::format("\"{}\" has not started: ", mission.name);
  for (std::size_t i = 0; i < e.reasons.size(); ++i) words += (i > 0 ? "; " : "") + e.reasons[i].detail;
  return words + '.';
}

}  // namespace

async::Task<Result<Explanation>> explain_mission(const MissionTools& tools,
                                                 const http::Request& request,
                                                 MissionId id) {
  CO_TRY(found, co_await readable_mission(tools, request, id, false));
  Region region;
  auto mission = json::from_stored<Mission>(*found.body);
  region.missions.emplace(id, mission);
  co_await explore(tools, request, id, true, false, region);
  const auto now = tools.now();
  StartFacts facts;
  facts.edges = own_edges(region, id, now);
  if (mission.vehicle_id) {
    const auto rows = co_await tools.reader.run_one(occupant_of(*mission.vehicle_id), request.deadline);
    facts.occupant = occupant_from(rows, id);
  }
  lanes::WorkingSet set;
  facts.safety = co_await read_safety(tools, request, mission, set);
  Explanation e{.mission_id = id, .status = mission.status, .requested = mission.requested};
  for (const auto& [code, detail] : start_blockers(mission, facts, now)) e.reasons.push_back({code, detail});
  e.can_start = decide(mission, StartMission{}, facts, now).has_value();
  e.summary = summary_of(e, mission);
  for (const auto& [key, blocker] : region.edges) {
    if (blocker.dependency.state != DependencyState::satisfied) e.blockers.push_back(blocker);
  }
  std::ranges::sort(e.blockers, {}, [](const ExplainBlocker& b) { return std::pair(b.depth, b.dependency.id); });
  e.truncated = region.truncated;
  co_await foresee(tools, request, facts.occupant, region, now, e);
  co_return e;
}

async::Task<Result<MissionGraph>> graph_of_mission(const MissionTools& tools,
                                                   const http::Request& request,
                                                   MissionId id) {
  CO_TRY(found, co_await readable_mission(tools, request, id, false));
  Region region;
  region.missions.emplace(id, json::from_stored<Mission>(*found.body));
  co_await explore(tools, request, id, true, true, region);
  co_await explore(tools, request, id, false, true, region);
  MissionGraph graph;
  for (const auto& [key, m] : region.missions) graph.nodes.push_back({m.id, m.name, m.status, m.blocked});
  // Edges found from above carry the other end in the predecessor's place: they are told anew from both ends.
  for (const auto& [key, mission] : region.missions) {
    for (const auto& edge : own_edges(region, mission.id, tools.now())) graph.edges.push_back(view_of(edge));
  }
  graph.truncated = region.truncated;
  co_return graph;
}

}  // namespace mms::missions
