// Templates, and missions and plans made from them: any batch ≡ the same commands one at a time, and the log gives the
// tables.
#pragma once

#include <array>
#include <random>
#include <string>
#include <vector>

#include "missions/dependency_store.hpp"
#include "missions/mission_replay.hpp"
#include "missions/plan_replay.hpp"
#include "missions/plan_store.hpp"
#include "missions/rules/mission_creation.hpp"
#include "missions/rules/plan_commands.hpp"
#include "missions/tests/batch_law.hpp"
#include "templates/rules/template_commands.hpp"
#include "templates/template_replay.hpp"
#include "templates/template_store.hpp"

namespace mms::missions::template_law {

using templates::TemplateId;
using vocabulary::Time;

constexpr Time kStart = Time(std::chrono::seconds(1'790'000'000));

class World {
 public:
  explicit World(const law::MakeDatabase& make) : database_(make()) {
    database_->migrate();
    writer_ = database_->open_writer(context_);
    reader_ = database_->open_reader(context_);
    settings_.clock = [this](Time) { return now; };
    settings_.on_fault = [](const std::string& what) { ADD_FAILURE() << what; };
    const std::vector<lanes::MakePart> parts{vehicles::vehicle_part,
                                             safety::safety_part,
                                             [](lanes::WorkingSet& set) { return mission_part(set, nullptr); },
                                             dependency_part,
                                             plan_part,
                                             [](lanes::WorkingSet& set) {
                                               static const templates::CountUses none;
                                               return templates::template_part(set, none);
                                             }};
    runner_ = std::make_unique<lanes::BatchRunner>(*writer_, parts, settings_);
  }

  std::vector<lanes::Outcome> run(std::vector<lanes::Submission> batch) { return end(runner_->run(std::move(batch))); }
  lanes::Outcome run_one(CommandPtr command) {
    std::vector<lanes::Submission> one;
    one.push_back(submission(std::move(command)));
    return std::move(run(std::move(one)).front());
  }
  static lanes::Submission submission(CommandPtr command, int caller = 0) {
    return {.command = std::move(command),
            .caller = law::caller_of(caller),
            .trace = "t",
            .deadline = async::Clock::now() + std::chrono::seconds(60),
            .idempotency = std::nullopt};
  }

  std::vector<std::string> contents() {
    std::vector<std::string> all;
    const auto add_bodies = [&](database::Query query) {
      const auto rows = ask(std::move(query));
      for (std::size_t i = 0; i < rows.size(); ++i) all.emplace_back(rows[i].text(1));
    };
    const auto missions = ask(mission_rows({}, 100000));
    for (std::size_t i = 0; i < missions.size(); ++i) all.push_back(stored_from(missions[i]).body);
    add_bodies(templates::template_bodies({}, 100000));
    add_bodies(plan_bodies({}, 100000));
    add_bodies(dependency_bodies({}, 100000));
    for (const auto* stream : {"mission", "template", "plan"}) {
      const auto rows = ask(database::events_by_stream(stream, {}, 0, 100000));
      for (const auto& e : database::events_from(rows)) {
        all.push_back(vocabulary::to_text(e.stream_id) + ' ' + std::to_string(e.version) + ' ' + e.type + ' ' + e.data +
                      ' ' + e.caller + ' ' + vocabulary::to_text(e.occurred_at));
        if (e.stream == "template" && e.version == 1) add_bodies(templates::all_versions({e.stream_id}));
      }
    }
    return all;
  }
  std::int64_t differences() {
    const auto report = [](const std::string& words) { ADD_FAILURE() << words; };
    return end(templates::verify_templates(*reader_, report)).differences +
           end(verify_missions(*reader_, report, now)).differences + end(verify_plans(*reader_, report)).differences;
  }
  void rebuild() {
    end(templates::rebuild_templates(*reader_, *writer_));
    end(rebuild_missions(*reader_, *writer_));
    end(rebuild_plans(*reader_, *writer_));
  }
  database::Rows ask(database::Query query) {
    return end(reader_->run_one(std::move(query), async::Clock::now() + std::chrono::seconds(30)));
  }

  Time now = kStart;

 private:
  template <class T>
  T end(async::Task<T> task) {
    return law::run_to_end(context_, std::move(task));
  }
  boost::asio::io_context context_{1};
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<database::Writer> writer_;
  std::unique_ptr<database::Reader> reader_;
  lanes::LaneSettings settings_;
  std::unique_ptr<lanes::BatchRunner> runner_;
};

inline vocabulary::Uuid id_of(unsigned kind, int n) {
  return vocabulary::make_uuid_v7(kStart, kind, static_cast<std::uint64_t>(n + 1) * 0x1234567ULL);
}

constexpr auto kParameters =
    R"({"type":"object","properties":{"truck":{"type":"string","default":"truck-0"},"n":{"type":"integer","maximum":5}}})";

inline templates::CreateTemplate haul(const std::string& name, int flavour) {
  templates::CreateTemplate c;
  if (flavour != 0) c.fleet_id = vocabulary::Identifier(flavour == 1 ? "south" : "north");
  c.name = name;
  c.parameters = {kParameters};
  if (flavour == 3) {
    c.missions.emplace();
    for (const auto* key : {"drill", "haul"}) {
      templates::PlanStepWish step;
      step.key = std::string(key);
      step.mission = {R"({"name":"step {{n}}","vehicle_id":"{{truck}}"})"};
      if (!c.missions->empty())
        step.depends_on.push_back({.key = std::string("drill"), .type = {}, .condition = {}, .lag_s = {}});
      c.missions->push_back(step);
    }
  } else {
    c.mission = {R"({"name":"haul {{n}}","vehicle_id":"{{truck}}","type":"a"})"};
  }
  return c;
}

struct Step {
  int command, which, name, flavour, caller, number;
};

inline CommandPtr command_of(const Step& s, unsigned seed) {
  const TemplateId id{id_of(seed, s.which)};
  const MissionId mission{id_of(seed + 1000, s.number)};
  const std::string name = "name " + std::to_string(s.name);
  const auto version = s.name == 2 ? std::optional(vocabulary::Between<1, 1000000000>{1 + s.flavour}) : std::nullopt;
  switch (s.command) {
    case 0:
    case 1:
      return templates::create_template(haul(name, s.flavour), {.id = id, .chosen = true, .body_hash = name},
                                        check_mission_body);
    case 2: {
      templates::UpdateTemplate u;
      if (s.flavour % 2 == 0) u.name.value = name;
      if (s.flavour > 1) u.mission.value = Raw{R"({"name":"other {{n}}","priority":"high"})"};
      return templates::update_template(id, std::move(u), check_mission_body);
    }
    case 3:
      return templates::archive_template(id);
    case 4:
    case 5:
    case 6: {
      CreateMission c;
      c.fleet_id = std::string(s.flavour % 2 == 0 ? "north" : "south");
      c.template_id = id;
      c.template_version = version;
      c.parameters = {s.flavour == 3 ? R"({"n":9})" : R"({"n":2,"truck":"truck-1"})"};
      return create_mission(
          std::move(c), mission, true, "h" + std::to_string(s.flavour),
          s.name == 1 ? R"({"name":"mine","labels":{"a":"b"},"fleet_id":"north"})" : R"({"fleet_id":"north"})");
    }
    case 7:
    case 8: {
      const auto of_plan = id_of_step(id_of(seed + 3000, s.number), static_cast<std::size_t>(s.flavour % 2));
      const auto target = s.name == 0 ? mission : of_plan;
      return s.command == 7 ? start_mission(target) : complete_mission(target, {});
    }
    default: {
      CreatePlan c;
      c.fleet_id = std::string("north");
      c.template_id = id;
      c.template_version = version;
      if (s.name == 1)
        c.vehicles.push_back(
            {.key = std::string(s.flavour == 0 ? "none" : "haul"), .vehicle_id = std::string("truck-2")});
      return create_plan(std::move(c), {.id = {id_of(seed + 2000, s.number)},
                                        .chosen = true,
                                        .body_hash = "p" + std::to_string(s.flavour),
                                        .seed = id_of(seed + 3000, s.number)});
    }
  }
}

// Seeds from `first` on, so many: the same commands in batches on one store and one at a time on the other; then the
// log gives the tables, and the tables written anew are the same.
inline void check(unsigned first,
                  unsigned count,
                  const law::MakeDatabase& make_together,
                  const law::MakeDatabase& make_alone) {
  std::array<int, 11> accepted{};  // by command: a law about nothing but refusals would be none
  for (unsigned seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    World together(make_together);
    World alone(make_alone);
    for (int round = 0; round < 30; ++round) {
      std::vector<Step> steps(static_cast<std::size_t>(1 + pick(12)));
      std::vector<lanes::Submission> batch;
      for (auto& s : steps) {
        s = {pick(11), pick(4), pick(3), pick(4), pick(8) < 6 ? 0 : 1 + pick(2), pick(3)};
        batch.push_back(World::submission(command_of(s, seed), s.caller));
      }
      const auto outcomes = together.run(std::move(batch));
      for (std::size_t i = 0; i < steps.size(); ++i) {
        std::vector<lanes::Submission> one;
        one.push_back(World::submission(command_of(steps[i], seed), steps[i].caller));
        const auto single = alone.run(std::move(one));
        ASSERT_EQ(outcomes[i].has_value(), single[0].has_value()) << "round " << round << " command " << i;
        if (single[0]) {
          ASSERT_EQ(*outcomes[i], *single[0]);
          ++accepted[static_cast<std::size_t>(steps[i].command)];
        } else {
          ASSERT_EQ(outcomes[i].error().kind, single[0].error().kind) << single[0].error().detail;
          ASSERT_EQ(outcomes[i].error().members, single[0].error().members);
        }
      }
      together.now += std::chrono::milliseconds(10);
      alone.now = together.now;
    }
    const auto before = together.contents();
    ASSERT_EQ(before, alone.contents());
    ASSERT_EQ(together.differences(), 0);
    together.rebuild();
    ASSERT_EQ(before, together.contents());
  }
  // A few seeds do not reach every command; many do, or the law would be about refusals.
  const int least = count < 20 ? -1 : static_cast<int>(count) / 5;
  for (std::size_t command = 0; command < accepted.size(); ++command) EXPECT_GT(accepted[command], least) << command;
}

}  // namespace mms::missions::template_law
