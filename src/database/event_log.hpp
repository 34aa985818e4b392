// The event log: appended in the transaction of the change, read in order.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "database/rows.hpp"
#include "database/statement.hpp"
#include "vocabulary/event.hpp"

namespace mms::database {

// One query that appends all, in order.
Query append_events(const std::vector<vocabulary::Event>& events);

// Up to `limit` events of one stream with a version above `after`, by version.
Query stream_events(const vocabulary::Uuid& stream_id, std::int64_t after, std::int64_t limit);
// Up to `limit` events of one stream that had occurred at `at`, with a version above `after`.
Query stream_events_until(const vocabulary::Uuid& stream_id,
                          vocabulary::Time at,
                          std::int64_t after,
                          std::int64_t limit);
// Up to `limit` events of the whole log above `after`, by sequence.
Query log_events(std::int64_t after, std::int64_t limit);
// Up to `limit` events of a kind of stream, stream by stream; `after` is the last (stream_id, version) seen.
Query events_by_stream(std::string_view stream,
                       const vocabulary::Uuid& after_id,
                       std::int64_t after_version,
                       std::int64_t limit);

std::vector<vocabulary::Event> events_from(const Rows& rows);

}  // namespace mms::database
