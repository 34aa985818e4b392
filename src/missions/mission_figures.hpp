// What /metrics says of the missions in the store, at a cost that does not grow with them.
#pragma once

#include <cstdint>
#include <optional>

#include "database/rows.hpp"
#include "database/statement.hpp"

namespace mms::missions {

// So many of the latest missions that ended count for the success rate.
inline constexpr std::int64_t kEndedCounted = 1000;

struct StoreFigures {
  std::int64_t running = 0;
  std::int64_t paused = 0;
  // Completed ones among the latest that completed or failed for good; nothing when none has.
  std::optional<double> success_percent;
};

database::Query store_figures();
StoreFigures store_figures_from(const database::Rows& rows);

}  // namespace mms::missions
