// What /metrics says of the missions in the store, at a cost that does not grow with them.
#pragma once

#include <cstdint>
#include <optional>

#include "database/rows.hpp"
#include "database/statement.hpp"

namespace mms::missions {

// The success rate is that of the missions that ended within so many latest events.
inline constexpr std::int64_t kLatestEvents = 10000;

struct StoreFigures {
  std::int64_t running = 0;
  std::int64_t paused = 0;
  // Completed ones among those that completed or failed for good of late; nothing when none has.
  std::optional<double> success_percent;
};

database::Query store_figures();
StoreFigures store_figures_from(const database::Rows& rows);

}  // namespace mms::missions
