// Readers, writer and appender over SQLite. Nothing here suspends: a call is done when it returns.
#include "database/sqlite/sqlite_database.hpp"

#include <fmt/format.h>

#include "database/migrations.hpp"
#include "database/sqlite/connection.hpp"

namespace mms::sqlite {
namespace {

using async::Task;
using database::Query;
using database::Rows;
using database::Statement;

const Statement begin_immediate("sqlite_begin", Statement::Shape::once, "begin immediate", "select 1");
const Statement commit_now("sqlite_commit", Statement::Shape::once, "commit", "select 1");
const Statement rollback_now("sqlite_rollback", Statement::Shape::once, "rollback", "select 1");

std::vector<Rows> run_all(Connection& connection, const std::vector<Query>& queries) {
  std::vector<Rows> answers;
  answers.reserve(queries.size());
  for (const auto& query : queries) answers.push_back(connection.run(query));
  return answers;
}

class SqliteReader final : public database::Reader {
 public:
  explicit SqliteReader(const std::string& path) : connection_(path, Connection::Access::read_only) {}

  Task<std::vector<Rows>> run(std::vector<Query> queries, async::Deadline deadline) override {
    if (async::Clock::now() > deadline) throw database::Unavailable("the deadline passed before the read began");
    if (queries.size() == 1) co_return run_all(connection_, queries);
    // One snapshot for all of them, as one round trip has on PostgreSQL for each statement.
    connection_.run(database::query(begin_deferred));
    Transaction end{connection_};
    co_return run_all(connection_, queries);
  }

 private:
  static const Statement begin_deferred;
  struct Transaction {
    Connection& connection;
    ~Transaction() {
      try {
        connection.run(database::query(rollback_now));
      } catch (const std::exception&) {  // the read itself already failed and says why
      }
    }
  };
  Connection connection_;
};

const Statement SqliteReader::begin_deferred("sqlite_begin_deferred", Statement::Shape::once, "begin", "select 1");

// What writer and appender share: a transaction under the process-wide turn.
class Turn {
 public:
  Turn(Connection& connection, std::mutex& writing) : connection_(connection), lock_(writing) {
    connection_.run(database::query(begin_immediate));
  }
  ~Turn() {
    if (!open_) return;
    try {
      connection_.run(database::query(rollback_now));
    } catch (const std::exception&) {  // SQLite has rolled back by itself
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  void commit() {
    connection_.run(database::query(commit_now));
    open_ = false;
  }

 private:
  Connection& connection_;
  std::unique_lock<std::mutex> lock_;
  bool open_ = true;
};

class SqliteWriter final : public database::Writer {
 public:
  SqliteWriter(const std::string& path, std::mutex& writing, Checkpointer& checkpointer, const SqliteDatabase::Now& now)
      : connection_(path, Connection::Access::read_write), writing_(writing), now_(now) {
    connection_.watch_log([&](int pages) { return checkpointer.grown(pages); });
  }

  Task<Opening> begin(std::vector<Query> loads) override {
    turn_.reset();
    turn_.emplace(connection_, writing_);
    Opening opening;
    opening.now = now_();
    opening.rows = guarded(loads);
    co_return opening;
  }
  Task<std::vector<Rows>> run(std::vector<Query> queries) override { co_return guarded(queries); }
  Task<database::Commit> commit(std::vector<Query> writes) override {
    auto outcome = database::Commit::committed;
    try {
      run_all(connection_, writes);
    } catch (const database::Unavailable&) {
      outcome = database::Commit::rolled_back;
    } catch (...) {
      turn_.reset();
      throw;
    }
    if (outcome == database::Commit::committed) outcome = end();
    turn_.reset();
    co_return outcome;
  }
  Task<void> rollback() override {
    turn_.reset();
    co_return;
  }

 private:
  // A full disk is said before anything is durable. After another fault of the file the commit's frames may all be
  // there: then they count if nobody writes over them before the next start.
  database::Commit end() {
    try {
      turn_->commit();
      return database::Commit::committed;
    } catch (const database::Unavailable&) {
      return connection_.file_failed() ? database::Commit::unknown : database::Commit::rolled_back;
    }
  }
  std::vector<Rows> guarded(const std::vector<Query>& queries) {
    try {
      return run_all(connection_, queries);
    } catch (...) {
      turn_.reset();
      throw;
    }
  }

  Connection connection_;
  std::mutex& writing_;
  const SqliteDatabase::Now& now_;
  std::optional<Turn> turn_;
};

class SqliteAppender final : public database::Appender {
 public:
  SqliteAppender(const std::string& path, std::mutex& writing, Checkpointer& checkpointer)
      : connection_(path, Connection::Access::read_write), writing_(writing) {
    connection_.watch_log([&](int pages) { return checkpointer.grown(pages); });
  }

  Task<std::vector<Rows>> append(std::vector<Query> queries) override {
    Turn turn(connection_, writing_);
    auto answers = run_all(connection_, queries);
    turn.commit();
    co_return answers;
  }

 private:
  Connection connection_;
  std::mutex& writing_;
};

const Statement applied_step("sqlite_applied_step", "select coalesce(max(number), 0) from schema_migrations");
const Statement note_step("sqlite_note_step",
                          "insert into schema_migrations (number, name, applied_at) values ($1, $2, $3)");

int applied(Connection& connection) {
  return static_cast<int>(connection.run(database::query(applied_step))[0].integer(0));
}

}  // namespace

SqliteDatabase::SqliteDatabase(std::string path, Now now)
    : path_(std::move(path)), now_(std::move(now)), checkpointer_(path_) {
  Connection probe(path_, Connection::Access::read_write);
}

std::unique_ptr<database::Reader> SqliteDatabase::open_reader(boost::asio::io_context&) {
  return std::make_unique<SqliteReader>(path_);
}

std::unique_ptr<database::Writer> SqliteDatabase::open_writer(boost::asio::io_context&) {
  return std::make_unique<SqliteWriter>(path_, writing_, checkpointer_, now_);
}

std::unique_ptr<database::Appender> SqliteDatabase::open_appender(boost::asio::io_context&) {
  return std::make_unique<SqliteAppender>(path_, writing_, checkpointer_);
}

int SqliteDatabase::migrate() {
  Connection connection(path_, Connection::Access::read_write);
  Turn turn(connection, writing_);
  connection.script(
      "create table if not exists schema_migrations (number integer primary key, name text not null, applied_at text "
      "not "
      "null)");
  const int before = applied(connection);
  const auto steps = database::migration_steps();
  const int known = steps.empty() ? 0 : steps.back().number;
  if (before > known) {
    throw database::StatementFailed(
        "newer_schema",
        fmt::format("the database is at step {}, this binary knows {}: run the newer binary", before, known));
  }
  int taken = 0;
  for (const auto& step : steps) {
    if (step.number <= before) continue;
    connection.script(database::expand(step.text, database::Dialect::sqlite));
    connection.run(database::query(note_step, step.number, step.name, vocabulary::to_text(now_())));
    ++taken;
  }
  turn.commit();
  return taken;
}

int SqliteDatabase::schema_version() {
  try {
    Connection connection(path_, Connection::Access::read_only);
    return applied(connection);
  } catch (const database::StatementFailed&) {
    return 0;  // no such table yet
  }
}

}  // namespace mms::sqlite
