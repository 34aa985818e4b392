// Folding the trips of the log, stream by stream, in pages.
#include "trips/trip_replay.hpp"

#include <fmt/format.h>

#include "database/event_log.hpp"
#include "trips/rules/trip_events.hpp"
#include "trips/trip_store.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

namespace json = vocabulary::json;

constexpr std::int64_t kPage = 2000;

async::Deadline soon() {
  return async::Clock::now() + std::chrono::minutes(5);
}

// Folds the log one trip at a time, in the order of their ids.
class Folding {
 public:
  explicit Folding(database::Reader& reader) : reader_(reader) {}

  // The next trip's folded state, or nothing at the end. `fault` gets words when its stream is damaged.
  async::Task<std::optional<Trip>> next(std::string& fault) {
    std::optional<Trip> trip;
    for (;;) {
      if (at_ == page_.size()) {
        if (!co_await read_page()) co_return trip;
      }
      const auto& event = page_[at_];
      if (trip && event.stream_id != trip->id.uuid) co_return trip;
      const std::int64_t expected = trip ? trip->version + 1 : 1;
      if (event.version != expected) {
        fault = fmt::format("trip {}: version {} follows {}", vocabulary::to_text(event.stream_id), event.version,
                            expected - 1);
      }
      if (!trip) line.reset();
      const auto happened = trip_event_from(event);
      const int revision = trip ? revision_of(*trip) : 0;
      trip = evolve(trip.value_or(Trip{}), happened, event.version, event.occurred_at);
      trip->id = TripId{event.stream_id};
      line = evolve_line(std::move(line), revision, *trip, happened);
      ++at_;
      ++events;
    }
  }
  std::int64_t events = 0;
  std::optional<std::string> line;  // of the last trip's route, on roads

 private:
  async::Task<bool> read_page() {
    const auto rows =
        co_await reader_.run_one(database::events_by_stream("trip", last_id_, last_version_, kPage), soon());
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
    TripId id;
    std::string body;
  };
  async::Task<std::optional<Stored>> next() {
    if (at_ == rows_.size()) {
      rows_ = co_await reader_.run_one(trip_bodies(last_, kPage), soon());
      at_ = 0;
      if (rows_.empty()) co_return std::nullopt;
      last_ = rows_[rows_.size() - 1].id<TripId>(0);
    }
    const auto row = rows_[at_++];
    co_return Stored{row.id<TripId>(0), std::string(row.text(1))};
  }

 private:
  database::Reader& reader_;
  database::Rows rows_;
  std::size_t at_ = 0;
  TripId last_;
};

}  // namespace

async::Task<ReplayFigures> verify_trips(database::Reader& reader, const Report& report) {
  ReplayFigures figures;
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
      differs(fmt::format("trip {} is in the table and has no events", vocabulary::to_text(stored->id)));
      stored = co_await rows.next();
    }
    if (!folded) break;
    ++figures.trips;
    if (!stored || folded->id < stored->id) {
      differs(fmt::format("trip {} has events and is not in the table", vocabulary::to_text(folded->id)));
      continue;
    }
    if (json::canonical(json::write(*folded)) != json::canonical(stored->body)) {
      differs(fmt::format("trip {}: the events say {}, the table says {}", vocabulary::to_text(folded->id),
                          json::write(*folded), stored->body));
    }
    stored = co_await rows.next();
  }
  figures.events = folding.events;
  co_return figures;
}

async::Task<ReplayFigures> rebuild_trips(database::Reader& reader, database::Writer& writer) {
  constexpr std::size_t kChunk = 500;
  ReplayFigures figures;
  Folding folding(reader);
  for (bool more = true; more;) {
    std::vector<FoldedTrip> trips;
    while (trips.size() < kChunk) {
      std::string fault;
      auto trip = co_await folding.next(fault);
      if (!fault.empty()) throw std::runtime_error(fault);
      if (!trip) {
        more = false;
        break;
      }
      trips.push_back({std::move(*trip), std::move(folding.line)});
    }
    if (trips.empty()) break;
    figures.trips += static_cast<std::int64_t>(trips.size());
    co_await writer.begin({});
    if (co_await writer.commit(upsert_trips(trips)) != database::Commit::committed) {
      throw database::Unavailable("the store went away while the trips were written; run it again");
    }
  }
  figures.events = folding.events;
  co_return figures;
}

}  // namespace mms::trips
