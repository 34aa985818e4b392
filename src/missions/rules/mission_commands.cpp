// From a command to its decision and back into the working set.
#include "missions/rules/mission_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "access/rules/scope.hpp"
#include "missions/rules/dependency_commands.hpp"
#include "missions/rules/on_mission.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using lanes::Answer;
using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Caller;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

// Commands whose decision needs nothing beside the mission, and perhaps the time.
template <class Input>
class Plain final : public OnMission {
 public:
  Plain(std::string_view name, MissionId id, Input input, Permission permission = Permission::missions_execute)
      : OnMission(name, id, permission), input_(std::move(input)) {}

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet&, Journal& journal) override {
    if constexpr (requires { decide(mission, input_, journal.now); }) {
      return decide(mission, input_, journal.now);
    } else {
      return decide(mission, input_);
    }
  }
  Input input_;
};

// Start and resume: the gate asks who occupies the vehicle.
template <class Input>
class Gated final : public OnMission {
 public:
  Gated(std::string_view name, MissionId id) : OnMission(name, id, Permission::missions_execute) {}
  void need(WorkingSet& set) const override {
    OnMission::need(set);
    set.of<MissionSet>().need_vehicle_of(id_);
    need_safety(set, id_);
  }

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet& set, Journal& journal) override {
    return decide(mission, Input{}, start_facts(mission, set, journal.now), journal.now);
  }
};

class Complete final : public OnMission {
 public:
  Complete(MissionId id, CompleteMission input)
      : OnMission("complete_mission", id, Permission::missions_execute), input_(std::move(input)) {}
  Result<void> authorise(WorkingSet& set, const Caller& caller) const override {
    if (const auto may = OnMission::authorise(set, caller); !may || !input_.force) return may;
    return check_scope(set.of<MissionSet>().find(id_), caller, Permission::missions_write);
  }

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet& set, Journal& journal) override {
    return decide(mission, input_, edges(set, journal.now));
  }
  CompleteMission input_;
};

class Assign final : public OnMission {
 public:
  Assign(MissionId id, AssignMission input)
      : OnMission("assign_mission", id, Permission::missions_execute), input_(std::move(input)) {}
  void need(WorkingSet& set) const override {
    OnMission::need(set);
    set.of<MissionSet>().need_vehicle(input_.vehicle_id);
  }

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet& set, Journal&) override {
    return decide(mission, input_, set.of<MissionSet>().occupant(input_.vehicle_id, id_));
  }
  AssignMission input_;
};

class Update final : public OnMission {
 public:
  Update(MissionId id, UpdateMission input)
      : OnMission("update_mission", id, Permission::missions_write), input_(std::move(input)) {}
  void need(WorkingSet& set) const override {
    OnMission::need(set);
    if (input_.vehicle_id.value) set.of<MissionSet>().need_vehicle(*input_.vehicle_id.value);
  }

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet&, Journal& journal) override {
    return decide(mission, input_, std::nullopt, journal.now);
  }
  UpdateMission input_;
};

class Delete final : public OnMission {
 public:
  explicit Delete(MissionId id) : OnMission("delete_mission", id, Permission::missions_write) {}
  Answer answer(WorkingSet&) const override { return {.status = 204, .body = {}, .location = {}, .version = 0}; }

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet& set, Journal&) override {
    return decide(mission, DeleteMission{}, set.of<DependencySet>().successors_of(id_));
  }
};

class Report final : public OnMission {
 public:
  Report(MissionId id, std::string key, ReportTask input)
      : OnMission("report_task", id, Permission::missions_report), key_(std::move(key)), input_(std::move(input)) {}

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet& set, Journal& journal) override {
    return decide(mission, key_, input_, edges(set, journal.now), journal.now);
  }
  std::string key_;
  ReportTask input_;
};

class Fire final : public OnMission {
 public:
  Fire(MissionId id, std::string kind, std::int64_t attempt)
      : OnMission("fire_timer", id, Permission::missions_execute), kind_(std::move(kind)), attempt_(attempt) {}
  Result<void> authorise(WorkingSet&, const Caller&) const override { return {}; }
  // Whatever comes of it, the row goes: unless the state asks for the timer at a later time, or for that of another
  // attempt, which stands in the same row and may be due as well.
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    auto& timers = set.of<lanes::TimerSet>();
    timers.fired(id_.uuid, kind_);
    auto done = OnMission::carry_out(set, journal);
    const auto* mission = set.of<MissionSet>().find(id_);
    if (mission == nullptr) return {};
    for (const auto& timer : timers_of(*mission)) {
      const bool fired = timer.attempt == attempt_ && timer.due_at <= journal.now;
      if (timer.kind == kind_ && !fired) timers.replace({}, {timer});
    }
    return {};
  }
  Answer answer(WorkingSet&) const override { return {.status = 204, .body = {}, .location = {}, .version = 0}; }

 private:
  Result<Events> decide_on(const Mission& mission, WorkingSet&, Journal& journal) override {
    return decide_timer(mission, kind_, attempt_, journal.now);
  }
  std::string kind_;
  std::int64_t attempt_;
};

}  // namespace

CommandPtr update_mission(MissionId id, UpdateMission input) {
  return std::make_unique<Update>(id, std::move(input));
}
CommandPtr start_mission(MissionId id) {
  return std::make_unique<Gated<StartMission>>("start_mission", id);
}
CommandPtr pause_mission(MissionId id, PauseMission input) {
  return std::make_unique<Plain<PauseMission>>("pause_mission", id, std::move(input));
}
CommandPtr resume_mission(MissionId id) {
  return std::make_unique<Gated<ResumeMission>>("resume_mission", id);
}
CommandPtr complete_mission(MissionId id, CompleteMission input) {
  return std::make_unique<Complete>(id, std::move(input));
}
CommandPtr fail_mission(MissionId id, FailMission input) {
  return std::make_unique<Plain<FailMission>>("fail_mission", id, std::move(input));
}
CommandPtr retry_mission(MissionId id) {
  return std::make_unique<Plain<RetryMission>>("retry_mission", id, RetryMission{});
}
CommandPtr cancel_mission(MissionId id, CancelMission input) {
  return std::make_unique<Plain<CancelMission>>("cancel_mission", id, std::move(input));
}
CommandPtr assign_mission(MissionId id, AssignMission input) {
  return std::make_unique<Assign>(id, std::move(input));
}
CommandPtr delete_mission(MissionId id) {
  return std::make_unique<Delete>(id);
}
CommandPtr report_task(MissionId id, std::string key, ReportTask input) {
  return std::make_unique<Report>(id, std::move(key), std::move(input));
}
CommandPtr fire_timer(const lanes::Timer& timer) {
  const MissionId id{timer.stream_id};
  if (!is_settle_kind(timer.kind)) return std::make_unique<Fire>(id, timer.kind, timer.attempt);
  return settle_successors(id, MissionId::from_text(timer.data).value_or(MissionId{}), timer.kind);
}

}  // namespace mms::missions
