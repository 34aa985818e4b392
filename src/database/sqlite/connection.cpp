// SQLite's C interface, and the only place that knows it.
#include "database/sqlite/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>

namespace mms::sqlite {
namespace {

using database::Cell;
using database::Rows;

constexpr int kBusyMilliseconds = 5000;

// Faults of the world, not of the statement: nothing is wrong with the program when the disk is full.
bool is_world(int code) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return true;
    default:
      return false;
  }
}

// The name of a primary code, without its prefix.
std::string name_of(int code) {
  switch (code) {
    case SQLITE_ERROR:
      return "ERROR";
    case SQLITE_ABORT:
      return "ABORT";
    case SQLITE_TOOBIG:
      return "TOOBIG";
    case SQLITE_CONSTRAINT:
      return "CONSTRAINT";
    case SQLITE_MISMATCH:
      return "MISMATCH";
    case SQLITE_MISUSE:
      return "MISUSE";
    case SQLITE_RANGE:
      return "RANGE";
    default:
      return std::to_string(code);
  }
}

int bind_cell(sqlite3_stmt* statement, int position, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return sqlite3_bind_text64(statement, position, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return sqlite3_bind_int64(statement, position, *number);
  if (const auto* number = std::get_if<double>(&cell)) return sqlite3_bind_double(statement, position, *number);
  if (const auto* flag = std::get_if<bool>(&cell)) return sqlite3_bind_int(statement, position, *flag ? 1 : 0);
  return sqlite3_bind_null(statement, position);
}

void add_column(sqlite3_stmt* statement, int column, Rows& rows) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      rows.add_null();
      return;
    case SQLITE_FLOAT:
      // SQLite's own text form drops digits.
      rows.add(fmt::format("{}", sqlite3_column_double(statement, column)));
      return;
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      rows.add({text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))});
    }
  }
}

}  // namespace

void Connection::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Connection::Connection(const std::string& path, Access access) {
  const int flags = access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    const std::string why = handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_);
    sqlite3_close(handle_);
    throw database::Unavailable(fmt::format("cannot open the SQLite file {}: {}", path, why));
  }
  // Before anything else: the first statement may meet a writer that builds the WAL index.
  sqlite3_busy_timeout(handle_, kBusyMilliseconds);
  sqlite3_extended_result_codes(handle_, 1);
  try {
    if (access == Access::read_write) {
      script(
          "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000;"
          "pragma journal_size_limit = 67108864;");
    }
    script(
        "pragma foreign_keys = on; pragma temp_store = memory; pragma cache_size = -16000; pragma mmap_size = "
        "268435456;");
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

Connection::~Connection() {
  prepared_.clear();
  sqlite3_close(handle_);
}

void Connection::fail(const std::string& doing) {
  const int code = sqlite3_extended_errcode(handle_);
  const auto text = fmt::format("{}: {} ({})", doing, sqlite3_errmsg(handle_), sqlite3_errstr(code));
  if (is_world(code)) throw database::Unavailable(text);
  throw database::StatementFailed("SQLITE_" + name_of(code & 0xFF), text);
}

void Connection::checkpoint() noexcept {
  sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

void Connection::watch_log(std::function<bool(int)> grown) {
  grown_ = std::move(grown);
  sqlite3_wal_hook(
      handle_,
      [](void* self, sqlite3*, const char*, int pages) {
        auto& connection = *static_cast<Connection*>(self);
        if (connection.grown_(pages)) connection.checkpoint();
        return SQLITE_OK;
      },
      this);
}

bool Connection::file_failed() const {
  return (sqlite3_errcode(handle_) & 0xFF) == SQLITE_IOERR;
}

void Connection::script(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail("script");
}

Connection::Prepared& Connection::prepared(const database::Statement& statement) {
  if (prepared_.size() <= statement.index()) prepared_.resize(database::Statement::all().size());
  auto& slot = prepared_[statement.index()];
  if (slot.statement) return slot;
  const auto text = statement.text(database::Dialect::sqlite);
  sqlite3_stmt* made = nullptr;
  if (sqlite3_prepare_v3(handle_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT, &made,
                         nullptr) != SQLITE_OK) {
    fail(fmt::format("prepare {}", statement.name()));
  }
  slot.statement.reset(made);
  slot.positions.clear();
  for (std::size_t n = 1; n <= statement.parameters(); ++n) {
    // `$3` is a name to SQLite, numbered by its first appearance; never by its digits.
    slot.positions.push_back(sqlite3_bind_parameter_index(made, fmt::format("${}", n).c_str()));
  }
  return slot;
}

void Connection::bind(Prepared& prepared, const database::Query& query, std::size_t row) {
  const auto width = prepared.positions.size();
  for (std::size_t i = 0; i < width; ++i) {
    if (prepared.positions[i] == 0) continue;
    if (bind_cell(prepared.statement.get(), prepared.positions[i], query.cells[row * width + i]) != SQLITE_OK) {
      fail(fmt::format("bind {}", query.statement->name()));
    }
  }
}

void Connection::step(Prepared& prepared, Rows& rows) {
  auto* statement = prepared.statement.get();
  const int columns = sqlite3_column_count(statement);
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return;
    if (code != SQLITE_ROW) fail("step");
    for (int c = 0; c < columns; ++c) add_column(statement, c, rows);
  }
}

Rows Connection::run(const database::Query& query) {
  auto& use = prepared(*query.statement);
  Rows rows;
  rows.set_columns(static_cast<std::size_t>(sqlite3_column_count(use.statement.get())));
  const std::size_t calls = query.rows();
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  };
  for (std::size_t row = 0; row < calls; ++row) {
    const Reset reset{use.statement.get()};
    bind(use, query, row);
    step(use, rows);
    rows.affected += sqlite3_changes64(handle_);
  }
  return rows;
}

}  // namespace mms::sqlite
