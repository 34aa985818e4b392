// Laws of lists, of the past, of timers and of replay, the same on every store.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "lanes/timer_runner.hpp"
#include "missions/mission_replay.hpp"
#include "missions/rules/dependency_commands.hpp"
#include "missions/rules/mission_commands.hpp"
#include "missions/tests/store_house.hpp"

namespace mms::missions::law {

// A fleet's worth of missions that differ in everything that lists order or filter by.
inline std::vector<std::string> make_fleet(StoreHouse& house, int count) {
  const char* priorities[] = {"low", "normal", "high", "urgent", "emergency"};
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    house.now = house.now.load() + std::chrono::milliseconds(i % 3 == 0 ? 0 : 7);  // some at the same moment
    std::string body = R"({"fleet_id":")" + std::string(i % 2 == 0 ? "north" : "south") + R"(","name":"haul )" +
                       std::to_string(i * 7 % 10) + R"(","priority":")" + priorities[i % 5] +
                       R"(","vehicle_id":"truck-)" + std::to_string(i % 4) + '"';
    if (i % 3 == 1) {
      body += R"(,"scheduled_start":")" + vocabulary::to_text(house.now.load() + std::chrono::hours(1 + i % 4)) + '"';
    }
    ids.push_back(house.create(body + '}'));
  }
  return ids;
}

// All pages of a list, one after another; `between` happens after each.
inline std::vector<std::string> all_pages(StoreHouse& house,
                                          const std::string& query,
                                          const std::string& field,
                                          const std::function<void()>& between = {}) {
  std::vector<std::string> all;
  std::string cursor;
  for (int page = 0; page < 100; ++page) {
    const auto reply = house.list(query + (cursor.empty() ? "" : "&cursor=" + cursor));
    EXPECT_EQ(reply->problem, "") << query << ' ' << reply->body;
    if (!reply->problem.empty()) break;
    std::ranges::copy(reply->each(field), std::back_inserter(all));
    cursor = reply->text("next_cursor");
    if (cursor.empty()) break;
    if (between) between();
  }
  return all;
}

TEST_P(StoreLaws, PagesOfEveryOrderAreTheWholeListInThatOrder) {
  StoreHouse house(GetParam().make);
  make_fleet(house, 40);
  for (const std::string sort : {"created_at", "updated_at", "priority", "name", "scheduled_start", "deadline"}) {
    for (const std::string way : {"asc", "desc"}) {
      for (const std::string filter : {"", "&fleet_id=north", "&status=ready", "&vehicle_id=truck-1"}) {
        const auto order = "sort=" + sort + ":" + way + filter;
        const auto whole = all_pages(house, order + "&limit=200", "id");
        EXPECT_EQ(all_pages(house, order + "&limit=7", "id"), whole) << order;
        EXPECT_EQ(std::set(whole.begin(), whole.end()).size(), whole.size()) << order;
        auto keys = all_pages(house, order + "&limit=200", sort);
        if (sort == "priority") continue;  // by rank, below
        const auto last = std::ranges::find(keys, "none");
        EXPECT_TRUE(std::all_of(last, keys.end(), [](const auto& k) { return k == "none"; }))
            << "none is last: " << order;
        keys.erase(last, keys.end());
        if (way == "desc") std::ranges::reverse(keys);
        EXPECT_TRUE(std::ranges::is_sorted(keys)) << order;
      }
    }
  }
  const auto ranks = all_pages(house, "sort=priority:desc&limit=7", "priority");
  EXPECT_EQ(ranks.front(), "emergency");
  EXPECT_EQ(ranks.back(), "low");
}

TEST_P(StoreLaws, AListThatGrowsWhileItIsReadShowsEachOfItsItemsOnce) {
  for (const std::string way : {"desc", "asc"}) {
    StoreHouse house(GetParam().make);
    const auto before = make_fleet(house, 25);
    const auto seen = all_pages(house, "limit=6&sort=created_at:" + way, "id", [&] { make_fleet(house, 3); });
    for (const auto& id : before) EXPECT_EQ(std::ranges::count(seen, id), 1) << way;
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), seen.size());
  }
}

TEST_P(StoreLaws, FiltersNarrowAndValuesOfOneFilterWiden) {
  StoreHouse house(GetParam().make);
  make_fleet(house, 40);
  const auto count = [&](const std::string& query) {
    const auto reply = house.list(query + "&include_total=true&limit=1");
    EXPECT_EQ(reply->problem, "") << reply->body;
    return json::to_text(reply->object().at("total"));
  };
  EXPECT_EQ(count("fleet_id=north"), "20");
  EXPECT_EQ(count("fleet_id=north&fleet_id=south"), "40");
  EXPECT_EQ(count("priority=low&priority=high"), "16");
  EXPECT_EQ(count("fleet_id=north&vehicle_id=truck-1"), "0");
  EXPECT_EQ(count("fleet_id=south&vehicle_id=truck-1"), "10");
  EXPECT_EQ(count("status=pending&status=ready"), "40");
  EXPECT_EQ(count("created_before=" + vocabulary::to_text(house.now.load() - std::chrono::hours(1))), "0");
  EXPECT_EQ(house.list("status=asleep")->problem, "bad_parameter");
  EXPECT_EQ(house.list("colour=red")->problem, "bad_parameter");
  EXPECT_EQ(house.list("sort=colour")->problem, "bad_parameter");
}

TEST_P(StoreLaws, ACursorBelongsToItsListOrderAndFilter) {
  StoreHouse house(GetParam().make);
  make_fleet(house, 10);
  const auto cursor = house.list("limit=3&fleet_id=north")->text("next_cursor");
  ASSERT_FALSE(cursor.empty());
  EXPECT_EQ(house.list("limit=2&fleet_id=north&cursor=" + cursor)->problem, "") << "another page size is no other list";
  for (const std::string other : {"", "fleet_id=south&", "fleet_id=north&sort=name&", "fleet_id=north&status=ready&"}) {
    EXPECT_EQ(house.list(other + "cursor=" + cursor)->problem, "bad_cursor") << other;
  }
  EXPECT_EQ(house.list("fleet_id=north&cursor=x" + cursor)->problem, "bad_cursor");
  EXPECT_EQ(house.list("fleet_id=north&cursor=" + cursor + "x")->problem, "bad_cursor");
}

TEST_P(StoreLaws, AListShowsWhatItsCallerMaySee) {
  using vocabulary::Role;
  StoreHouse house(GetParam().make);
  const auto ids = make_fleet(house, 12);
  const vocabulary::Caller south{"viewer",
                                 vocabulary::CallerKind::person,
                                 {{.role = Role::viewer, .fleet_id = "south", .mission_id = {}, .template_id = {}}}};
  EXPECT_EQ(house.list("limit=50", south)->each("fleet_id"), std::vector<std::string>(6, "south"));
  EXPECT_TRUE(house.list("fleet_id=north", south)->each("id").empty());
  const vocabulary::Caller truck{"truck-1",
                                 vocabulary::CallerKind::vehicle,
                                 {{.role = Role::viewer, .fleet_id = "south", .mission_id = {}, .template_id = {}}}};
  EXPECT_EQ(house.list("limit=50", truck)->each("vehicle_id"), std::vector<std::string>(3, "truck-1"));
  EXPECT_TRUE(house.list("vehicle_id=truck-3", truck)->each("id").empty());
}

TEST_P(StoreLaws, DeletedMissionsAreShownOnlyToWhoAsksForThem) {
  StoreHouse house(GetParam().make);
  const auto ids = make_fleet(house, 5);
  EXPECT_EQ(house.ask(http::Method::delete_, "/missions/{id}", {ids[0]}, {}, {})->status, 204);
  EXPECT_EQ(house.list("limit=50")->each("id").size(), 4U);
  EXPECT_EQ(house.list("limit=50&include_deleted=true")->each("id").size(), 5U);
  EXPECT_EQ(house.show(ids[0])->problem, "not_found");
  EXPECT_EQ(house.show(ids[0], "include_deleted=true")->status, 200);
}

TEST_P(StoreLaws, ThePastIsAnsweredAsItWas) {
  StoreHouse house(GetParam().make);
  const auto id = house.create(R"({"fleet_id":"north","vehicle_id":"truck-1","name":"haul"})");
  const auto begin = house.now.load();
  std::map<Time, std::string> states{{begin, house.show(id)->body}};
  const std::pair<const char*, const char*> steps[] = {{"start", ""},
                                                       {"pause", ""},
                                                       {"assign", R"({"vehicle_id":"truck-2"})"},
                                                       {"resume", ""},
                                                       {"fail", R"({"reason":"axle"})"},
                                                       {"retry", ""}};
  for (const auto& [command, body] : steps) {
    house.now = house.now.load() + std::chrono::seconds(10);
    const auto reply = house.tell(id, command, body);
    ASSERT_EQ(reply->status, 200) << command << ' ' << reply->body;
    states[house.now.load()] = reply->body;
  }
  const auto as_of = [&](Time at) { return house.show(id, "as_of=" + vocabulary::to_text(at)); };
  for (const auto& [at, body] : states) {
    EXPECT_EQ(json::canonical(as_of(at + std::chrono::seconds(5))->body), json::canonical(body));
  }
  EXPECT_EQ(as_of(begin - std::chrono::seconds(1))->problem, "not_found");
  house.now = house.now.load() + std::chrono::seconds(10);
  house.ask(http::Method::delete_, "/missions/{id}", {id}, {}, {});
  EXPECT_EQ(as_of(house.now.load() + std::chrono::seconds(1))->problem, "not_found");
  EXPECT_EQ(as_of(begin + std::chrono::seconds(1))->status, 200) << "what was, was";
}

inline const database::Statement plant_body("law_plant_body",
                                            database::Statement::Shape::once,
                                            "update missions set body = $2 where id = $1",
                                            "update missions set body = cast(cast($2 as text) as json) where id = $1");
inline const database::Statement plant_status("law_plant_status",
                                              "update missions set status = 'cancelled' where id = $1");
inline const database::Statement plant_no_row("law_plant_no_row", "delete from missions where id = $1");
inline const database::Statement plant_no_event("law_plant_no_event",
                                                "delete from events where stream_id = $1 and version = 2");
inline const database::Statement plant_no_events("law_plant_no_events", "delete from events where stream_id = $1");
inline const database::Statement plant_timer("law_plant_timer", "update timers set attempt = 7 where stream_id = $1");
inline const database::Statement plant_no_timer("law_plant_no_timer", "delete from timers where stream_id = $1");

inline std::vector<std::string> differences(StoreHouse& house) {
  std::vector<std::string> words;
  const auto figures =
      house.run(verify_missions(*house.reader, [&](const std::string& w) { words.push_back(w); }, house.now.load()));
  EXPECT_EQ(figures.differences, static_cast<std::int64_t>(words.size()));
  return words;
}

struct PlantedFault {
  const char* what;
  database::Query query;
  bool mends;  // a rebuild can mend it: the log itself is sound
};

TEST_P(StoreLaws, ReplayFindsEveryPlantedDifferenceAndRebuildMendsThem) {
  StoreHouse house(GetParam().make);
  const auto ids = make_fleet(house, 12);  // 1, 4, 7 and 10 have a timer
  for (const auto i : {0, 2, 3}) EXPECT_EQ(house.tell(ids[static_cast<std::size_t>(i)], "start")->status, 200);
  EXPECT_EQ(house.tell(ids[3], "pause")->status, 200);
  ASSERT_EQ(differences(house), std::vector<std::string>());
  const auto id = [&](std::size_t n) { return *MissionId::from_text(ids[n]); };
  auto wrong = house.show(ids[0])->body;
  wrong.replace(wrong.find("haul"), 4, "Haul");
  std::vector<PlantedFault> faults;
  faults.push_back({"the events say", database::query(plant_body, id(0), wrong), true});
  faults.push_back({"the column status", database::query(plant_status, id(2)), true});
  faults.push_back({"is not in the table", database::query(plant_no_row, id(5)), true});
  faults.push_back({"timer is missing or wrong", database::query(plant_timer, id(1)), true});
  faults.push_back({"timer is missing or wrong", database::query(plant_no_timer, id(4)), true});
  faults.push_back({"has no events", database::query(plant_no_events, id(6)), true});
  faults.push_back({"version 3 follows 1", database::query(plant_no_event, id(3)), false});
  for (auto& fault : faults) {
    house.plant(fault.query);
    const auto found = differences(house);
    if (fault.mends) {
      ASSERT_EQ(found.size(), 1U) << fault.what;
      EXPECT_NE(found[0].find(fault.what), std::string::npos) << found[0];
      house.run(rebuild_missions(*house.reader, *house.writer));
      EXPECT_EQ(differences(house), std::vector<std::string>()) << fault.what;
    } else {
      EXPECT_TRUE(
          std::ranges::any_of(found, [&](const auto& words) { return words.find(fault.what) != std::string::npos; }));
      EXPECT_THROW(house.run(rebuild_missions(*house.reader, *house.writer)), std::runtime_error)
          << "the log is not guessed at";
    }
  }
}

TEST_P(StoreLaws, ARebuildAfterAllIsLostRestoresAll) {
  StoreHouse house(GetParam().make);
  const auto ids = make_fleet(house, 20);
  for (const auto i : {0, 2, 3, 5}) house.tell(ids[static_cast<std::size_t>(i)], "start");
  const auto before = house.list("limit=200&sort=created_at:asc")->body;
  for (const auto& id : ids) house.plant(database::query(plant_no_row, *MissionId::from_text(id)));
  const auto figures = house.run(rebuild_missions(*house.reader, *house.writer));
  EXPECT_EQ(figures.missions, 20);
  EXPECT_EQ(house.list("limit=200&sort=created_at:asc")->body, before);
  EXPECT_EQ(differences(house), std::vector<std::string>());
}

// A mission with a schedule that waits for another one too.
struct Held {
  explicit Held(StoreHouse& h) : house(h) {
    second =
        house.create(R"({"fleet_id":"north","name":"second","scheduled_start":")" + vocabulary::to_text(due) + "\"}");
    id = *MissionId::from_text(second);
    AddDependency waits;
    waits.predecessor_id = *MissionId::from_text(first);
    EXPECT_TRUE(house.carry_out(add_dependency(id, {house.ids.next(house.now)}, waits)));
    EXPECT_EQ(differences(house), std::vector<std::string>());
  }
  void fire_schedule() {
    EXPECT_TRUE(house.carry_out(fire_timer(
        {.stream = "mission", .stream_id = id.uuid, .kind = "schedule", .attempt = 1, .due_at = due, .data = {}})));
  }
  void end_first() {
    house.tell(first, "start");
    house.tell(first, "complete");
  }
  // That replay finds no difference is asked along with it.
  std::string status() {
    EXPECT_EQ(differences(house), std::vector<std::string>());
    return house.show(second)->text("status");
  }

  StoreHouse& house;
  Time due = house.now.load() + std::chrono::minutes(1);
  std::string first = house.create(R"({"fleet_id":"north","vehicle_id":"truck-1","name":"first"})");
  std::string second;
  MissionId id;
};

TEST_P(StoreLaws, ATimerThatFiredWhileADependencyHeldItsMissionIsNoDifference) {
  StoreHouse house(GetParam().make);
  Held held(house);
  house.now = held.due + std::chrono::minutes(1);
  held.fire_schedule();
  EXPECT_EQ(held.status(), "pending");
  held.end_first();
  EXPECT_EQ(held.status(), "ready");
}

TEST_P(StoreLaws, ATimerThatFiredInVainComesAgainWhenTheClockIsSetBack) {
  StoreHouse house(GetParam().make);
  Held held(house);
  house.now = held.due + std::chrono::seconds(1);
  held.fire_schedule();
  house.now = held.due - std::chrono::seconds(1);
  EXPECT_EQ(held.status(), "pending");
  held.end_first();
  EXPECT_EQ(held.status(), "pending") << "its timer is there again: replay wants it";
  house.now = held.due;
  held.fire_schedule();
  EXPECT_EQ(held.status(), "ready");
}

inline async::Task<bool> timers_until(StoreHouse& house,
                                      std::size_t& fired,
                                      std::function<bool()> done,
                                      bool own_clock) {
  lanes::TimerHooks hooks{.command_of = fire_timer,
                          .fired =
                              [&fired](vocabulary::Duration late) {
                                ++fired;
                                EXPECT_GE(late.count(), 0) << "none is early";
                              },
                          .on_fault = [](const std::string& what) { ADD_FAILURE() << what; },
                          .now = {}};
  if (own_clock) hooks.now = [] { return std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now()); };
  co_await lanes::run_timers(*house.reader, *house.lane, std::move(hooks), std::chrono::milliseconds(5),
                             std::move(done));
  co_return true;
}

TEST_P(StoreLaws, DueTimersFireOnceAndOnlyWhenTheyAreDue) {
  StoreHouse house(GetParam().make, true);
  house.now = std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now());
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(house.create(R"({"fleet_id":"north","name":"timed","vehicle_id":"truck-)" + std::to_string(i) +
                               R"(","timeout_s":)" + (i % 2 == 0 ? "0.05" : "3600") + "}"));
    ASSERT_EQ(house.tell(ids.back(), "start")->status, 200);
  }
  const auto until = async::Clock::now() + std::chrono::seconds(30);
  std::size_t fired = 0;
  const bool own_clock = house.database->dialect() == database::Dialect::sqlite;
  house.run(timers_until(house, fired, [&] { return fired == 10 || async::Clock::now() > until; }, own_clock));
  EXPECT_EQ(fired, 10U);
  EXPECT_EQ(house.list("status=failed&limit=50")->each("id").size(), 10U);
  EXPECT_EQ(house.list("status=running&limit=50")->each("id").size(), 10U);
  for (const auto& version : house.list("status=failed&limit=50")->each("version")) EXPECT_EQ(version, "3");
  EXPECT_EQ(differences(house), std::vector<std::string>());
}

}  // namespace mms::missions::law
