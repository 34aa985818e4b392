// One SQLite handle: statements prepared once, parameters bound by name, answers copied out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "database/database.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace mms::sqlite {

// Threads: one at a time.
class Connection {
 public:
  enum class Access { read_only, read_write };
  // Throws Unavailable when the file cannot be opened.
  Connection(const std::string& path, Access access);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Throws StatementFailed, or Unavailable when the file is locked, full or unreadable.
  database::Rows run(const database::Query& query);
  // Any number of statements, without parameters.
  void script(const std::string& sql);
  // Copies what can be copied of the write-ahead log into the file, without waiting for anybody. What fails is left for
  // the next time, as SQLite's own checkpoints do.
  void checkpoint() noexcept;
  // In place of SQLite's own checkpoints: called after each commit with the log's pages; true asks for a checkpoint.
  void watch_log(std::function<bool(int)> grown);
  // Whether the last failure was one of reading, writing or flushing the file (a full disk is not).
  bool file_failed() const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Prepared {
    std::unique_ptr<sqlite3_stmt, Finalizer> statement;
    std::vector<int> positions;  // of $1, $2 …; 0 when the text does not use it
  };

  Prepared& prepared(const database::Statement& statement);
  void bind(Prepared& prepared, const database::Query& query, std::size_t row);
  void step(Prepared& prepared, database::Rows& rows);
  [[noreturn]] void fail(const std::string& doing);

  sqlite3* handle_ = nullptr;
  std::function<bool(int)> grown_;
  std::vector<Prepared> prepared_;
};

}  // namespace mms::sqlite
