// Any batch of trip commands ≡ the same commands one at a time: a batch on either store against single commands on
// PostgreSQL.
#include <unistd.h>

#include <filesystem>

#include "database/postgres/tests/emptied_database.hpp"
#include "database/sqlite/sqlite_database.hpp"
#include "trips/tests/trip_batch_law.hpp"

namespace mms::trips {
namespace {

using Place = postgres::EmptiedDatabase;

std::unique_ptr<database::Database> fresh_file() {
  const auto folder =
      std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
  const auto path = folder / ("mms-trips-" + std::to_string(::getpid()) + "db");
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  return std::make_unique<sqlite::SqliteDatabase>(path.string(), [] { return vocabulary::Time(); });
}

TEST(TripBatchLawOnPostgres, ABatchOnSqliteHasTheOutcomeOfSingleCommandsOnPostgres) {
  Place alone;
  for (unsigned seed = 101; seed <= 104; ++seed) {
    law::check(seed, fresh_file, alone.make());
    if (HasFatalFailure()) return;
  }
}

TEST(TripBatchLawOnPostgres, ABatchHasTheOutcomeOfItsCommandsOneAtATime) {
  Place together;
  Place alone;
  for (unsigned seed = 201; seed <= 204; ++seed) {
    law::check(seed, together.make(), alone.make());
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace mms::trips
