// Folding the whole log, stream by stream, in pages.
#include "missions/mission_replay.hpp"

#include <fmt/format.h>

#include <map>

#include "database/event_log.hpp"
#include "lanes/timer_table.hpp"
#include "missions/dependency_store.hpp"
#include "missions/mission_store.hpp"
#include "missions/rules/dependency_commands.hpp"
#include "missions/rules/mission_events.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

namespace json = vocabulary::json;

constexpr std::int64_t kPage = 2000;
constexpr std::string_view kSettleKinds = "settle %";  // work under way in chunks: no state asks for it

async::Deadline soon() {
  return async::Clock::now() + std::chrono::minutes(5);
}

// Folds the log one mission at a time, in the order of their ids.
class Folding {
 public:
  explicit Folding(database::Reader& reader) : reader_(reader) {}

  // The next mission's folded state, or nothing at the end. `fault` gets words when its stream is damaged.
  async::Task<std::optional<Mission>> next(std::string& fault) {
    std::optional<Mission> mission;
    for (;;) {
      if (at_ == page_.size()) {
        if (!co_await read_page()) co_return mission;
      }
      const auto& event = page_[at_];
      if (mission && event.stream_id != mission->id.uuid) co_return mission;
      const std::int64_t expected = mission ? mission->version + 1 : 1;
      if (event.version != expected) {
        fault = fmt::format("mission {}: version {} follows {}", vocabulary::to_text(event.stream_id), event.version,
                            expected - 1);
      } else if (mission && event.sequence <= last_sequence_) {
        fault = fmt::format("mission {}: version {} has sequence {}, which does not follow {}",
                            vocabulary::to_text(event.stream_id), event.version, event.sequence, last_sequence_);
      }
      last_sequence_ = event.sequence;
      const auto change = mission_event_from(event);
      if (const auto* added = std::get_if<MissionDependencyAdded>(&change))
        edges[added->dependency.id] = added->dependency;
      if (const auto* removed = std::get_if<MissionDependencyRemoved>(&change)) edges.erase(removed->id);
      mission = evolve(mission.value_or(Mission{}), change, event.version, event.occurred_at);
      mission->id = MissionId{event.stream_id};
      ++at_;
      ++events;
    }
  }
  std::int64_t events = 0;
  std::map<DependencyId, Dependency> edges;  // those of the missions folded so far

 private:
  async::Task<bool> read_page() {
    const auto rows =
        co_await reader_.run_one(database::events_by_stream("mission", last_id_, last_version_, kPage), soon());
    page_ = database::events_from(rows);
    at_ = 0;
    if (page_.empty()) co_return false;
    last_id_ = page_.back().stream_id;
    last_version_ = page_.back().version;
    co_return true;
  }

  database::Reader& reader_;
  std::vector<vocabulary::Event> page_;
  std::size_t at_ = 0;
  vocabulary::Uuid last_id_;
  std::int64_t last_version_ = 0;
  std::int64_t last_sequence_ = 0;
};

// The table's rows in the same order.
class StoredRows {
 public:
  explicit StoredRows(database::Reader& reader) : reader_(reader) {}

  // Lifetime: until the next call.
  async::Task<std::optional<StoredMission>> next() {
    if (at_ == rows_.size()) {
      rows_ = co_await reader_.run_one(mission_rows(last_, kPage), soon());
      at_ = 0;
      if (rows_.empty()) co_return std::nullopt;
      last_ = rows_[rows_.size() - 1].id<MissionId>(0);
    }
    co_return stored_from(rows_[at_++]);
  }

 private:
  database::Reader& reader_;
  database::Rows rows_;
  std::size_t at_ = 0;
  MissionId last_;
};

async::Task<std::map<std::pair<vocabulary::Uuid, std::string>, lanes::Timer>> stored_timers(database::Reader& reader) {
  std::map<std::pair<vocabulary::Uuid, std::string>, lanes::Timer> all;
  vocabulary::Uuid after;
  for (;;) {
    const auto rows = co_await reader.run_one(lanes::all_timers("mission", after, kPage), soon());
    const auto timers = lanes::timers_from(rows);
    for (const auto& timer : timers) {
      // Work under way in chunks follows from no state.
      if (!is_settle_kind(timer.kind)) all[{timer.stream_id, timer.kind}] = timer;
    }
    if (timers.size() < kPage) co_return all;
    // A page may end between two timers of one mission: the next one begins at the last mission but one.
    after = timers[timers.size() - 5].stream_id;
  }
}

// Compares the folded edges with the table; told of each difference in words.
async::Task<void> verify_edges(database::Reader& reader,
                               std::map<DependencyId, Dependency> folded,
                               const Report& differs) {
  DependencyId after;
  for (;;) {
    const auto rows = co_await reader.run_one(dependency_bodies(after, kPage), soon());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      after = rows[i].id<DependencyId>(0);
      const auto at = folded.find(after);
      if (at == folded.end()) {
        differs(fmt::format("dependency {} is in the table and has no event", vocabulary::to_text(after)));
        continue;
      }
      if (json::canonical(json::write(at->second)) != json::canonical(rows[i].text(1))) {
        differs(fmt::format("dependency {}: the events say {}, the table says {}", vocabulary::to_text(after),
                            json::write(at->second), rows[i].text(1)));
      }
      folded.erase(at);
    }
    if (static_cast<std::int64_t>(rows.size()) < kPage) break;
  }
  for (const auto& [id, dependency] : folded) {
    differs(fmt::format("dependency {} has an event and is not in the table", vocabulary::to_text(id)));
  }
}

// A timer that came due while dependencies held the mission had nothing to do and is gone: their end settles it, and
// sets it again if the clock was set back meanwhile. One that ends a lag is needed until then.
async::Task<bool> fired_in_vain(database::Reader& reader, const Mission& mission, const lanes::Timer& timer, Time now) {
  if (timer.kind != "schedule" && timer.kind != "backoff") co_return false;
  const auto rows = co_await reader.run_one(edges_of_successor(mission.id), soon());
  const auto edges = edges_from(rows, now);
  const auto held = mission.status == MissionStatus::running ? holding_finish(edges) : holding_start(edges);
  const bool by_others = std::ranges::any_of(held, [](const Edge& edge) { return !edge.settlement.at; });
  co_return by_others || (timer.due_at <= now && !held.empty());
}

async::Task<void> write(database::Writer& writer, std::vector<database::Query> writes) {
  co_await writer.begin({});
  if (co_await writer.commit(std::move(writes)) != database::Commit::committed) {
    throw database::Unavailable("the store went away while the missions were written; run it again");
  }
}

}  // namespace

async::Task<ReplayFigures> verify_missions(database::Reader& reader, const Report& report, Time now) {
  ReplayFigures figures;
  auto timers = co_await stored_timers(reader);
  Folding folding(reader);
  StoredRows rows(reader);
  auto stored = co_await rows.next();
  const auto differs = [&](const std::string& words) {
    ++figures.differences;
    report(words);
  };
  for (;;) {
    std::string fault;
    const auto folded = co_await folding.next(fault);
    if (!fault.empty()) differs(fault);
    while (stored && (!folded || stored->id < folded->id)) {
      differs(fmt::format("mission {} is in the table and has no events", vocabulary::to_text(stored->id)));
      stored = co_await rows.next();
    }
    if (!folded) break;
    ++figures.missions;
    if (!stored || folded->id < stored->id) {
      differs(fmt::format("mission {} has events and is not in the table", vocabulary::to_text(folded->id)));
      continue;
    }
    if (json::canonical(json::write(*folded)) != json::canonical(stored->body)) {
      differs(fmt::format("mission {}: the events say {}, the table says {}", vocabulary::to_text(folded->id),
                          json::write(*folded), stored->body));
    }
    for (const auto& column : columns_that_differ(*folded, stored->row)) {
      differs(
          fmt::format("mission {}: the column {} is not what its body says", vocabulary::to_text(folded->id), column));
    }
    for (const auto& timer : timers_of(*folded)) {
      const auto at = timers.find({timer.stream_id, timer.kind});
      if (at == timers.end() && co_await fired_in_vain(reader, *folded, timer, now)) continue;
      if (at == timers.end() || at->second != timer) {
        differs(
            fmt::format("mission {}: its {} timer is missing or wrong", vocabulary::to_text(folded->id), timer.kind));
      }
      if (at != timers.end()) timers.erase(at);
    }
    stored = co_await rows.next();
  }
  for (const auto& [key, timer] : timers) {
    differs(
        fmt::format("a {} timer is set for {}, whose state asks for none", key.second, vocabulary::to_text(key.first)));
  }
  co_await verify_edges(reader, std::move(folding.edges), differs);
  figures.events = folding.events;
  co_return figures;
}

async::Task<ReplayFigures> rebuild_missions(database::Reader& reader, database::Writer& writer) {
  constexpr std::size_t kChunk = 500;
  ReplayFigures figures;
  Folding folding(reader);
  auto first = before_rebuild();
  first.push_back(lanes::delete_timers_of("mission", kSettleKinds));
  first.push_back(delete_dependencies());
  co_await write(writer, std::move(first));
  for (bool more = true; more;) {
    std::vector<Mission> missions;
    std::vector<lanes::Timer> timers;
    while (missions.size() < kChunk) {
      std::string fault;
      auto mission = co_await folding.next(fault);
      if (!fault.empty()) throw std::runtime_error(fault);
      if (!mission) {
        more = false;
        break;
      }
      std::ranges::copy(timers_of(*mission), std::back_inserter(timers));
      missions.push_back(std::move(*mission));
    }
    if (missions.empty()) break;
    figures.missions += static_cast<std::int64_t>(missions.size());
    std::vector<database::Query> writes;
    writes.push_back(upsert_missions(missions));
    if (!timers.empty()) writes.push_back(lanes::insert_timers(timers));
    co_await write(writer, std::move(writes));
  }
  std::vector<Dependency> edges;
  for (auto& [id, dependency] : folding.edges) edges.push_back(std::move(dependency));
  if (!edges.empty()) {
    std::vector<database::Query> writes;
    writes.push_back(upsert_dependencies(edges));
    co_await write(writer, std::move(writes));
  }
  figures.events = folding.events;
  co_return figures;
}

}  // namespace mms::missions
