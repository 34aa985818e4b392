// The schedule.
#include "world.hpp"

#include <algorithm>

#include "clock.hpp"
#include "missions/rules/dependency_commands.hpp"
#include "missions/rules/mission_commands.hpp"

namespace mms::simulation {
namespace {

// So long nothing may happen before a world counts as at rest: longer than whatever anybody waits for.
constexpr int kQuietRounds = 8;
constexpr int kMostRounds = 120;
constexpr std::chrono::seconds kRound(7);

Ground& emptied(Ground& ground) {
  ground.reset();
  return ground;
}

}  // namespace

World::World(Ground& ground, const Run& run)
    : run_(run),
      ground_(emptied(ground)),
      chance_(run.seed),
      weather_(weather_of(chance_)),
      diary_(run.kept),
      oracle_(ground, diary_, weather_.statement_fails > 0),
      store_({.ground = ground,
              .chance = chance_,
              .weather = weather_,
              .diary = diary_,
              .planted = run.planted,
              .on_commit = [this] { oracle_.committed(); }}),
      wishes_(chance_, run.seed, oracle_),
      places_(static_cast<std::size_t>(weather_.replicas)) {
  for (std::size_t i = 0; i < places_.size(); ++i) start(i);
}

const Diary& World::play() {
  try {
    for (; step_ < run_.steps && !diary_.is_broken(); ++step_) step();
    if (!diary_.is_broken()) come_to_rest();
  } catch (const std::exception& e) {
    diary_.broken(fmt::format("something was thrown through the house: {}", e.what()));
  }
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].replica) kill(i);
  }
  return diary_;
}

void World::step() {
  store_.begin_step();
  const int what = chance_.pick(100);
  if (what < 28) {
    send();
  } else if (what < 34) {
    retry();
  } else if (what < 39) {
    read();
  } else if (what < 70) {
    call_store();
  } else if (what < 85) {
    pass_time();
  } else if (what < 96) {
    deliver();
  }
  harm();
  run_all();
}

Replica* World::any_moving() {
  std::vector<Replica*> all;
  for (const auto& place : places_) {
    if (is_moving(place) && !place.replica->has_stopped()) all.push_back(place.replica.get());
  }
  return all.empty() ? nullptr : all[static_cast<std::size_t>(chance_.pick(static_cast<int>(all.size())))];
}

void World::send() {
  std::vector<std::size_t> some;
  const int count = chance_.percent(25) ? 2 + chance_.pick(5) : 1;
  for (int i = 0; i < count; ++i) {
    some.push_back(wanted_.size());
    wanted_.push_back(wishes_.make());
  }
  submit(std::move(some));
}

// Somebody who has a key asks again: whether or not an answer came.
void World::retry() {
  if (wanted_.empty()) return send();
  auto which = static_cast<std::size_t>(chance_.pick(static_cast<int>(wanted_.size())));
  if (!in_doubt_.empty() && chance_.percent(70)) {
    which = in_doubt_.back();
    in_doubt_.pop_back();
  }
  if (!wanted_[which].next.has_key) return send();
  submit({which});
}

void World::submit(std::vector<std::size_t> some) {
  auto* replica = any_moving();
  if (replica == nullptr) return;
  std::vector<lanes::Submission> submissions;
  std::vector<Try> tries;
  for (const auto which : some) {
    auto& wish = wanted_[which];
    submissions.push_back(submission_of(wish, chance_));
    tries.push_back(wish.next);
    diary_.write("{} is sent to {}: {}", trace_of(wish.next), replica->number(), wish.words);
    ++wish.next.number;
  }
  replica->submit(std::move(submissions), [this, tries](const std::vector<lanes::Outcome>& outcomes) {
    for (std::size_t i = 0; i < tries.size(); ++i) {
      oracle_.told(tries[i], outcomes[i]);
      if (outcomes[i] && outcomes[i]->version > 0 && tries[i].stream) told_of_ = MissionId{*tries[i].stream};
      if (!outcomes[i]) in_doubt_.push_back(static_cast<std::size_t>(tries[i].wish));
    }
  });
}

void World::read() {
  auto* replica = any_moving();
  if (replica == nullptr || !replica->is_cached()) return;
  // Whoever was told something looks at it.
  const auto id = told_of_ && chance_.percent(70) ? *told_of_ : wishes_.any_mission();
  const auto floor = oracle_.acknowledged(id.uuid);
  replica->show(id, [this, id, floor](std::optional<std::int64_t> version) { oracle_.shown(id, floor, version); });
}

void World::call_store() {
  const auto ready = store_.ready([this](int place) { return is_moving(places_[static_cast<std::size_t>(place)]); });
  if (ready.empty()) return pass_time();
  store_.carry_out(ready[static_cast<std::size_t>(chance_.pick(static_cast<int>(ready.size())))]);
}

void World::pass_time() {
  auto by = std::chrono::milliseconds(1 + chance_.pick(chance_.once_in(6) ? 4000 : 250));
  diary_.write("{} ms pass", by.count());
  Clocks::advance(by);
}

void World::deliver() {
  for (auto& place : places_) {
    if (is_moving(place) && place.replica->sink().has_work()) place.replica->sink().deliver();
  }
}

void World::harm() {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    auto& place = places_[i];
    if (!place.replica || place.replica->has_stopped()) {
      if (chance_.percent(25)) start(i);
    } else if (chance_.percent(weather_.crash)) {
      if (chance_.percent(70)) {
        kill(i);
      } else {
        diary_.write("{} is told to stop", place.replica->number());
        place.replica->stop();
      }
    } else if (chance_.percent(weather_.freeze)) {
      place.frozen_until = step_ + 2 + chance_.pick(25);
      diary_.write("{} stands still for {} steps", place.replica->number(), place.frozen_until - step_);
    }
  }
  if (!chance_.percent(weather_.clock_jump)) return;
  const auto by = std::chrono::milliseconds(chance_.pick(40'000) - 20'000);
  diary_.write("the wall clock jumps by {} ms", by.count());
  Clocks::jump(by);
}

void World::start(std::size_t place) {
  if (places_[place].replica) kill(place);
  ++processes_;
  diary_.write("{} starts at place {}", processes_, place);
  const bool cached = places_.size() == 1;
  places_[place].frozen_until = 0;
  places_[place].replica = std::make_unique<Replica>(
      Replica::Tools{.store = store_,
                     .diary = diary_,
                     .sink = {.chance = chance_,
                              .weather = weather_,
                              .diary = diary_,
                              .planted = run_.planted,
                              .replica = static_cast<int>(place),
                              .arrived = [this](const Arrived& message) { oracle_.arrived(message); }},
                     .cached = cached,
                     .told = run_.planted != Planted::cache_is_not_told},
      processes_);
}

void World::kill(std::size_t place) {
  diary_.write("{} is killed", places_[place].replica->number());
  places_[place].replica.reset();
}

void World::run_all() {
  for (auto& place : places_) {
    if (is_moving(place)) place.replica->run();
  }
}

// The weather clears up, and all that can still happen happens.
void World::come_to_rest() {
  diary_.write("the weather clears up");
  weather_ = {.replicas = weather_.replicas, .calm = 100};
  step_ = std::int64_t{1} << 40;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (!places_[i].replica || places_[i].replica->has_stopped()) start(i);
  }
  rest_a_while();
  if (diary_.is_broken()) return;
  oracle_.at_rest();
  check_that_nobody_waits();
}

void World::rest_a_while() {
  auto events = oracle_.events();
  int quiet = 0;
  for (int round = 0; quiet < kQuietRounds && !diary_.is_broken(); ++round) {
    if (round == kMostRounds) return diary_.broken("the world does not come to rest");
    Clocks::advance(kRound);
    for (int calls = 0;; ++calls) {
      if (calls == 300) return diary_.broken("the house is never done, although no time passes");
      store_.begin_step();
      run_all();
      for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i].replica->has_stopped()) start(i);
      }
      bool more = false;
      for (auto& place : places_) {
        if (!place.replica->sink().has_work()) continue;
        place.replica->sink().deliver();
        more = true;
      }
      if (const auto ready = store_.ready([](int) { return true; }); !ready.empty()) {
        store_.carry_out(ready.front());
        more = true;
      }
      if (!more) break;
    }
    quiet = oracle_.events() == events ? quiet + 1 : 0;
    events = oracle_.events();
  }
}

lanes::Outcome World::carry_out(std::unique_ptr<lanes::Command> command) {
  std::optional<lanes::Outcome> outcome;
  std::vector<lanes::Submission> one;
  one.push_back({.command = std::move(command),
                 .caller = vocabulary::service_caller("the end"),
                 .trace = "the end",
                 .deadline = async::Clock::now() + std::chrono::minutes(1),
                 .idempotency = std::nullopt});
  places_.front().replica->submit(std::move(one), [&](std::vector<lanes::Outcome> all) { outcome = all.front(); });
  for (int tries = 0; !outcome && tries < 100; ++tries) {
    store_.begin_step();
    run_all();
  }
  if (!outcome) throw std::runtime_error("a command at the end is not answered");
  return std::move(*outcome);
}

// Whatever should have been done by itself leaves nothing to do for somebody who asks for it.
void World::check_that_nobody_waits() {
  const auto missions = oracle_.missions();
  for (const auto& [id, mission] : missions) {
    if (mission.deleted_at) continue;
    const auto before = oracle_.events();
    carry_out(missions::settle_mission(id));
    if (oracle_.events() != before) {
      diary_.broken(fmt::format("mission {} was not settled when its predecessor moved on", mission.name));
    }
    // A vehicle that does not answer is asked again after longer and longer.
    if (!missions::start_rank(mission) || mission.control == missions::Control::vehicle) continue;
    if (carry_out(missions::start_mission(id))) {
      diary_.broken(fmt::format("mission {} could have started by itself", mission.name));
    }
  }
}

}  // namespace mms::simulation
