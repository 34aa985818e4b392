// The driver for PostgreSQL: Database over asynchronous libpq in pipeline mode.
#pragma once

#include <memory>
#include <string>

#include "database/database.hpp"
#include "database/postgres/settings.hpp"

namespace mms::postgres {

struct Plan;

// Connections are opened in the background and opened again when they are lost; nothing here waits for them.
// Threads: any; what it opens belongs to the thread of its io_context.
class PostgresDatabase final : public database::Database {
 public:
  // `url` is postgresql://…; libpq's parameters may follow (sslmode=verify-full&sslrootcert=…).
  // Throws std::invalid_argument with a sentence for a wrong URL.
  explicit PostgresDatabase(std::string url, Settings settings = {});

  database::Dialect dialect() const override { return database::Dialect::postgres; }
  std::unique_ptr<database::Reader> open_reader(boost::asio::io_context& context) override;
  std::unique_ptr<database::Writer> open_writer(boost::asio::io_context& context) override;
  std::unique_ptr<database::Appender> open_appender(boost::asio::io_context& context) override;
  // StatementFailed "newer_schema" when the database is newer than this binary.
  int migrate() override;
  int schema_version() override;

 private:
  std::shared_ptr<const Plan> reader_;
  std::shared_ptr<const Plan> writer_;
  std::shared_ptr<const Plan> appender_;
};

}  // namespace mms::postgres
