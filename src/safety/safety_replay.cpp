// Folding the log of safety events, stream by stream, in pages.
#include "safety/safety_replay.hpp"

#include <fmt/format.h>

#include "database/event_log.hpp"
#include "safety/rules/safety_changes.hpp"
#include "safety/safety_store.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::safety {
namespace {

namespace json = vocabulary::json;

constexpr std::int64_t kPage = 2000;

async::Deadline soon() {
  return async::Clock::now() + std::chrono::minutes(5);
}

// Folds the log one safety event at a time, in the order of their ids.
class Folding {
 public:
  explicit Folding(database::Reader& reader) : reader_(reader) {}

  // The next one's folded state, or nothing at the end. `fault` gets words when its stream is damaged.
  async::Task<std::optional<SafetyEvent>> next(std::string& fault) {
    std::optional<SafetyEvent> folded;
    for (;;) {
      if (at_ == page_.size()) {
        if (!co_await read_page()) co_return folded;
      }
      const auto& event = page_[at_];
      if (folded && event.stream_id != folded->id.uuid) co_return folded;
      const std::int64_t expected = folded ? folded->version + 1 : 1;
      if (event.version != expected) {
        fault = fmt::format("safety event {}: version {} follows {}", vocabulary::to_text(event.stream_id),
                            event.version, expected - 1);
      }
      folded = evolve(folded.value_or(SafetyEvent{}), safety_change_from(event), event.version, event.occurred_at);
      folded->id = SafetyEventId{event.stream_id};
      ++at_;
      ++events;
    }
  }
  std::int64_t events = 0;

 private:
  async::Task<bool> read_page() {
    const auto rows =
        co_await reader_.run_one(database::events_by_stream("safety_event", last_id_, last_version_, kPage), soon());
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
};

// The table's rows in the same order.
class StoredRows {
 public:
  explicit StoredRows(database::Reader& reader) : reader_(reader) {}

  struct Stored {
    SafetyEventId id;
    std::string body;
  };
  async::Task<std::optional<Stored>> next() {
    if (at_ == rows_.size()) {
      rows_ = co_await reader_.run_one(safety_event_bodies(last_, kPage), soon());
      at_ = 0;
      if (rows_.empty()) co_return std::nullopt;
      last_ = rows_[rows_.size() - 1].id<SafetyEventId>(0);
    }
    const auto row = rows_[at_++];
    co_return Stored{row.id<SafetyEventId>(0), std::string(row.text(1))};
  }

 private:
  database::Reader& reader_;
  database::Rows rows_;
  std::size_t at_ = 0;
  SafetyEventId last_;
};

}  // namespace

async::Task<ReplayFigures> verify_safety_events(database::Reader& reader, const Report& report) {
  ReplayFigures figures;
  Folding folding(reader);
  StoredRows rows(reader);
  auto stored = co_await rows.next();
  const auto differs = [&](const SafetyEventId& id, const std::string& words) {
    ++figures.differences;
    report(fmt::format("safety event {} {}", vocabulary::to_text(id), words));
  };
  for (;;) {
    std::string fault;
    const auto folded = co_await folding.next(fault);
    if (!fault.empty()) {
      ++figures.differences;
      report(fault);
    }
    while (stored && (!folded || stored->id < folded->id)) {
      differs(stored->id, "is in the table and has no events");
      stored = co_await rows.next();
    }
    if (!folded) break;
    ++figures.safety_events;
    if (!stored || folded->id < stored->id) {
      differs(folded->id, "has events and is not in the table");
      continue;
    }
    if (json::canonical(json::write(*folded)) != json::canonical(stored->body)) {
      differs(folded->id,
              fmt::format("differs: the events say {}, the table says {}", json::write(*folded), stored->body));
    }
    stored = co_await rows.next();
  }
  figures.events = folding.events;
  co_return figures;
}

async::Task<ReplayFigures> rebuild_safety_events(database::Reader& reader, database::Writer& writer) {
  constexpr std::size_t kChunk = 500;
  ReplayFigures figures;
  Folding folding(reader);
  for (bool more = true; more;) {
    std::vector<SafetyEvent> chunk;
    while (chunk.size() < kChunk) {
      std::string fault;
      auto folded = co_await folding.next(fault);
      if (!fault.empty()) throw std::runtime_error(fault);
      if (!folded) {
        more = false;
        break;
      }
      chunk.push_back(std::move(*folded));
    }
    if (chunk.empty()) break;
    figures.safety_events += static_cast<std::int64_t>(chunk.size());
    std::vector<database::Query> writes;
    writes.push_back(upsert_safety_events(chunk));
    co_await writer.begin({});
    if (co_await writer.commit(std::move(writes)) != database::Commit::committed) {
      throw database::Unavailable("the store went away while the safety events were written; run it again");
    }
  }
  figures.events = folding.events;
  co_return figures;
}

}  // namespace mms::safety
