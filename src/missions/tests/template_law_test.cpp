// The law of templates on SQLite; versions never change; a plan is made whole or not at all.
#include "missions/tests/template_law.hpp"

#include <unistd.h>

#include <filesystem>

#include "database/sqlite/sqlite_database.hpp"

namespace mms::missions::template_law {
namespace {

law::MakeDatabase fresh_file(const std::string& name) {
  return [name] {
    const auto folder = std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm")
                                                            : std::filesystem::temp_directory_path();
    const auto path = folder / ("mms-template-law-" + std::to_string(::getpid()) + name);
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
    return std::make_unique<sqlite::SqliteDatabase>(path.string(), [] { return Time(); });
  };
}

TEST(TemplateLaw, AnyBatchHasTheOutcomeOfItsCommandsOneAtATime) {
  check(1, 100, fresh_file("a"), fresh_file("b"));
}

TEST(TemplateLaw, AVersionStaysAsItWasAndItsMissionsKeepTheirOwnCopy) {
  World world(fresh_file("c"));
  const TemplateId id{id_of(7, 1)};
  ASSERT_TRUE(world.run_one(templates::create_template(haul("n", 2), {.id = id}, check_mission_body)));
  const auto first = std::string(world.ask(templates::find_version(id, 1))[0].text(2));
  CreateMission wish;
  wish.fleet_id = std::string("north");
  wish.template_id = id;
  wish.parameters = {R"({"n":1})"};
  const MissionId mission{id_of(8, 1)};
  const auto made = world.run_one(create_mission(wish, mission, false, {}, "{\"fleet_id\":\"north\"}"));
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_NE(made->body.find(R"("template_version":1,"name":"haul 1")"), std::string::npos) << made->body;
  EXPECT_NE(made->body.find(R"("parameters":{"n":1,"truck":"truck-0"})"), std::string::npos) << made->body;

  templates::UpdateTemplate change;
  change.mission.value = Raw{R"({"name":"other {{n}}"})"};
  ASSERT_TRUE(world.run_one(templates::update_template(id, change, check_mission_body)));
  EXPECT_EQ(world.ask(templates::find_version(id, 1))[0].text(2), first);
  EXPECT_EQ(world.ask(find_mission(mission))[0].text(3), made->body);
  // The old version can still be used by its number, the newest is used without one.
  const auto newest = world.run_one(create_mission(wish, {id_of(8, 2)}, false, {}, "{\"fleet_id\":\"north\"}"));
  wish.template_version = {1};
  const auto old = world.run_one(create_mission(wish, {id_of(8, 3)}, false, {}, "{\"fleet_id\":\"north\"}"));
  ASSERT_TRUE(newest && old);
  EXPECT_NE(newest->body.find(R"("name":"other 1")"), std::string::npos);
  EXPECT_NE(old->body.find(R"("name":"haul 1")"), std::string::npos);

  ASSERT_TRUE(world.run_one(templates::archive_template(id)));
  const auto refused = world.run_one(create_mission(wish, {id_of(8, 4)}, false, {}, "{\"fleet_id\":\"north\"}"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, vocabulary::ProblemKind::wrong_state);
  EXPECT_EQ(refused.error().detail, "template \"n\" is archived: nothing new is made from it");
}

TEST(TemplateLaw, APlanIsMadeWholeOrNotAtAll) {
  World world(fresh_file("d"));
  const TemplateId id{id_of(9, 1)};
  ASSERT_TRUE(world.run_one(templates::create_template(haul("p", 3), {.id = id}, check_mission_body)));
  CreatePlan wish;
  wish.fleet_id = std::string("north");
  wish.template_id = id;
  wish.vehicles = {{.key = std::string("haul"), .vehicle_id = std::string("truck-9")}};
  wish.parameters = {R"({"n":9})"};
  const auto before = world.contents();
  const auto refused = world.run_one(create_plan(wish, {.id = {id_of(10, 1)}, .seed = id_of(11, 1)}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, vocabulary::ProblemKind::invalid_parameters);
  EXPECT_EQ(refused.error().errors.front().pointer, "/parameters/n");
  EXPECT_EQ(world.contents(), before);
  wish.parameters = {R"({"n":1})"};
  const auto made = world.run_one(create_plan(wish, {.id = {id_of(10, 1)}, .seed = id_of(11, 1)}));
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_NE(made->body.find(R"("key":"drill")"), std::string::npos);
  EXPECT_NE(made->body.find(R"("vehicle_id":"truck-9")"), std::string::npos) << made->body;
  // "haul" waits for "drill".
  EXPECT_NE(made->body.find(R"("status":"ready")"), std::string::npos) << made->body;
  EXPECT_NE(made->body.find(R"("status":"pending")"), std::string::npos) << made->body;
  EXPECT_EQ(world.differences(), 0);
}

}  // namespace
}  // namespace mms::missions::template_law
