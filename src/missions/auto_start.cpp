// The loop that starts whoever waits.
#include "missions/auto_start.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "missions/rules/mission_commands.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using async::Clock;
using database::Statement;
using vocabulary::MissionId;

constexpr std::int64_t kMost = 256;
constexpr std::size_t kMostRefused = 10'000;
constexpr std::chrono::seconds kLongestWait(30);
// Commits come by the hundred a second: one look serves many of them.
constexpr std::chrono::milliseconds kBetweenLooks(3);

// For each vehicle that waits for one (found by hops through the index, one for each vehicle) and is free: the first
// mission of its queue that is not held back.
#define WAITING(occupied, not_held)                                                                                  \
  "with recursive v(vehicle_id) as (select min(vehicle_id) from missions where start_rank is not null union all "    \
  "select (select min(vehicle_id) from missions where start_rank is not null and vehicle_id > v.vehicle_id) from v " \
  "where v.vehicle_id is not null) select id from (select (select m.id from missions m where m.vehicle_id = "        \
  "v.vehicle_id and m.start_rank is not null and " not_held                                                          \
  " order by m.start_rank, m.id limit 1) as id from v where v.vehicle_id is not null and not exists (select 1 from " \
  "missions o where o.vehicle_id = v.vehicle_id and " occupied ")) free where id is not null limit "
const Statement waiting("missions_that_may_start",
                        Statement::Shape::once,
                        WAITING("o.occupies_vehicle = 1", "m.id not in (select value from json_each($1))") "$2",
                        WAITING("o.occupies_vehicle",
                                "m.id <> all(array(select cast(x as uuid) from json_array_elements_text(cast($1 as "
                                "json)) as x))") "cast($2 as bigint)");
#undef WAITING

}  // namespace

void AutoStart::saw(const std::vector<vocabulary::Event>& events) {
  if (std::ranges::any_of(events, [](const auto& event) { return event.stream == "safety_event"; })) {
    facts_changed_ = true;
  }
  if (!events.empty()) bell_.ring();
}

void AutoStart::facts_changed() {
  facts_changed_ = true;
  bell_.ring();
}

std::vector<std::string> AutoStart::held_back() {
  if (facts_changed_.exchange(false) || refused_.size() > kMostRefused) refused_.clear();
  const auto now = Clock::now();
  std::vector<std::string> ids;
  for (const auto& [id, refused] : refused_) {
    if (refused.again > now) ids.push_back(vocabulary::to_text(id));
  }
  return ids;
}

// How many were tried.
async::Task<std::size_t> AutoStart::start_those_that_may(database::Reader& reader,
                                                         lanes::Lane& lane,
                                                         const Hooks& hooks) {
  const auto rows = co_await reader.run_one(database::query(waiting, vocabulary::json::write(held_back()), kMost),
                                            Clock::now() + std::chrono::seconds(5));
  std::vector<MissionId> ids;
  std::vector<lanes::Submission> submissions;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ids.push_back(rows[i].id<MissionId>(0));
    submissions.push_back({.command = start_mission(ids.back()),
                           .caller = vocabulary::service_caller("orchestrator"),
                           .trace = "auto-start",
                           .deadline = Clock::now() + std::chrono::seconds(30),
                           .idempotency = std::nullopt});
  }
  const auto outcomes = co_await lane.submit_all(std::move(submissions));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    hooks.tried(outcomes[i].has_value());
    if (outcomes[i]) {
      refused_.erase(ids[i]);
      continue;
    }
    auto& refused = refused_[ids[i]];
    refused.again = Clock::now() + std::min<Clock::duration>(kLongestWait, std::chrono::seconds(1 << refused.times));
    refused.times = std::min(refused.times + 1, 5);
  }
  co_return ids.size();
}

async::Task<void> AutoStart::run(database::Reader& reader,
                                 lanes::Lane& lane,
                                 Hooks hooks,
                                 std::chrono::milliseconds look_every,
                                 std::function<bool()> stopping) {
  while (!stopping()) {
    std::size_t tried = 0;
    try {
      tried = co_await start_those_that_may(reader, lane, hooks);
    } catch (const std::exception& e) {
      hooks.on_fault(fmt::format("looking for missions to start: {}", e.what()));
    }
    if (tried > 0) continue;  // the next in the queue of a vehicle whose first was refused
    co_await bell_.wait(look_every);
    async::Doorbell pause;  // nobody rings it
    co_await pause.wait(kBetweenLooks);
  }
}

}  // namespace mms::missions
