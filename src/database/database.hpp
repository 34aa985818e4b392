// The store as the rest of the house sees it: readers beside one writer, the same on SQLite and PostgreSQL.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "database/rows.hpp"
#include "database/statement.hpp"
#include "vocabulary/time.hpp"

namespace mms::database {

// The world broke: no connection, connection lost, deadline passed. what() is for our log only.
// After a failed read nothing happened; after a failed Writer::begin or run the transaction is gone.
class Unavailable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The engine refused a statement; the transaction is proven to be rolled back.
class StatementFailed : public std::runtime_error {
 public:
  StatementFailed(std::string sqlstate, const std::string& text)
      : std::runtime_error(text), sqlstate_(std::move(sqlstate)) {}
  // PostgreSQL's five characters; on SQLite "SQLITE_" and the primary code's name.
  const std::string& sqlstate() const { return sqlstate_; }

 private:
  std::string sqlstate_;
};

// Reads beside the writer; sees what was committed before the call.
// Threads: one, that of the io_context it was opened on; any number of calls may be under way at once.
class Reader {
 public:
  virtual ~Reader() = default;
  // All queries in one round trip, answers in the same order. Throws Unavailable (also when `deadline` passes),
  // StatementFailed.
  virtual async::Task<std::vector<Rows>> run(std::vector<Query> queries, async::Deadline deadline) = 0;
  async::Task<Rows> run_one(Query query, async::Deadline deadline);
};

// How a commit ended. `unknown`: the connection was lost and the server can not be asked.
enum class Commit { committed, rolled_back, unknown };

// The writer of one command lane: one transaction at a time.
// On PostgreSQL begin takes the command lock of the database in the same round trip, as a statement of its own, so that
// the loads that follow see everything committed before (one command writer per database).
// Threads: one, that of its io_context; calls never overlap.
class Writer {
 public:
  virtual ~Writer() = default;
  struct Opening {
    vocabulary::Time now;  // the database's clock (PostgreSQL), this machine's (SQLite)
    std::vector<Rows> rows;
  };
  // Opens a transaction and runs `loads`, one round trip. Throws Unavailable, StatementFailed.
  virtual async::Task<Opening> begin(std::vector<Query> loads) = 0;
  // More statements inside the transaction, one round trip. Throws Unavailable, StatementFailed (rolled back).
  virtual async::Task<std::vector<Rows>> run(std::vector<Query> queries) = 0;
  // Runs `writes` and commits, one round trip, one flush. Throws StatementFailed when a statement failed (rolled back);
  // never throws Unavailable: a lost connection is looked into and answered as rolled_back or unknown.
  virtual async::Task<Commit> commit(std::vector<Query> writes) = 0;
  virtual async::Task<void> rollback() = 0;
};

// Appends bulk rows without the command lock: positions, logs, metrics.
// Threads: as Writer.
class Appender {
 public:
  virtual ~Appender() = default;
  // One transaction of its own. Throws Unavailable (outcome unknown: statements must be idempotent), StatementFailed.
  virtual async::Task<std::vector<Rows>> append(std::vector<Query> queries) = 0;
};

// What /health says of it.
struct Condition {
  bool up = false;
  std::chrono::microseconds latency{};
  std::string note;  // for our log only
};

class Database {
 public:
  virtual ~Database() = default;
  virtual Dialect dialect() const = 0;
  // What is opened must be destroyed before its io_context; the Database outlives both.
  virtual std::unique_ptr<Reader> open_reader(boost::asio::io_context& context) = 0;
  virtual std::unique_ptr<Writer> open_writer(boost::asio::io_context& context) = 0;
  virtual std::unique_ptr<Appender> open_appender(boost::asio::io_context& context) = 0;
  // Brings the schema to this binary's version, under a lock of its own; blocks. Throws Unavailable, StatementFailed.
  // `script(dialect, n)` texts come from migrations/. Answers how many steps were taken.
  virtual int migrate() = 0;
  // The newest step applied, 0 for an empty database; blocks.
  virtual int schema_version() = 0;
};

// "sqlite:path" or "postgresql://…"; throws std::invalid_argument with a sentence for anything else. Drivers live in
// database/sqlite and database/postgres; service/assemble picks one.
Dialect dialect_of(std::string_view url);

}  // namespace mms::database
