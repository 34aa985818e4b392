// Replay of plans: their events compared with the table, or written over it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "database/database.hpp"

namespace mms::missions {

struct PlanReplayFigures {
  std::int64_t plans = 0;
  std::int64_t differences = 0;
};
// Verify a store at rest. Throws what the database throws.
async::Task<PlanReplayFigures> verify_plans(database::Reader& reader,
                                            const std::function<void(const std::string&)>& report);
// The service must not run.
async::Task<PlanReplayFigures> rebuild_plans(database::Reader& reader, database::Writer& writer);

}  // namespace mms::missions
