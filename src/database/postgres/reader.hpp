// Reads in flight together on one connection, and bulk appends on another.
#pragma once

#include "database/database.hpp"
#include "database/postgres/connection.hpp"

namespace mms::postgres {

class PostgresReader final : public database::Reader {
 public:
  PostgresReader(boost::asio::io_context& context, std::shared_ptr<const Plan> plan);
  ~PostgresReader() override;
  async::Task<std::vector<database::Rows>> run(std::vector<database::Query> queries, async::Deadline deadline) override;

 private:
  std::shared_ptr<Connection> connection_;
};

class PostgresAppender final : public database::Appender {
 public:
  PostgresAppender(boost::asio::io_context& context, std::shared_ptr<const Plan> plan);
  ~PostgresAppender() override;
  async::Task<std::vector<database::Rows>> append(std::vector<database::Query> queries) override;

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace mms::postgres
