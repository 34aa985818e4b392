// The laws of lists, of the past, of timers and of replay, on SQLite.
#include "missions/tests/store_laws.hpp"

#include <unistd.h>

#include <filesystem>

#include "database/sqlite/sqlite_database.hpp"

namespace mms::missions::law {
namespace {

std::unique_ptr<database::Database> fresh_file() {
  // The laws are not about durability: a disk that flushes slowly would only make them slow.
  const auto folder =
      std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
  const auto path = folder / ("mms-store-laws-" + std::to_string(::getpid()));
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  auto database = std::make_unique<sqlite::SqliteDatabase>(
      path.string(), [] { return std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now()); });
  database->migrate();
  return database;
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreLaws, testing::Values(StoreFactory{"sqlite", fresh_file}));

}  // namespace
}  // namespace mms::missions::law
