// Replay: the log of events folded anew, compared with the table or written over it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "database/database.hpp"
#include "vocabulary/time.hpp"

namespace mms::missions {

struct ReplayFigures {
  std::int64_t events = 0;
  std::int64_t missions = 0;
  std::int64_t differences = 0;
};
// Told of each difference, in words.
using Report = std::function<void(const std::string&)>;

// Folds every mission's events and compares its stored fields, as canonical JSON and column by column, and its timers
// with the tables; also that versions have no gap and sequences grow. Reads while the service runs may meet a change
// half-way between two pages: verify a store at rest. `now` tells timers that have fired from those to come. Throws
// what the database throws.
async::Task<ReplayFigures> verify_missions(database::Reader& reader, const Report& report, vocabulary::Time now);
// Writes every mission and its timers anew from the log; rows without events go. The service must not run.
async::Task<ReplayFigures> rebuild_missions(database::Reader& reader, database::Writer& writer);

}  // namespace mms::missions
