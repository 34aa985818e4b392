// The drivers under contract.
#include <unistd.h>

#include <filesystem>

#include "database/postgres/postgres_database.hpp"
#include "database/postgres/tests/fresh_database.hpp"
#include "database/sqlite/sqlite_database.hpp"
#include "database_contract.hpp"

namespace mms::contract {
namespace {

std::unique_ptr<database::Database> open_postgres() {
  static const postgres::FreshDatabase place;
  static const int steps = postgres::PostgresDatabase(place.url()).migrate();
  static_cast<void>(steps);
  return std::make_unique<postgres::PostgresDatabase>(place.url());
}

std::unique_ptr<database::Database> open_sqlite() {
  struct File {
    File() : path(std::filesystem::temp_directory_path() / ("mms-contract-" + std::to_string(::getpid()))) { remove(); }
    ~File() { remove(); }
    void remove() const {
      for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
    }
    std::filesystem::path path;
  };
  static const File file;
  return std::make_unique<sqlite::SqliteDatabase>(
      file.path.string(), [] { return std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now()); });
}

}  // namespace

std::vector<DatabaseFactory> all_drivers() {
  return {
      {"postgres", &open_postgres},
      {"sqlite", &open_sqlite},
  };
}

}  // namespace mms::contract
