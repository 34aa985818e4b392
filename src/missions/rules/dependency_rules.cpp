// Decisions on edges, and what edges decide for their successor.
#include <fmt/format.h>

#include <algorithm>

#include "missions/rules/mission_rules.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

constexpr const char* kUnsatisfiable = "dependency_unsatisfiable";

const Edge* unsatisfiable(const Edges& edges) {
  const auto at =
      std::ranges::find_if(edges, [](const Edge& e) { return e.settlement.state == DependencyState::unsatisfiable; });
  return at == edges.end() ? nullptr : &*at;
}

// When the last lag ends, if all that still wait wait for a lag alone.
std::optional<Time> lag_ends(const Edges& held) {
  std::optional<Time> last;
  for (const auto& edge : held) {
    if (!edge.settlement.at) return std::nullopt;
    last = std::max(last.value_or(*edge.settlement.at), *edge.settlement.at);
  }
  return last;
}

// Its vehicle is asked once: what came of it is for a person to judge.
bool was_to_cancel(const Mission& mission) {
  const bool asked = mission.requested && mission.requested->command == RequestedChange::cancel;
  return asked || (mission.last_command && mission.last_command->command == RequestedChange::cancel);
}

Events settle_unsatisfiable(const Mission& mission, const Edge& edge) {
  if (was_to_cancel(mission)) return {};
  if (mission.on_dependency_failure == OnDependencyFailure::cancel) return {MissionCancelled{kUnsatisfiable}};
  if (mission.blocked) return {};
  return {MissionBlocked{kUnsatisfiable, edge.dependency.id, edge.dependency.predecessor_id}};
}

Events settle_waiting(const Mission& mission, const Edges& held) {
  const auto until = lag_ends(held);
  const bool later = until && (!mission.not_before || *mission.not_before < *until);
  if (later) return {MissionHeld{until}};
  if (mission.status == MissionStatus::ready) return {MissionHeld{}};
  return {};
}

Events settle_start(const Mission& mission, const Edges& held, Time now) {
  if (const auto* edge = unsatisfiable(held)) return settle_unsatisfiable(mission, *edge);
  Events events;
  if (mission.blocked) events.emplace_back(MissionUnblocked{});
  if (!held.empty()) {
    std::ranges::move(settle_waiting(mission, held), std::back_inserter(events));
    return events;
  }
  const auto earliest = earliest_start(mission);
  const bool may = !earliest || *earliest <= now;
  if (mission.status == MissionStatus::pending && may) events.emplace_back(MissionBecameReady{});
  return events;
}

Events settle_finish(const Mission& mission, const Edges& held) {
  if (const auto* edge = unsatisfiable(held)) return settle_unsatisfiable(mission, *edge);
  Events events;
  if (mission.blocked) events.emplace_back(MissionUnblocked{});
  if (!awaits_finish(mission)) return events;
  if (!held.empty()) {
    std::ranges::move(settle_waiting(mission, held), std::back_inserter(events));
    return events;
  }
  events.emplace_back(MissionCompleted{outcome_of(mission), {}, false});
  return events;
}

}  // namespace

Result<Events> decide(const Mission& mission,
                      const AddDependency& command,
                      DependencyId id,
                      const Predecessor* predecessor,
                      const Edges& edges,
                      const std::string& caller,
                      Time now) {
  const auto bad = [](const char* pointer, const char* code, std::string detail) {
    auto refusal = refuse(ProblemKind::invalid_fields, "this dependency cannot be added");
    refusal.error().errors.push_back({pointer, code, std::move(detail)});
    return refusal;
  };
  if (predecessor == nullptr) return bad("/predecessor_id", "not_found", "there is no such mission in this fleet");
  if (command.type == DependencyType::start_to_start && command.condition) {
    return bad("/condition", "not_applicable", "start_to_start looks at the start and knows no condition");
  }
  const bool finish = command.type == DependencyType::finish_to_finish;
  if (mission.requested) return refuse_requested(mission, "begin to wait for another one");
  if (mission.status != MissionStatus::pending && mission.status != MissionStatus::ready) {
    std::vector<std::string> allowed;
    for (const auto name : allowed_commands(mission)) allowed.emplace_back(name);
    return refuse(ProblemKind::wrong_state,
                  fmt::format("a {} mission cannot begin to wait for another one", vocabulary::name_of(mission.status)),
                  json::ObjectText().add("state", mission.status).add("allowed", allowed).members());
  }
  for (const auto& edge : edges) {
    if (edge.dependency.predecessor_id != command.predecessor_id || edge.dependency.type != command.type) continue;
    return refuse(ProblemKind::already_exists, "this dependency is there already",
                  json::ObjectText().add("dependency_id", edge.dependency.id).members());
  }
  Dependency dependency{.id = id,
                        .successor_id = mission.id,
                        .predecessor_id = command.predecessor_id,
                        .type = command.type,
                        .condition = command.condition.value_or(DependencyCondition::success),
                        .lag_s = command.lag_s.value,
                        .created_at = now,
                        .created_by = caller};
  const auto settled = settle(dependency, *predecessor, now);
  const bool holds = !finish && mission.status == MissionStatus::ready && settled.state != DependencyState::satisfied;
  return Events{MissionDependencyAdded{std::move(dependency), holds}};
}

Events decide_settling(const Mission& mission, const Edges& edges, Time now) {
  switch (mission.status) {
    case MissionStatus::pending:
    case MissionStatus::ready:
      // One whose start is on its way counts as started: its dependencies were asked then.
      return mission.deleted_at || mission.requested ? Events{} : settle_start(mission, holding_start(edges), now);
    case MissionStatus::running:
    case MissionStatus::paused:
      return settle_finish(mission, holding_finish(edges));
    default:
      return {};
  }
}

}  // namespace mms::missions
