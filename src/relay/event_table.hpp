// Pages of the whole event log, in the order of its sequence.
#pragma once

#include <cstdint>
#include <vector>

#include "database/database.hpp"
#include "relay/rules/event_filter.hpp"

namespace mms::relay {

// Why nobody who reads "above N" ever misses an event. A sequence is given inside the lane's transaction. On PostgreSQL
// that transaction holds the command lock from before its first sequence until after its commit is visible (the server
// releases locks only then), so the next transaction to draw a sequence begins when all smaller ones are visible or
// have been rolled back for good. On SQLite there is one write transaction at a time. Hence, whenever event N is
// visible, every event below N that will ever exist is visible too; a hole below N belongs to a transaction that was
// rolled back, and is never filled.

// The highest sequence; 0 for an empty log.
database::Query log_head();
std::int64_t log_head_from(const database::Rows& rows);

struct LogPage {
  std::vector<vocabulary::Event> events;
  std::int64_t next_after = 0;  // everything up to here was looked at
  bool at_end = false;          // nothing more was there
};

// Up to `limit` events above `after` that the filter shows. Looks at a bounded part of the log, so that a rare event is
// not sought for minutes: fewer events, or none, with `at_end` false mean that the reader shall go on at `next_after`.
// Throws what the reader throws.
async::Task<LogPage> read_log(database::Reader& reader,
                              const EventFilter& filter,
                              std::int64_t after,
                              std::int64_t limit,
                              async::Deadline deadline);

}  // namespace mms::relay
