// The law of templates on PostgreSQL, and between the two stores.
#include <unistd.h>

#include <filesystem>

#include "database/postgres/tests/emptied_database.hpp"
#include "database/sqlite/sqlite_database.hpp"
#include "missions/tests/template_law.hpp"

namespace mms::missions::template_law {
namespace {

using Place = postgres::EmptiedDatabase;

std::unique_ptr<database::Database> fresh_file() {
  const auto folder =
      std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
  const auto path = folder / ("mms-template-law-" + std::to_string(::getpid()) + "db");
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  return std::make_unique<sqlite::SqliteDatabase>(path.string(), [] { return vocabulary::Time(); });
}

TEST(TemplateLawOnPostgres, ABatchOnSqliteHasTheOutcomeOfSingleCommandsOnPostgres) {
  Place alone;
  check(301, 3, fresh_file, alone.make());
}

TEST(TemplateLawOnPostgres, ABatchHasTheOutcomeOfItsCommandsOneAtATime) {
  Place together;
  Place alone;
  check(401, 4, together.make(), alone.make());
}

}  // namespace
}  // namespace mms::missions::template_law
