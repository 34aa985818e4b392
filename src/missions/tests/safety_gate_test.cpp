// Missions and safety in one lane: the gate of start and resume, and what a critical event does, also within one batch.
#include <filesystem>

#include "batch_law.hpp"
#include "database/sqlite/sqlite_database.hpp"
#include "safety/safety_replay.hpp"

namespace mms::missions {
namespace {

using vocabulary::ProblemKind;

std::unique_ptr<database::Database> fresh() {
  const auto path = std::filesystem::temp_directory_path() / ("mms-gate-" + std::to_string(::getpid()));
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  return std::make_unique<sqlite::SqliteDatabase>(path.string(), [] { return vocabulary::Time(); });
}

class SafetyGate : public ::testing::Test {
 protected:
  static vocabulary::Uuid uuid(unsigned n) {
    return vocabulary::make_uuid_v7(vocabulary::Time(std::chrono::seconds(1'790'000'000)), n, n * 0x1234567ULL);
  }
  MissionId mission{uuid(1)};
  MissionId other{uuid(2)};
  safety::SafetyEventId event{uuid(3)};

  static CommandPtr creation(MissionId id, const std::string& fleet = "north") {
    CreateMission c;
    c.fleet_id = fleet;
    c.vehicle_id = vocabulary::Identifier("truck-7");
    c.name = std::string("haul");
    return create_mission(c, id, false, {});
  }
  CommandPtr gated() const {
    CreateMission c;
    c.fleet_id = std::string("north");
    c.vehicle_id = vocabulary::Identifier("truck-7");
    c.name = std::string("haul");
    safety::SafetyRequirement battery;
    battery.min_battery_percent = {50};
    safety::SafetyRequirement wind;
    wind.environment.emplace().max_wind_speed_mps = {7};
    wind.unknown.value = safety::WhenUnknown::allow;
    c.safety_requirements = {battery, wind};
    return create_mission(c, mission, false, {});
  }
  CommandPtr critical(std::optional<MissionId> about, const std::string& fleet = "north") const {
    safety::RaiseSafetyEvent e;
    e.fleet_id = fleet;
    e.severity = safety::Severity::critical;
    e.type = safety::SafetyEventType::collision;
    e.description = std::string("hit a berm");
    e.mission_id = about;
    if (!about) e.vehicle_id = vocabulary::Identifier("truck-7");
    return safety::raise_safety_event(e, {event, false, {}}, {}, {mission_link()});
  }
  CommandPtr resolution() const { return safety::resolve_safety_event(event, {.note = std::string("checked")}); }
  static CommandPtr report(double battery, const std::string& fleet = "north") {
    vehicles::ReportVehicleState r;
    r.fleet_id = vocabulary::Identifier(fleet);
    r.battery_percent = {battery};
    return vehicles::report_vehicle_state("truck-7", r, uuid(9));
  }
  static CommandPtr wind(double speed) {
    vehicles::ReportEnvironment r;
    r.fleet_id = std::string("north");
    r.wind_speed_mps = {speed};
    return vehicles::report_environment(r, uuid(10));
  }

  template <class... Commands>
  std::vector<lanes::Outcome> run(Commands... commands) {
    std::vector<lanes::Submission> batch;
    const auto add = [&](CommandPtr command) {
      lanes::Submission s;
      s.command = std::move(command);
      s.caller = caller;
      s.deadline = async::Clock::now() + std::chrono::seconds(60);
      batch.push_back(std::move(s));
    };
    (add(std::move(commands)), ...);
    auto outcomes = world.run(std::move(batch));
    world.now += std::chrono::seconds(1);
    return outcomes;
  }
  template <class Command>
  std::string one(Command command) {
    const auto outcome = std::move(run(std::move(command)).front());
    return outcome ? "" : std::string(vocabulary::name_of(outcome.error().kind));
  }
  bool stored(std::string_view text) {
    return std::ranges::any_of(world.contents(), [&](const auto& line) { return line.contains(text); });
  }

  vocabulary::Caller caller = law::caller_of(0);
  law::World world{fresh};
};

TEST_F(SafetyGate, AStartIsRefusedWithEachRequirementThatIsNotMet) {
  run(gated(), report(20));
  const auto refused = std::move(run(start_mission(mission)).front());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ProblemKind::safety_requirements_unmet);
  EXPECT_EQ(refused.error().members,
            R"("requirements":[{"key":"min_battery_percent","requirement":"min_battery_percent","verdict":"unmet",)"
            R"("required":50,"actual":20}],"reasons":["safety_requirements_unmet"])");
  run(report(80), wind(9));
  EXPECT_EQ(one(start_mission(mission)), "safety_requirements_unmet");
  run(wind(3));
  EXPECT_EQ(one(start_mission(mission)), "");
  EXPECT_TRUE(stored(
      R"("safety":[{"key":"min_battery_percent","requirement":"min_battery_percent","verdict":"met","actual":80},)"));
}

TEST_F(SafetyGate, AVehicleThatNeverReportedIsUnknown) {
  run(gated());
  EXPECT_EQ(one(start_mission(mission)), "safety_requirements_unmet");
}

TEST_F(SafetyGate, AReportInTheSameBatchCounts) {
  const auto outcomes = run(gated(), start_mission(mission), report(90), start_mission(mission));
  EXPECT_FALSE(outcomes[1]);
  EXPECT_TRUE(outcomes[3]);
}

TEST_F(SafetyGate, ResumeAsksTheGateAgain) {
  run(gated(), report(80), start_mission(mission), pause_mission(mission, {}), report(10));
  world.now += std::chrono::seconds(1);
  run(report(10));
  EXPECT_EQ(one(resume_mission(mission)), "safety_requirements_unmet");
  run(report(60));
  EXPECT_EQ(one(resume_mission(mission)), "");
}

TEST_F(SafetyGate, ACriticalEventPausesTheRunningMissionAndHoldsItUntilResolved) {
  run(creation(mission), start_mission(mission));
  EXPECT_EQ(one(critical(mission)), "");
  EXPECT_TRUE(stored(R"("status":"paused","status_reason":"critical_event_open")"));
  const auto refused = std::move(run(resume_mission(mission)).front());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ProblemKind::critical_event_open);
  EXPECT_TRUE(refused.error().members.contains(vocabulary::to_text(event)));
  EXPECT_EQ(one(safety::acknowledge_safety_event(event, {})), "");
  EXPECT_EQ(one(resume_mission(mission)), "critical_event_open");
  EXPECT_EQ(one(resolution()), "");
  EXPECT_EQ(one(resume_mission(mission)), "");
}

TEST_F(SafetyGate, AnEventOnAVehicleIsAboutTheMissionThatIsInIt) {
  run(creation(mission), start_mission(mission), creation(other));
  EXPECT_EQ(one(critical(std::nullopt)), "");
  EXPECT_TRUE(stored(R"("status":"paused","status_reason":"critical_event_open")"));
  run(cancel_mission(mission, {}));
  EXPECT_EQ(one(start_mission(other)), "critical_event_open");
  EXPECT_EQ(one(resolution()), "");
  EXPECT_EQ(one(start_mission(other)), "");
}

TEST_F(SafetyGate, StartAndCriticalEventInOneBatchInEitherOrder) {
  run(creation(mission));
  auto outcomes = run(start_mission(mission), critical(mission), resume_mission(mission));
  EXPECT_TRUE(outcomes[0]);
  EXPECT_TRUE(outcomes[1]);
  EXPECT_EQ(outcomes[2].error().kind, ProblemKind::critical_event_open);
  outcomes = run(resolution(), resume_mission(mission));
  EXPECT_TRUE(outcomes[1]);
  run(complete_mission(mission, {}), creation(other));
  event = {uuid(4)};
  outcomes = run(critical(std::nullopt), start_mission(other), resolution(), start_mission(other));
  EXPECT_EQ(outcomes[1].error().kind, ProblemKind::critical_event_open);
  EXPECT_TRUE(outcomes[3]);
}

TEST_F(SafetyGate, AnotherFleetsEventIsNothingToThisOne) {
  run(creation(mission), start_mission(mission));
  EXPECT_EQ(one(critical(mission, "south")), "invalid_fields");
  EXPECT_EQ(one(critical(std::nullopt, "south")), "");
  EXPECT_FALSE(stored(R"("status":"paused")"));
  run(pause_mission(mission, {}));
  EXPECT_EQ(one(resume_mission(mission)), "");
}

TEST_F(SafetyGate, AVehicleOfAnotherFleetIsNotKnownToThisOne) {
  run(report(80, "south"));
  EXPECT_EQ(one(critical(std::nullopt)), "invalid_fields");
}

TEST_F(SafetyGate, AVehicleSpeaksOfItselfAlone) {
  run(creation(mission), start_mission(mission), report(80));
  caller = {
      "truck-8", vocabulary::CallerKind::vehicle, {vocabulary::Grant{vocabulary::Role::vehicle, "north", {}, {}}}};
  EXPECT_EQ(one(report(10)), "not_found");
  EXPECT_EQ(one(critical(std::nullopt)), "forbidden");
  EXPECT_EQ(one(critical(mission)), "forbidden");
  caller.id = "truck-7";
  EXPECT_EQ(one(report(70)), "");
  EXPECT_EQ(one(wind(70)), "forbidden");
  EXPECT_EQ(one(critical(std::nullopt)), "");
  EXPECT_TRUE(stored(R"("status":"paused","status_reason":"critical_event_open")"));
  EXPECT_EQ(one(resolution()), "not_found");
}

TEST_F(SafetyGate, ResolvingNeedsItsOwnPermission) {
  run(creation(mission), critical(mission));
  caller = law::caller_of(1);
  EXPECT_EQ(one(resolution()), "forbidden");
  EXPECT_EQ(one(safety::acknowledge_safety_event(event, {})), "");
  caller = law::caller_of(2);  // of another fleet
  EXPECT_EQ(one(resolution()), "not_found");
}

TEST_F(SafetyGate, RequirementsAreChangedBeforeAStartAndFrozenAfterIt) {
  run(creation(mission));
  UpdateMission change;
  safety::SafetyRequirement battery;
  battery.min_battery_percent = {50};
  change.safety_requirements.value = safety::SafetyRequirements{battery};
  EXPECT_EQ(one(update_mission(mission, change)), "");
  EXPECT_EQ(one(start_mission(mission)), "safety_requirements_unmet");
  UpdateMission bad;
  bad.safety_requirements.value = safety::SafetyRequirements{safety::SafetyRequirement{}};
  EXPECT_EQ(one(update_mission(mission, bad)), "invalid_fields");
  UpdateMission none;
  none.safety_requirements.value = safety::SafetyRequirements{};
  EXPECT_EQ(one(update_mission(mission, none)), "");
  EXPECT_EQ(one(start_mission(mission)), "");
  EXPECT_EQ(one(update_mission(mission, change)), "field_frozen");
}

TEST_F(SafetyGate, AMissionWithoutAVehicleIsRefusedForThat) {
  CreateMission c;
  c.fleet_id = std::string("north");
  c.name = std::string("haul");
  safety::SafetyRequirement battery;
  battery.min_battery_percent = {50};
  c.safety_requirements = {battery};
  run(create_mission(c, mission, false, {}));
  EXPECT_EQ(one(start_mission(mission)), "vehicle_missing");
}

}  // namespace
}  // namespace mms::missions
