// The embedded driver: Database over one SQLite file.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "database/database.hpp"
#include "database/sqlite/checkpointer.hpp"

namespace mms::sqlite {

// Threads: any; what it opens belongs to the thread of its io_context.
class SqliteDatabase final : public database::Database {
 public:
  using Now = std::function<vocabulary::Time()>;
  // `path` is a file, made when absent. `now` is what Writer::begin answers as the database's clock.
  // Throws Unavailable when the file cannot be opened.
  explicit SqliteDatabase(std::string path, Now now);

  database::Dialect dialect() const override { return database::Dialect::sqlite; }
  std::unique_ptr<database::Reader> open_reader(boost::asio::io_context& context) override;
  std::unique_ptr<database::Writer> open_writer(boost::asio::io_context& context) override;
  std::unique_ptr<database::Appender> open_appender(boost::asio::io_context& context) override;
  int migrate() override;
  int schema_version() override;

 private:
  std::string path_;
  Now now_;
  Checkpointer checkpointer_;
  std::mutex writing_;  // held from begin to the end of a transaction: cheaper and fairer than SQLite's busy handler
};

}  // namespace mms::sqlite
