// A batch on PostgreSQL ≡ the same commands one at a time on SQLite: the law, and that both stores hold the same.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "batch_law.hpp"
#include "database/postgres/address.hpp"
#include "database/postgres/blocking_session.hpp"
#include "database/postgres/postgres_database.hpp"
#include "database/sqlite/sqlite_database.hpp"

namespace mms::missions {
namespace {

std::string server_url() {
  const char* url = std::getenv("TEST_DATABASE_URL");
  if (url == nullptr) throw std::runtime_error("these tests need TEST_DATABASE_URL; `make test` provides it");
  return url;
}

// A database of one's own; gone at the end.
class FreshDatabase {
 public:
  FreshDatabase() : server_(server_url()), name_(fmt::format("mms_law_{}", ::getpid())) {
    remove();
    administer("create database " + name_);
  }
  ~FreshDatabase() { remove(); }
  FreshDatabase(const FreshDatabase&) = delete;
  FreshDatabase& operator=(const FreshDatabase&) = delete;

  std::unique_ptr<database::Database> open() const {
    return std::make_unique<postgres::PostgresDatabase>(server_.substr(0, server_.rfind('/')) + "/" + name_);
  }

 private:
  void remove() const { administer("drop database if exists " + name_ + " with (force)"); }
  void administer(const std::string& text) const {
    postgres::BlockingSession(postgres::Address(server_, postgres::Settings{})).run(text);
  }
  std::string server_;
  std::string name_;
};

std::unique_ptr<database::Database> fresh_file() {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("mms-law-{}-beside", ::getpid());
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  return std::make_unique<sqlite::SqliteDatabase>(path.string(), [] { return vocabulary::Time(); });
}

TEST(BatchLaw, ABatchOnPostgresHasTheOutcomeOfItsCommandsOneAtATimeOnSqlite) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const FreshDatabase fresh;
    law::check(seed, [&] { return fresh.open(); }, fresh_file);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace mms::missions
