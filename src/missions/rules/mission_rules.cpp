// Decisions on the life of a mission: start to end.
#include "missions/rules/mission_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "missions/rules/vehicle_control.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

bool is_one_of(MissionStatus status, std::initializer_list<MissionStatus> set) {
  return std::ranges::find(set, status) != set.end();
}

std::unexpected<vocabulary::Problem> wrong_state(const Mission& mission, std::string_view command) {
  return refuse_state(mission, fmt::format("a {} mission cannot {}", vocabulary::name_of(mission.status), command));
}

struct Blocker {
  ProblemKind kind;
  std::string detail;
  json::ObjectText members;
};

std::optional<Blocker> vehicle_blocker(const Mission& mission, const StartFacts& facts) {
  if (!mission.vehicle_id) {
    return Blocker{ProblemKind::vehicle_missing, "no vehicle is assigned; POST …/assign first", {}};
  }
  if (!facts.occupant) return std::nullopt;
  return Blocker{
      ProblemKind::vehicle_busy,
      fmt::format("vehicle {} is occupied by mission \"{}\"", *mission.vehicle_id, facts.occupant->name),
      json::ObjectText()
          .add("vehicle_id", *mission.vehicle_id)
          .add_raw("occupied_by",
                   json::ObjectText().add("mission_id", facts.occupant->id).add("name", facts.occupant->name).text())};
}

std::optional<Blocker> dependency_blocker(ProblemKind kind, const Edges& held) {
  if (held.empty()) return std::nullopt;
  std::vector<DependencyView> blockers;
  for (const auto& edge : held) blockers.push_back(view_of(edge));
  const auto& first = held.front();
  return Blocker{
      kind,
      fmt::format("{} of its dependencies {} not satisfied, first \"{}\" ({})", held.size(),
                  held.size() == 1 ? "is" : "are", first.predecessor.name, vocabulary::name_of(first.settlement.state)),
      json::ObjectText().add("blockers", blockers)};
}

std::optional<Blocker> schedule_blocker(const Mission& mission, Time now) {
  const auto earliest = earliest_start(mission);
  if (!earliest || *earliest <= now) return std::nullopt;
  return Blocker{ProblemKind::not_yet_scheduled, fmt::format("it may start from {}", vocabulary::to_text(*earliest)),
                 json::ObjectText().add("earliest_start", *earliest)};
}

std::vector<Blocker> blockers_of(const Mission& mission, const StartFacts& facts, Time now, bool is_start) {
  std::vector<Blocker> blockers;
  const auto add = [&](std::optional<Blocker> blocker) {
    if (blocker) blockers.push_back(std::move(*blocker));
  };
  if (is_start) {
    add(dependency_blocker(ProblemKind::dependencies_unsatisfied, holding_start(facts.edges)));
    add(schedule_blocker(mission, now));
  }
  if (auto r = unmet_requirements(mission, facts.safety, now)) {
    add(Blocker{ProblemKind::safety_requirements_unmet, std::move(r->detail), std::move(r->members)});
  }
  add(vehicle_blocker(mission, facts));
  if (auto r = open_critical_events(facts.safety)) {
    add(Blocker{ProblemKind::critical_event_open, std::move(r->detail), std::move(r->members)});
  }
  return blockers;
}

// All that stands in the way of moving, the first one as the problem's own code.
Result<void> check_gate(const Mission& mission, const StartFacts& facts, Time now, bool is_start) {
  const auto blockers = blockers_of(mission, facts, now, is_start);
  if (blockers.empty()) return {};
  std::vector<std::string> reasons;
  std::string members;
  for (const auto& b : blockers) {
    reasons.emplace_back(vocabulary::name_of(b.kind));
    if (const auto more = b.members.members(); !more.empty()) members += more + ',';
  }
  members += json::ObjectText().add("reasons", reasons).members();
  return refuse(blockers.front().kind, blockers.front().detail, members);
}

Events fail_attempt(const Mission& mission, const std::string& reason, Time now) {
  if (mission.attempt >= mission.retry.max_attempts) return {MissionFailed{reason, mission.attempt}};
  const auto wait = backoff(mission.retry, mission.id, mission.attempt);
  Events events{MissionAttemptFailed{reason, mission.attempt, now + wait}};
  const bool scheduled_later = mission.scheduled_start && *mission.scheduled_start > now;
  if (wait <= vocabulary::Duration::zero() && !scheduled_later) events.emplace_back(MissionBecameReady{});
  return events;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> start_blockers(const Mission& mission,
                                                                const StartFacts& facts,
                                                                Time now) {
  std::vector<std::pair<std::string, std::string>> all;
  if (mission.status != MissionStatus::pending && mission.status != MissionStatus::ready) return all;
  if (mission.requested) {
    all.emplace_back(vocabulary::name_of(ProblemKind::wrong_state), refuse_requested(mission, "start").error().detail);
    return all;
  }
  for (const auto& b : blockers_of(mission, facts, now, true)) all.emplace_back(vocabulary::name_of(b.kind), b.detail);
  return all;
}

std::vector<std::string_view> allowed_commands(MissionStatus status) {
  switch (status) {
    case MissionStatus::pending:
      return {"start", "cancel", "assign", "update", "delete"};
    case MissionStatus::ready:
      return {"start", "fail", "cancel", "assign", "update", "delete"};
    case MissionStatus::running:
      return {"pause", "complete", "fail", "cancel", "update"};
    case MissionStatus::paused:
      return {"resume", "complete", "fail", "cancel", "assign", "update"};
    case MissionStatus::failed:
      return {"retry", "update", "delete"};
    case MissionStatus::completed:
    case MissionStatus::cancelled:
      return {"update", "delete"};
  }
  return {};
}

std::vector<std::string_view> allowed_commands(const Mission& mission) {
  auto names = allowed_commands(mission.status);
  if (!mission.requested) return names;
  const bool waiting = mission.status == MissionStatus::pending || mission.status == MissionStatus::ready;
  if (waiting) names = {"fail", "cancel", "update"};
  std::erase_if(names, [&](std::string_view name) {
    if (name == "cancel") return mission.requested->command == RequestedChange::cancel;
    return name == "pause" || name == "resume" || name == "assign";
  });
  return names;
}

std::unexpected<vocabulary::Problem> refuse_state(const Mission& mission, std::string detail) {
  std::vector<std::string> allowed;
  for (const auto name : allowed_commands(mission)) allowed.emplace_back(name);
  json::ObjectText members;
  members.add("state", mission.status).add("allowed", allowed);
  if (mission.requested) members.add("requested", *mission.requested);
  return refuse(ProblemKind::wrong_state, std::move(detail), members.members());
}

std::unexpected<vocabulary::Problem> refuse_requested(const Mission& mission, std::string_view command) {
  const auto& r = *mission.requested;
  return refuse_state(
      mission,
      fmt::format("it cannot {} now: {} was requested at {} and its vehicle has until {} to confirm", command,
                  vocabulary::name_of(r.command), vocabulary::to_text(r.at), vocabulary::to_text(r.expires_at)));
}

vocabulary::Duration backoff(const Retry& retry, const MissionId& id, int attempt) {
  const double plain = std::min(retry.backoff_s * std::pow(retry.backoff_factor, attempt - 1), retry.max_backoff_s);
  const auto hash = vocabulary::UuidHash{}(id.uuid) + static_cast<std::size_t>(attempt) * 0x9E3779B97F4A7C15ULL;
  const double jitter = 0.9 + 0.2 * static_cast<double>(hash >> 40) / static_cast<double>(1 << 24);
  return vocabulary::seconds(plain * jitter);
}

Result<Events> decide(const Mission& mission, const StartMission&, const StartFacts& facts, Time now) {
  if (mission.requested) return refuse_requested(mission, "start");
  if (!is_one_of(mission.status, {MissionStatus::pending, MissionStatus::ready})) return wrong_state(mission, "start");
  if (const auto open = check_gate(mission, facts, now, true); !open) return std::unexpected(open.error());
  return Events{MissionStarted{mission.attempt, *mission.vehicle_id, checked(mission, facts.safety, now)}};
}

Result<Events> decide(const Mission& mission, const PauseMission& command) {
  if (mission.requested) return refuse_requested(mission, "pause");
  if (mission.status != MissionStatus::running) return wrong_state(mission, "pause");
  return Events{MissionPaused{command.reason}};
}

Result<Events> decide(const Mission& mission, const ResumeMission&, const StartFacts& facts, Time now) {
  if (mission.requested) return refuse_requested(mission, "resume");
  if (mission.status != MissionStatus::paused) return wrong_state(mission, "resume");
  if (const auto open = check_gate(mission, facts, now, false); !open) return std::unexpected(open.error());
  return Events{MissionResumed{checked(mission, facts.safety, now)}};
}

Result<Events> decide(const Mission& mission, const CompleteMission& command, const Edges& edges) {
  if (!is_one_of(mission.status, {MissionStatus::running, MissionStatus::paused})) {
    return wrong_state(mission, "complete");
  }
  std::vector<std::string> unfinished;
  for (const auto& task : mission.tasks) {
    if (task.status != TaskStatus::succeeded && task.status != TaskStatus::skipped) unfinished.push_back(task.key);
  }
  if (!unfinished.empty() && !command.force) {
    return refuse(ProblemKind::tasks_unfinished,
                  fmt::format("{} of {} tasks are not finished; report them, or send \"force\": true",
                              unfinished.size(), mission.tasks.size()),
                  json::ObjectText().add("tasks", unfinished).members());
  }
  if (auto b = dependency_blocker(ProblemKind::finish_dependencies_unsatisfied, holding_finish(edges))) {
    return refuse(b->kind, b->detail, b->members.members());
  }
  return Events{MissionCompleted{command.outcome, command.result, command.force && !unfinished.empty()}};
}

Result<Events> decide(const Mission& mission, const FailMission& command, Time now) {
  const bool may = is_one_of(mission.status, {MissionStatus::ready, MissionStatus::running, MissionStatus::paused});
  if (!may && !mission.requested) {
    return wrong_state(mission, "fail");
  }
  return fail_attempt(mission, command.reason, now);
}

Result<Events> decide(const Mission& mission, const RetryMission&, Time now) {
  if (mission.status != MissionStatus::failed) return wrong_state(mission, "retry");
  Events events{MissionRetried{mission.attempt + 1}};
  if (!mission.scheduled_start || *mission.scheduled_start <= now) events.emplace_back(MissionBecameReady{});
  return events;
}

Result<Events> decide(const Mission& mission, const CancelMission& command) {
  if (is_final(mission.status)) return wrong_state(mission, "cancel");
  const bool under_way = mission.requested && mission.requested->command == RequestedChange::cancel;
  if (under_way) return refuse_requested(mission, "cancel");
  return Events{MissionCancelled{command.reason.value_or("cancelled_by_caller")}};
}

Result<Events> decide(const Mission& mission, const DeleteMission&, const std::vector<MissionId>& successors) {
  if (may_be_with_vehicle(mission)) {
    return refuse(ProblemKind::mission_active,
                  fmt::format("a {} mission cannot be deleted; complete, fail or cancel it first",
                              vocabulary::name_of(mission.status)),
                  json::ObjectText().add("state", mission.status).members());
  }
  if (!is_final(mission.status) && !successors.empty()) {
    return refuse(ProblemKind::has_successors,
                  fmt::format("{} mission{} for it; remove those dependencies first, or cancel it", successors.size(),
                              successors.size() == 1 ? " waits" : "s wait"),
                  json::ObjectText().add("successors", successors).members());
  }
  return Events{MissionDeleted{}};
}

Events decide_timer(const Mission& mission, const std::string& kind, std::int64_t attempt, Time now) {
  for (const auto& timer : timers_of(mission)) {
    if (timer.kind != kind || timer.attempt != attempt || timer.due_at > now) continue;
    if (kind == "deadline") return {MissionFailed{"deadline_exceeded", mission.attempt}};
    if (kind == "timeout") return fail_attempt(mission, "timeout", now);
    if (kind == "command_timeout") return {time_out(mission, now)};
    // While it runs, the end of a lag is for decide_settling to see.
    return mission.status == MissionStatus::pending ? Events{MissionBecameReady{}} : Events{};
  }
  return {};
}

}  // namespace mms::missions
