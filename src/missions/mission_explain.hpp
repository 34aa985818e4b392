// Why a mission has not started, and what remains: blockers up the graph, and the longest way through what is left.
#pragma once

#include "http/request.hpp"
#include "missions/mission_routes.hpp"
#include "missions/rules/dependency.hpp"
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

// A step of the longest remaining way to the mission's own end.
struct CriticalStep {
  MissionId mission_id;
  std::string name;
  MissionStatus status{};
  std::optional<double> remaining_s;  // by timeout_s; absent where the mission has none
};
BOOST_DESCRIBE_STRUCT(CriticalStep, (), (mission_id, name, status, remaining_s))

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
};
BOOST_DESCRIBE_STRUCT(Explanation,
                      (),
                      (mission_id, status, can_start, requested, summary, reasons, blockers, truncated, critical_path))

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
