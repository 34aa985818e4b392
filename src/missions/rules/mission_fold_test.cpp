// The law of the log: the fold of a mission's events, as they are written, is the mission.
#include <gtest/gtest.h>

#include <random>

#include "missions/rules/mission_fixture.hpp"
#include "missions/rules/vehicle_control.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

namespace json = vocabulary::json;

// A mission that lives by random commands; every event of it goes through its written form.
class Life {
 public:
  explicit Life(unsigned seed) : random_(seed) {
    CreateMission input;
    input.fleet_id = std::string("quarry");
    input.name = std::string("haul \"ore\" é");
    if (pick(4) > 0) input.vehicle_id = vocabulary::Identifier(std::string("truck"));
    for (int i = pick(4); i > 0; --i) {
      TaskInput task;
      task.key = "t" + std::to_string(i);
      if (pick(2) == 0) task.timeout_s.emplace().value = 3.5;
      input.tasks.push_back(task);
    }
    input.complete_on_last_task = {!input.tasks.empty() && pick(2) == 0};
    input.unordered = {pick(2) == 0};
    if (pick(2) == 0) input.labels = {{"zone", "a\nb"}};
    if (pick(2) == 0) input.scheduled_start = now_ + std::chrono::seconds(pick(100));
    if (pick(2) == 0) input.deadline = now_ + std::chrono::seconds(101 + pick(1000));
    if (pick(2) == 0) input.control.value = Control::vehicle;
    if (pick(2) == 0) input.start_policy.value = StartPolicy::auto_;
    if (pick(2) == 0) input.timeout_s.emplace().value = 0.1 * (1 + pick(1000));
    if (pick(2) == 0) {
      auto& retry = input.retry.emplace();
      retry.max_attempts.value.value = 1 + pick(4);
      retry.backoff_s.value.value = pick(10);
    }
    mission_ = *make_mission(input, {vocabulary::make_uuid_v7(now_, seed, seed)}, "planner", now_);
    write({MissionCreated{mission_}}, 0, now_);
  }

  void step() {
    now_ += std::chrono::milliseconds(pick(20'000));
    auto decided = decide_something();
    if (!decided) return;
    for (const auto& event : through_vehicle(mission_, std::move(*decided), "planner", now_)) {
      const auto at = std::max(now_, mission_.updated_at + vocabulary::Duration(1));
      const auto version = mission_.version + 1;
      mission_ = evolve(std::move(mission_), event, version, at);
      write(event, version - 1, at);
    }
  }

  const Mission& mission() const { return mission_; }
  Mission fold() const {
    Mission folded;
    for (const auto& e : log_) folded = evolve(std::move(folded), mission_event_from(e), e.version, e.occurred_at);
    return folded;
  }
  std::size_t events() const { return log_.size(); }

 private:
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  void write(const MissionEvent& event, std::int64_t version, Time at) {
    log_.push_back({.stream = "mission",
                    .stream_id = mission_.id.uuid,
                    .version = version + 1,
                    .type = std::string(type_of(event)),
                    .schema_version = 1,
                    .data = data_of(event),
                    .caller = "planner",
                    .trace = {},
                    .occurred_at = at,
                    .sequence = 0});
  }

  Result<Events> decide_something() {
    switch (pick(15)) {
      case 12:
      case 13:
        return answer();
      case 14: {
        const vehicles::MissionReport report{.vehicle_id = "truck",
                                             .fleet_id = "quarry",
                                             .mission_id = pick(2) == 0 ? std::optional(mission_.id) : std::nullopt,
                                             .since = now_ - std::chrono::seconds(pick(100)),
                                             .recorded_at = now_};
        return pick(3) == 0 ? decide_safety_pause(mission_, "storm", "follow_up", now_)
                            : decide_report(mission_, report, "follow_up", now_);
      }
      case 0:
        return decide(mission_, PauseMission{.reason = vocabulary::Text<1, 500>(std::string("storm"))});
      case 1:
        return decide(mission_, ResumeMission{}, {}, now_);
      case 2:
        return decide(mission_,
                      CompleteMission{.outcome = {}, .result = Raw{R"({"tons":12.5})"}, .force = {pick(4) == 0}}, {});
      case 3:
        return decide(mission_, FailMission{.reason = std::string("axle")}, now_);
      case 4:
        return decide(mission_, RetryMission{}, now_);
      case 5:
        return pick(4) == 0 ? decide(mission_, CancelMission{}) : decide(mission_, StartMission{}, {}, now_);
      case 6:
        return decide(mission_, AssignMission{.vehicle_id = "truck-" + std::to_string(pick(3))}, std::nullopt);
      case 7:
      case 8:
        return decide(mission_, change(), std::nullopt, now_);
      case 9: {
        const char* kinds[] = {"schedule", "deadline", "timeout", "backoff", "command_timeout"};
        return decide_timer(mission_, kinds[pick(5)], mission_.attempt, now_);
      }
      case 10: {
        ReportTask report;
        report.status = static_cast<TaskStatus>(1 + pick(4));
        if (pick(2) == 0) report.progress = {0.1 * pick(10)};
        if (pick(2) == 0) report.message = vocabulary::Text<0, 500>(std::string("at the gate"));
        return decide(mission_, "t" + std::to_string(1 + pick(3)), report, {}, now_);
      }
      default:
        return decide(mission_, StartMission{}, {}, now_);
    }
  }

  // Of whatever the vehicle may have heard of.
  Result<Events> answer() {
    Acknowledgment a{.mission_id = mission_.id, .command_id = command_id_of(mission_.id, 1 + pick(5), now_)};
    if (mission_.requested && pick(4) > 0) a.command_id = mission_.requested->command_id;
    if (mission_.recall && pick(3) == 0) a.command_id = mission_.recall->command_id;
    a.status = static_cast<AcknowledgmentStatus>(pick(3));
    if (pick(2) == 0) a.reason = vocabulary::Text<1, 500>(std::string("\"no\""));
    auto answered = decide(mission_, a, now_);
    if (!answered) return std::unexpected(std::move(answered).error());
    return std::move(answered->events);
  }

  UpdateMission change() {
    UpdateMission u;
    switch (pick(9)) {
      case 0:
        u.name.value = std::string("renamed");
        break;
      case 1:
        u.labels.present = true;
        if (pick(2) == 0) u.labels.value.emplace()["k"] = "v";
        break;
      case 2:
        u.scheduled_start.present = true;
        if (pick(2) == 0) u.scheduled_start.value = now_ + std::chrono::seconds(pick(60) - 20);
        break;
      case 3:
        u.deadline.present = true;
        if (pick(2) == 0) u.deadline.value = now_ + std::chrono::hours(1);
        break;
      case 4:
        u.timeout_s.present = true;
        if (pick(2) == 0) u.timeout_s.value.emplace().value = 7.25;
        break;
      case 5:
        u.retry.present = true;
        if (pick(2) == 0) u.retry.value.emplace().max_attempts.value.value = 1 + pick(3);
        break;
      case 6:
        u.parameters.present = true;
        if (pick(2) == 0) u.parameters.value = Raw{R"({"a":[1,2.5,"x"]})"};
        break;
      case 7:
        u.vehicle_id.present = true;
        if (pick(2) == 0) u.vehicle_id.value = std::string("truck-9");
        break;
      default:
        u.priority.value = static_cast<Priority>(pick(5));
        u.tasks.value.emplace();
        for (const auto& task : mission_.tasks) u.tasks.value->emplace_back().key = task.key;
        u.complete_on_last_task.value = false;
    }
    return u;
  }

  std::mt19937 random_;
  Time now_ = kNow;
  Mission mission_;
  std::vector<vocabulary::Event> log_;
};

TEST(MissionFold, OfTheWrittenEventsOfAnyHistoryIsTheState) {
  std::size_t events = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    Life life(seed);
    for (int i = 0; i < 60; ++i) life.step();
    events += life.events();
    const auto folded = life.fold();
    ASSERT_EQ(json::canonical(json::write(folded)), json::canonical(json::write(life.mission()))) << "seed " << seed;
    ASSERT_EQ(folded, life.mission()) << "seed " << seed;
    ASSERT_EQ(timers_of(folded), timers_of(life.mission()));
  }
  EXPECT_GT(events, 4000U);
}

TEST(MissionFold, TheStoredFormOfAStateReadsBackAsTheState) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    Life life(seed);
    for (int i = 0; i < 40; ++i) life.step();
    ASSERT_EQ(json::from_stored<Mission>(json::write(life.mission())), life.mission()) << "seed " << seed;
  }
}

TEST(MissionFold, AnUnknownEventIsNotGuessedAt) {
  vocabulary::Event event;
  event.type = "mission.vanished";
  event.data = "{}";
  EXPECT_THROW(mission_event_from(event), std::runtime_error);
}

}  // namespace
}  // namespace mms::missions
