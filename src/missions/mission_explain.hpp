// Why a mission has not started, and what remains: blockers up the graph, and the longest way through what is left.
#pragma once

#include "http/request.hpp"
#include "missions/mission_routes.hpp"
#include "missions/rules/dependency.hpp"
#include "missions/rules/forecast.hpp"
#include "missions/rules/mission.hpp"

namespace mms::missions {

// One thing that holds the start back now.
struct ExplainReason {
  std::string
      code;  // as start would refuse: dependencies_unsatisfied, not_yet_scheduled, vehicle_missing, vehicle_busy …
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(ExplainReason, (), (code, detail))

// An edge somewhere above the mission. `depth` 1: its own.
struct ExplainBlocker {
  int depth = 1;
  DependencyView dependency;
};
BOOST_DESCRIBE_STRUCT(ExplainBlocker, (), (depth, dependency))

// A step of the longest remaining way to the mission's own end. The vehicle's present mission may be one.
struct CriticalStep {
  MissionId mission_id;
  std::string name;
  MissionStatus status{};
  std::optional<double> remaining_s;          // absent: nothing tells how long it takes, and it counts as nothing
  std::optional<EstimateFrom> estimate_from;  // of remaining_s
  std::optional<Time> expected_start;
  std::optional<Time> expected_end;
};
BOOST_DESCRIBE_STRUCT(CriticalStep,
                      (),
                      (mission_id, name, status, remaining_s, estimate_from, expected_start, expected_end))

// When it will start and end if nothing happens that nobody plans: paused missions go on now, attempts succeed, whoever
// may start does.
struct ForecastView {
  std::optional<Time> start;  // absent: never, as things stand: see reasons and blockers
  std::optional<Time> end;
  bool is_lower_bound = false;       // a duration on the way is not known, or the graph was cut
  bool needs_start_command = false;  // it has not started and does not do so by itself
};
BOOST_DESCRIBE_STRUCT(ForecastView, (), (start, end, is_lower_bound, needs_start_command))

struct Explanation {
  MissionId mission_id;
  MissionStatus status{};
  bool can_start = false;
  std::optional<Requested> requested;  // what its vehicle has not confirmed
  std::string summary;                 // one sentence for a person
  std::vector<ExplainReason> reasons;
  std::vector<ExplainBlocker> blockers;
  bool truncated = false;  // there are more blockers than are shown
  std::vector<CriticalStep> critical_path;
  std::optional<ForecastView> forecast;  // absent: it has ended
};
BOOST_DESCRIBE_STRUCT(
    Explanation,
    (),
    (mission_id, status, can_start, requested, summary, reasons, blockers, truncated, critical_path, forecast))

// Refuses: not_found.
async::Task<vocabulary::Result<Explanation>> explain_mission(const MissionTools& tools,
                                                             const http::Request& request,
                                                             MissionId id);

struct GraphNode {
  MissionId id;
  std::string name;
  MissionStatus status{};
  bool blocked = false;
};
BOOST_DESCRIBE_STRUCT(GraphNode, (), (id, name, status, blocked))

// The missions around one: those above and below it, and the edges between them.
struct MissionGraph {
  std::vector<GraphNode> nodes;
  std::vector<DependencyView> edges;
  bool truncated = false;
};
BOOST_DESCRIBE_STRUCT(MissionGraph, (), (nodes, edges, truncated))

async::Task<vocabulary::Result<MissionGraph>> graph_of_mission(const MissionTools& tools,
                                                               const http::Request& request,
                                                               MissionId id);

}  // namespace mms::missions
