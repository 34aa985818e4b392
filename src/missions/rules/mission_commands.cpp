// From a command to its decision and back into the working set.
#include "missions/rules/mission_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "access/rules/scope.hpp"
#include "lanes/rules/idempotency_set.hpp"
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

class Create final : public lanes::Command {
 public:
  Create(CreateMission input, MissionId id, bool chosen, std::string body_hash)
      : input_(std::move(input)), id_(id), chosen_(chosen), body_hash_(std::move(body_hash)) {}

  std::string_view name() const override { return "create_mission"; }
  void need(WorkingSet& set) const override {
    // Commands behind it in the batch may start it.
    if (input_.vehicle_id) set.of<MissionSet>().need_vehicle(*input_.vehicle_id);
    if (!chosen_) return;
    set.of<MissionSet>().need(id_);
    set.of<lanes::IdempotencySet>().need(identity());
  }
  Result<void> authorise(WorkingSet&, const Caller& caller) const override {
    return access::may_create(caller, Permission::missions_write, {.noun = "mission", .fleet_id = input_.fleet_id});
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    auto& missions = set.of<MissionSet>();
    repeated_ = false;
    if (const auto* found = chosen_ ? missions.find(id_) : nullptr) return repeat_of(*found, set, journal);
    auto mission = make_mission(input_, id_, journal.caller.id, journal.now);
    if (!mission) return std::unexpected(std::move(mission).error());
    if (chosen_) remember(set, journal);
    journal.record("mission", id_.uuid, 0, journal.now - vocabulary::Duration(1), MissionCreated::kType,
                   data_of(MissionCreated{*mission}));
    set.of<lanes::TimerSet>().replace({}, timers_of(*mission));
    missions.put(std::move(*mission));
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto& missions = set.of<MissionSet>();
    return {.status = repeated_ ? 200 : 201,
            .body = missions.body(id_),
            .location = "/missions/" + vocabulary::to_text(id_),
            .version = missions.find(id_)->version};
  }

 private:
  std::string identity() const { return "id mission " + vocabulary::to_text(id_); }
  void remember(WorkingSet& set, const Journal& journal) const {
    set.of<lanes::IdempotencySet>().keep(
        identity(), {.body_hash = journal.caller.id + ' ' + body_hash_, .answer = {}, .created_at = journal.now});
  }
  // The same id from the same caller with the same body is a repeat; anything else learns nothing of what is there.
  Result<void> repeat_of(const Mission& found, WorkingSet& set, const Journal& journal) {
    const auto* first = set.of<lanes::IdempotencySet>().find(identity(), journal.now);
    if (!found.deleted_at && first != nullptr && first->body_hash == journal.caller.id + ' ' + body_hash_) {
      repeated_ = true;
      return {};
    }
    return refuse(ProblemKind::already_exists, "this id is taken; choose a new one");
  }

  CreateMission input_;
  MissionId id_;
  bool chosen_;
  std::string body_hash_;
  bool repeated_ = false;
};

}  // namespace

CommandPtr create_mission(CreateMission input, MissionId id, bool chosen, std::string body_hash) {
  return std::make_unique<Create>(std::move(input), id, chosen, std::move(body_hash));
}
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
