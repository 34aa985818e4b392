// Replay: the safety events' log folded anew, compared with the table or written over it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "database/database.hpp"

namespace mms::safety {

struct ReplayFigures {
  std::int64_t events = 0;  // of the log
  std::int64_t safety_events = 0;
  std::int64_t differences = 0;
};
// Told of each difference, in words.
using Report = std::function<void(const std::string&)>;

// Folds every safety event and compares its stored fields, as canonical JSON, with the table; also that versions have
// no gap. Verify a store at rest. Throws what the database throws.
async::Task<ReplayFigures> verify_safety_events(database::Reader& reader, const Report& report);
// Writes every safety event anew from the log. The service must not run.
async::Task<ReplayFigures> rebuild_safety_events(database::Reader& reader, database::Writer& writer);

}  // namespace mms::safety
