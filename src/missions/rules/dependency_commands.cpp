// Edges added and removed, successors settled.
#include "missions/rules/dependency_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "missions/rules/on_mission.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using lanes::Answer;
using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

struct OnCycle {
  MissionId mission_id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(OnCycle, (), (mission_id, name))

constexpr std::size_t kShownOfCycle = 1000;

class Add final : public OnMission {
 public:
  Add(MissionId successor, DependencyId dependency, AddDependency input)
      : OnMission("add_dependency", successor, Permission::missions_write), dependency_(dependency), input_(input) {}

  void need(WorkingSet& set) const override {
    OnMission::need(set);
    auto& edges = set.of<DependencySet>();
    set.of<MissionSet>().need(input_.predecessor_id);
    edges.need_edges_of(input_.predecessor_id);
    // A walk is needed only between two that are both in the middle of something; asked again when those are loaded.
    if (!edges.all_here() || input_.predecessor_id == id_) return;
    if (edges.successors_of(id_).empty() || !edges.has_edges(input_.predecessor_id)) return;
    edges.need_walk(input_.predecessor_id, id_);
  }

  Answer answer(WorkingSet& set) const override {
    Answer answer{.status = 201, .body = {}, .location = {}, .version = 0};
    for (const auto& edge : edges(set, at_)) {
      if (edge.dependency.id == dependency_) json::append(answer.body, view_of(edge));
    }
    answer.location =
        fmt::format("/missions/{}/dependencies/{}", vocabulary::to_text(id_), vocabulary::to_text(dependency_));
    return answer;
  }

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet& set, Journal& journal) override {
    at_ = journal.now;
    const auto* found = set.of<MissionSet>().find(input_.predecessor_id);
    const bool visible = found != nullptr && !found->deleted_at && found->fleet_id == mission.fleet_id;
    const auto predecessor = visible ? std::optional(predecessor_of(*found)) : std::nullopt;
    auto events = decide(mission, input_, dependency_, predecessor ? &*predecessor : nullptr, edges(set, journal.now),
                         journal.caller.id, journal.now);
    if (!events) return events;
    if (const auto open = check_cycle(mission, *predecessor, set); !open) return std::unexpected(open.error());
    return events;
  }

  Result<void> check_cycle(const Mission& mission, const Predecessor& predecessor, WorkingSet& set) const {
    std::vector<OnCycle> cycle{{mission.id, mission.name}};
    if (predecessor.id == mission.id) return cycle_of(cycle);
    const auto* walk = set.of<DependencySet>().walk(predecessor.id, mission.id);
    if (walk == nullptr) return {};
    if (walk->visited > kLargestWalk) {
      return refuse(
          ProblemKind::graph_too_large,
          fmt::format("more than {} missions stand before it; the search for a cycle was given up", kLargestWalk));
    }
    if (!walk->reached) return {};
    for (const auto& [id, name] : walk->path) cycle.push_back({id, name});
    return cycle_of(cycle);
  }

  static std::unexpected<vocabulary::Problem> cycle_of(std::vector<OnCycle> cycle) {
    std::string words;
    for (const auto& step : cycle) words += fmt::format("\"{}\" waits for ", step.name);
    const auto length = cycle.size();
    if (cycle.size() > kShownOfCycle) cycle.resize(kShownOfCycle);
    return refuse(ProblemKind::dependency_cycle,
                  length <= 10 ? words + fmt::format("\"{}\"", cycle.front().name)
                               : fmt::format("it would close a cycle of {} missions", length),
                  json::ObjectText().add("cycle", cycle).add("length", length).members());
  }

  DependencyId dependency_;
  AddDependency input_;
  Time at_;
};

class Remove final : public OnMission {
 public:
  Remove(MissionId successor, DependencyId dependency)
      : OnMission("remove_dependency", successor, Permission::missions_write), dependency_(dependency) {}
  Answer answer(WorkingSet&) const override { return {.status = 204, .body = {}, .location = {}, .version = 0}; }

 private:
  Result<Events> decide_on(const Mission&, WorkingSet& set, Journal& journal) override {
    for (const auto& edge : edges(set, journal.now)) {
      if (edge.dependency.id != dependency_) continue;
      return Events{MissionDependencyRemoved{dependency_, edge.dependency.predecessor_id}};
    }
    return refuse(ProblemKind::not_found, "there is no such dependency of this mission");
  }
  DependencyId dependency_;
};

class Settle final : public OnMission {
 public:
  explicit Settle(MissionId id) : OnMission("settle_mission", id, Permission::missions_execute) {}

 private:
  // All that it does is what OnMission does after every command.
  Result<Events> decide_on(const Mission&, WorkingSet&, Journal&) override { return Events{}; }
  // One level at a time: a cascade of any depth is many small transactions.
  bool settles_at_once() const override { return false; }
};

class SettleSuccessors final : public lanes::Command {
 public:
  SettleSuccessors(MissionId predecessor, MissionId after, std::string kind)
      : predecessor_(predecessor), after_(after), kind_(std::move(kind)) {}
  std::string_view name() const override { return "settle_successors"; }
  void need(WorkingSet& set) const override { set.of<DependencySet>().need_successors_of(predecessor_, after_); }
  vocabulary::Result<void> authorise(WorkingSet&, const vocabulary::Caller&) const override { return {}; }
  vocabulary::Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    auto& timers = set.of<lanes::TimerSet>();
    timers.fired(predecessor_.uuid, kind_);
    const auto successors = set.of<DependencySet>().successors_of(predecessor_, after_);
    const auto count = std::min(successors.size(), kSuccessorsAtOnce);
    for (std::size_t i = 0; i < count; ++i) journal.follow_ups.push_back(settle_mission(successors[i]));
    if (successors.size() > count) {
      timers.replace({}, {settle_timer(predecessor_, successors[count - 1], kind_, journal.now)});
    }
    return {};
  }
  Answer answer(WorkingSet&) const override { return {.status = 204, .body = {}, .location = {}, .version = 0}; }

 private:
  MissionId predecessor_;
  MissionId after_;
  std::string kind_;
};

}  // namespace

std::unique_ptr<lanes::Command> add_dependency(MissionId successor, DependencyId id, AddDependency input) {
  return std::make_unique<Add>(successor, id, input);
}
std::unique_ptr<lanes::Command> remove_dependency(MissionId successor, DependencyId id) {
  return std::make_unique<Remove>(successor, id);
}
std::unique_ptr<lanes::Command> settle_mission(MissionId id) {
  return std::make_unique<Settle>(id);
}
std::unique_ptr<lanes::Command> settle_successors(MissionId predecessor, MissionId after, std::string kind) {
  return std::make_unique<SettleSuccessors>(predecessor, after, std::move(kind));
}

std::string settle_kind(std::int64_t version) {
  return fmt::format("settle {}", version);
}

bool is_settle_kind(std::string_view kind) {
  return kind.starts_with("settle ");
}

lanes::Timer settle_timer(MissionId predecessor, MissionId after, std::string kind, Time now) {
  return {.stream = "mission",
          .stream_id = predecessor.uuid,
          .kind = std::move(kind),
          .attempt = 0,
          .due_at = now,
          .data = vocabulary::to_text(after)};
}

}  // namespace mms::missions
