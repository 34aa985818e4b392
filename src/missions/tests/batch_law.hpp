// The law of the lane, as a property: any batch of commands has the outcome of the same commands one at a time.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "database/event_log.hpp"
#include "lanes/lane.hpp"
#include "lanes/timer_table.hpp"
#include "missions/dependency_store.hpp"
#include "missions/mission_store.hpp"
#include "missions/rules/dependency_commands.hpp"
#include "missions/rules/mission_commands.hpp"
#include "missions/rules/mission_safety.hpp"
#include "missions/rules/vehicle_control.hpp"
#include "missions/rules/vehicle_control_commands.hpp"
#include "safety/rules/safety_commands.hpp"
#include "safety/safety_store.hpp"
#include "vehicles/rules/vehicle_commands.hpp"
#include "vehicles/vehicle_store.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::missions::law {

// Types of all events that the laws of this process made: a law about what never happens proves nothing.
inline std::set<std::string> happened;

using MakeDatabase = std::function<std::unique_ptr<database::Database>()>;

template <class T>
T run_to_end(boost::asio::io_context& context, async::Task<T> task) {
  std::optional<T> out;
  std::exception_ptr failed;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr e, T value) {
    failed = e;
    out = std::move(value);
  });
  context.restart();
  // A connection may keep the context busy after the answer is there.
  while (!out && !failed) context.run_one();
  if (failed) std::rethrow_exception(failed);
  return std::move(*out);
}

// A store with a lane's runner on it, at a time that the test says.
class World {
 public:
  explicit World(const MakeDatabase& make) : database_(make()) {
    database_->migrate();
    writer_ = database_->open_writer(context_);
    reader_ = database_->open_reader(context_);
    settings_.clock = [this](vocabulary::Time) { return now; };
    settings_.on_fault = [](const std::string& what) { ADD_FAILURE() << what; };
    runner_ = std::make_unique<lanes::BatchRunner>(
        *writer_,
        std::vector<lanes::MakePart>{vehicles::vehicle_part, safety::safety_part,
                                     [](lanes::WorkingSet& set) { return mission_part(set, nullptr); },
                                     dependency_part},
        settings_);
  }

  std::vector<lanes::Outcome> run(std::vector<lanes::Submission> batch) {
    return run_to_end(context_, runner_->run(std::move(batch)));
  }

  // Everything that is stored, as text.
  std::vector<std::string> contents() {
    std::vector<std::string> all;
    const auto deadline = async::Clock::now() + std::chrono::seconds(30);
    auto rows = run_to_end(context_, reader_->run_one(mission_rows({}, 100000), deadline));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto stored = stored_from(rows[i]);
      for (const auto& column : columns_that_differ(vocabulary::json::from_stored<Mission>(stored.body), stored.row)) {
        all.push_back(vocabulary::to_text(stored.id) + " has another " + column + " in its row than in its body");
      }
      all.push_back(stored.body);
    }
    rows = run_to_end(context_, reader_->run_one(safety::safety_event_bodies({}, 100000), deadline));
    for (std::size_t i = 0; i < rows.size(); ++i) all.emplace_back(rows[i].text(1));
    for (const auto* vehicle : {"truck-0", "truck-1", "truck-2"}) {
      rows = run_to_end(context_, reader_->run_one(vehicles::find_vehicle(vehicle), deadline));
      for (std::size_t i = 0; i < rows.size(); ++i) all.emplace_back(rows[i].text(0));
    }
    for (const auto* stream : {"mission", "safety_event"}) {
      rows = run_to_end(context_, reader_->run_one(database::events_by_stream(stream, {}, 0, 100000), deadline));
      for (const auto& e : database::events_from(rows)) {
        happened.insert(e.type);
        all.push_back(vocabulary::to_text(e.stream_id) + ' ' + std::to_string(e.version) + ' ' + e.type + ' ' + e.data +
                      ' ' + e.caller + ' ' + vocabulary::to_text(e.occurred_at));
      }
    }
    rows = run_to_end(context_, reader_->run_one(dependency_bodies({}, 100000), deadline));
    for (std::size_t i = 0; i < rows.size(); ++i) all.emplace_back(rows[i].text(1));
    rows = run_to_end(context_, reader_->run_one(lanes::all_timers("mission", {}, 100000), deadline));
    for (const auto& t : lanes::timers_from(rows)) {
      all.push_back("timer " + vocabulary::to_text(t.stream_id) + ' ' + t.kind + ' ' + std::to_string(t.attempt) + ' ' +
                    vocabulary::to_text(t.due_at));
    }
    return all;
  }

  // The commands that vehicles have to answer.
  std::map<MissionId, CommandId> requested() {
    std::map<MissionId, CommandId> ids;
    const auto rows =
        run_to_end(context_, reader_->run_one(mission_rows({}, 1000), async::Clock::now() + std::chrono::seconds(30)));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto mission = vocabulary::json::from_stored<Mission>(stored_from(rows[i]).body);
      if (mission.recall) ids[mission.id] = mission.recall->command_id;
      if (mission.requested) ids[mission.id] = mission.requested->command_id;
    }
    return ids;
  }

  vocabulary::Time now = vocabulary::Time(std::chrono::seconds(1'790'000'000));

 private:
  boost::asio::io_context context_{1};
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<database::Writer> writer_;
  std::unique_ptr<database::Reader> reader_;
  lanes::LaneSettings settings_;
  std::unique_ptr<lanes::BatchRunner> runner_;
};

inline vocabulary::Caller caller_of(int n) {
  using vocabulary::Grant;
  using vocabulary::Role;
  if (n == 0) return {"admin", vocabulary::CallerKind::person, {Grant{Role::admin, {}, {}, {}}}};
  if (n == 1) return {"operator", vocabulary::CallerKind::person, {Grant{Role::operator_, "north", {}, {}}}};
  return {"planner", vocabulary::CallerKind::person, {Grant{Role::planner, "south", {}, {}}}};
}

// Random commands on few missions and fewer vehicles, so that they get in each other's way.
class Plans {
 public:
  explicit Plans(unsigned seed) : random_(seed), seed_(seed) {}

  struct Step {
    int command;
    int mission;
    int vehicle;
    int caller;
    int key;  // idempotency key, 0 for none
    int version;
    int flavour;
  };
  std::vector<Step> batch() {
    std::vector<Step> steps(1 + pick(12));
    for (auto& s : steps) {
      s = {.command = pick(28),
           .mission = pick(6),
           .vehicle = pick(3),
           .caller = pick(8) < 6 ? 0 : 1 + pick(2),
           .key = pick(4) == 0 ? 1 + pick(5) : 0,
           .version = pick(10) == 0 ? 1 + pick(4) : 0,
           .flavour = pick(4)};
    }
    return steps;
  }

  lanes::Submission submission(const Step& s, vocabulary::Time now) const {
    lanes::Submission out;
    out.command = command(s, now);
    if (s.version > 0) out.command->expected_versions = {s.version};
    out.caller = caller_of(s.caller);
    out.trace = "t" + std::to_string(s.command);
    out.deadline = async::Clock::now() + std::chrono::seconds(60);
    if (s.key > 0) {
      out.idempotency = lanes::IdempotencyKey{
          std::to_string(s.caller) + " key " + std::to_string(s.key),
          std::to_string(s.command) + '/' + std::to_string(s.mission) + '/' + std::to_string(s.vehicle)};
    }
    return out;
  }

  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  std::map<MissionId, CommandId> requested;  // before this batch

 private:
  MissionId id_of(int n) const {
    return {vocabulary::make_uuid_v7(vocabulary::Time(std::chrono::seconds(1'790'000'000)), seed_,
                                     static_cast<std::uint64_t>(n + 1) * 0x1234567ULL)};
  }

  CommandPtr command(const Step& s, vocabulary::Time now) const {
    const auto id = id_of(s.mission);
    const std::string vehicle = "truck-" + std::to_string(s.vehicle);
    switch (s.command) {
      case 0:
      case 1:
        return create_mission(creation(s, vehicle, now), id, true, "hash" + std::to_string(s.flavour));
      case 2:
      case 3:
        return start_mission(id);
      case 4:
        return pause_mission(id, {});
      case 5:
        return resume_mission(id);
      case 6:
        return complete_mission(id, {.outcome = {}, .result = {}, .force = {s.flavour % 2 == 0}});
      case 7:
        return fail_mission(id, {.reason = std::string("broken axle")});
      case 8:
        return retry_mission(id);
      case 9:
        return cancel_mission(id, {});
      case 10:
        return assign_mission(id, {.vehicle_id = vehicle});
      case 11:
        return delete_mission(id);
      case 12:
        return report_task(id, s.flavour % 2 == 0 ? "load" : "haul",
                           {.status = TaskStatus::succeeded, .progress = {}, .message = {}, .recorded_at = {}});
      case 13:
      case 14:
      case 15:
        return add_dependency(id, edge_id(s), edge(s));
      case 16:
        return remove_dependency(id, edge_id(s));
      case 17:
        return safety::raise_safety_event(event_on(s, vehicle), {safety_id_of(s.mission), true, "hash"}, {},
                                          {mission_link()});
      case 18:
        return safety::resolve_safety_event(safety_id_of(s.mission), {.note = std::string("cleared the road")});
      case 19:
        return safety::acknowledge_safety_event(safety_id_of(s.mission), {.note = {}});
      case 20:
        return vehicles::report_vehicle_state(vehicle, state_of(s, now), id.uuid, &vehicle_link());
      case 21:
        return vehicles::report_environment(weather(s), id.uuid);
      case 22:
        return s.flavour < 2 ? fire_timer({.stream = "mission",
                                           .stream_id = id.uuid,
                                           .kind = s.flavour == 0 ? "timeout" : "backoff",
                                           .attempt = 1 + s.vehicle,
                                           .due_at = now})
                             : update_mission(id, change(s, now));
      case 23:
        return fire_timer({.stream = "mission",
                           .stream_id = id.uuid,
                           .kind = "command_timeout",
                           .attempt = 1 + s.vehicle % 2,
                           .due_at = now});
      default:
        return acknowledge_command(answer(s, id, now));
    }
  }

  safety::SafetyEventId safety_id_of(int n) const {
    return {vocabulary::make_uuid_v7(vocabulary::Time(std::chrono::seconds(1'790'000'000)), seed_ + 1000,
                                     static_cast<std::uint64_t>(n + 1) * 0x7654321ULL)};
  }
  safety::RaiseSafetyEvent event_on(const Step& s, const std::string& vehicle) const {
    safety::RaiseSafetyEvent event;
    event.fleet_id = std::string(s.vehicle % 2 == 0 ? "north" : "south");
    event.severity = s.flavour == 3 ? safety::Severity::warning : safety::Severity::critical;
    event.description = std::string("rockfall");
    if (s.flavour == 0) event.mission_id = id_of(s.mission);
    if (s.flavour != 0) event.vehicle_id = vocabulary::Identifier(vehicle);
    return event;
  }
  vehicles::ReportVehicleState state_of(const Step& s, vocabulary::Time now) const {
    vehicles::ReportVehicleState report;
    report.fleet_id = vocabulary::Identifier(s.vehicle == 1 ? "south" : "north");
    report.battery_percent = {s.flavour * 30.0};
    report.recorded_at = now - std::chrono::milliseconds(s.mission);
    report.mission_id.present = s.flavour != 0;
    if (s.flavour > 1) report.mission_id.value = id_of(s.mission);
    return report;
  }
  // Of a command from before this batch, or of one that this batch may make.
  Acknowledgment answer(const Step& s, MissionId id, vocabulary::Time now) const {
    const auto known = requested.find(id);
    return {
        .mission_id = id,
        .command_id = s.caller == 0 && known != requested.end() ? known->second : command_id_of(id, 2 + s.vehicle, now),
        .vehicle_id = {},
        .status = static_cast<AcknowledgmentStatus>(s.flavour % 3),
        .reason = {},
        .recorded_at = {}};
  }
  static vehicles::ReportEnvironment weather(const Step& s) {
    vehicles::ReportEnvironment report;
    report.fleet_id = std::string(s.vehicle % 2 == 0 ? "north" : "south");
    report.wind_speed_mps = {s.flavour * 5.0};
    return report;
  }

  // The id of the edge that this step would add: the same step removes it.
  DependencyId edge_id(const Step& s) const {
    const auto n = static_cast<std::uint64_t>((s.mission * 16 + s.vehicle) * 16 + s.flavour + 1);
    return {
        vocabulary::make_uuid_v7(vocabulary::Time(std::chrono::seconds(1'790'000'000)), seed_ + 7, n * 0x7654321ULL)};
  }

  AddDependency edge(const Step& s) const {
    AddDependency input;
    input.predecessor_id = id_of((s.mission + 1 + s.vehicle) % 6);
    input.type.value = static_cast<DependencyType>(s.flavour % 3);
    if (input.type.value != DependencyType::start_to_start)
      input.condition = static_cast<DependencyCondition>(s.vehicle);
    input.lag_s.value.value = s.flavour == 3 ? 2 : 0;
    return input;
  }

  static CreateMission creation(const Step& s, const std::string& vehicle, vocabulary::Time now) {
    CreateMission c;
    c.fleet_id = std::string(s.flavour % 2 == 0 ? "north" : "south");
    c.vehicle_id = vocabulary::Identifier(vehicle);
    c.name = "haul " + std::to_string(s.flavour);
    if (s.flavour == 2) {
      TaskInput load;
      load.key = std::string("load");
      TaskInput haul;
      haul.key = std::string("haul");
      c.tasks.push_back(load);
      c.tasks.push_back(haul);
      c.complete_on_last_task.value = true;
    }
    if (s.flavour >= 2) {
      safety::SafetyRequirement battery;
      battery.min_battery_percent = {50};
      safety::SafetyRequirement wind;
      wind.environment.emplace().max_wind_speed_mps = {7};
      wind.unknown.value = safety::WhenUnknown::allow;
      c.safety_requirements = {battery, wind};
    }
    if (s.flavour == 1) c.timeout_s = vocabulary::Between<0.001, 31536000.0>{30};
    if (s.flavour % 2 == 0) c.start_policy.value = StartPolicy::auto_;
    if (s.vehicle != 1) {
      c.control.value = Control::vehicle;
      c.command_timeout_s = vocabulary::Between<0.1, 86400.0>{1};
    }
    if (s.flavour == 3) c.scheduled_start = now + std::chrono::seconds(5);
    RetryInput retry;
    retry.max_attempts.value.value = 1 + s.vehicle;
    retry.backoff_s.value.value = s.flavour;
    c.retry = retry;
    return c;
  }

  static UpdateMission change(const Step& s, vocabulary::Time now) {
    UpdateMission u;
    u.name.value = std::string("renamed");
    if (s.flavour == 3) {
      u.scheduled_start.present = true;
      u.scheduled_start.value = now + std::chrono::seconds(s.vehicle * 3);
    }
    return u;
  }

  std::mt19937 random_;
  unsigned seed_;
};

// One seed: the same commands in batches on one store and one at a time on another.
inline void check(unsigned seed, const MakeDatabase& make_first, const MakeDatabase& make_second, int batches = 25) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  World together(make_first);
  World alone(make_second);
  Plans plans(seed);
  std::size_t accepted = 0;
  for (int round = 0; round < batches; ++round) {
    const auto steps = plans.batch();
    plans.requested = alone.requested();
    std::vector<lanes::Submission> batch;
    for (const auto& s : steps) batch.push_back(plans.submission(s, together.now));
    const auto outcomes = together.run(std::move(batch));
    for (std::size_t i = 0; i < steps.size(); ++i) {
      std::vector<lanes::Submission> one;
      one.push_back(plans.submission(steps[i], alone.now));
      const auto single = alone.run(std::move(one));
      ASSERT_EQ(outcomes[i].has_value(), single[0].has_value()) << "round " << round << " command " << i;
      if (single[0]) {
        ASSERT_EQ(*outcomes[i], *single[0]);
        ++accepted;
      } else {
        ASSERT_EQ(outcomes[i].error().kind, single[0].error().kind);
        ASSERT_EQ(outcomes[i].error().members, single[0].error().members);
      }
    }
    const auto step = std::chrono::milliseconds(plans.pick(4000));
    together.now += step;
    alone.now += step;
  }
  ASSERT_EQ(together.contents(), alone.contents());
  ASSERT_GT(accepted, 5U);
}

}  // namespace mms::missions::law
