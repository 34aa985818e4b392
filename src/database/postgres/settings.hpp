// What can be set about the PostgreSQL driver, with the values that operations start from.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mms::postgres {

struct Settings {
  std::string application_name = "mission-management";  // what pg_stat_activity shows, unless the URL says otherwise
  std::int64_t command_lock = 0x6d6d73'0001;            // advisory: held by the one command writer for its transaction
  std::int64_t migration_lock = 0x6d6d73'0002;          // advisory: held while the schema is brought up to date

  // A connection attempt, greeting included, takes at most this long.
  std::chrono::milliseconds connect_limit{1500};
  // Pauses between attempts: doubling from the first to the longest, each with jitter. With connect_limit they bound
  // the recovery after the server's return (2 s).
  std::chrono::milliseconds first_pause{25};
  std::chrono::milliseconds longest_pause{500};
  // A reader whose oldest call is past its deadline drops a connection that has said nothing for this long.
  std::chrono::milliseconds silence_limit{2000};
  // One round trip of a writer or an appender; beyond it the connection counts as lost.
  std::chrono::milliseconds round_trip_limit{15'000};
  // For how long the outcome of a commit is asked for before it is `unknown`.
  std::chrono::milliseconds outcome_patience{8000};

  // The server's own limits, set at connect.
  std::chrono::milliseconds statement_timeout{30'000};
  std::chrono::milliseconds lock_timeout{8000};  // above idle_in_transaction: a lost replica gives up the lock first
  std::chrono::milliseconds idle_in_transaction{5000};

  // Reads under way at once on one connection; more are refused.
  std::size_t most_calls = 8192;
};

}  // namespace mms::postgres
