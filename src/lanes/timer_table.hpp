// The table of timers: written with the change that sets them, read by whoever fires them.
#pragma once

#include <memory>
#include <vector>

#include "database/rows.hpp"
#include "lanes/part.hpp"
#include "lanes/rules/timers.hpp"

namespace mms::lanes {

std::unique_ptr<Part> timer_part(WorkingSet& set);

// Up to `limit` timers due at `now`, earliest first. Without `now` the store's own clock counts (PostgreSQL).
database::Query due_timers(std::optional<vocabulary::Time> now, std::int64_t limit);
std::vector<Timer> timers_from(const database::Rows& rows);

// For replay --rebuild and --verify: all timers of a kind of stream after (stream_id, kind); and their writing.
database::Query all_timers(std::string_view stream, const vocabulary::Uuid& after, std::int64_t limit);
// `but_kinds`, a LIKE pattern, names kinds that no fold can restore.
database::Query delete_timers_of(std::string_view stream, std::string_view but_kinds);
database::Query insert_timers(const std::vector<Timer>& timers);

}  // namespace mms::lanes
