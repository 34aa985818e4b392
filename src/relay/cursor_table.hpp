// How far a sink has got, and who may relay to it: a row that is taken and renewed by one statement.
#pragma once

#include <optional>
#include <string>

#include "database/database.hpp"

namespace mms::relay {

// `now`: this machine's clock, for a store that has none of its own (SQLite); absent where the store has one, so that
// replicas whose clocks differ agree on when a lease has ended.
struct Lease {
  std::string sink;
  std::string holder;
  std::chrono::milliseconds length{};
  std::optional<vocabulary::Time> now;
};

// Takes or renews the lease; answers the cursor, or no row while another one holds it.
database::Query claim_lease(const Lease& lease);
// Moves the cursor, never back, and renews the lease; no row when it is not ours any more.
database::Query advance_cursor(const Lease& lease, std::int64_t sequence);
// Another one need not wait for its end.
database::Query release_lease(const Lease& lease);
std::optional<std::int64_t> cursor_from(const database::Rows& rows);

// For those who do not hold it: (cursor, highest sequence of the log); the cursor is 0 when nobody ever relayed.
database::Query cursor_and_head(const std::string& sink);

}  // namespace mms::relay
