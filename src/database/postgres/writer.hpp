// The writer of a command lane: one transaction at a time, under the command lock, two round trips.
#pragma once

#include "database/database.hpp"
#include "database/postgres/connection.hpp"
#include "database/postgres/inquiry.hpp"

namespace mms::postgres {

//   idle ──begin──▶ open ──commit, rollback, any failure──▶ idle
// A transaction belongs to the session in which it began: another session, and it is gone.
class PostgresWriter final : public database::Writer {
 public:
  PostgresWriter(boost::asio::io_context& context, std::shared_ptr<const Plan> plan);
  ~PostgresWriter() override;
  async::Task<Opening> begin(std::vector<database::Query> loads) override;
  async::Task<std::vector<database::Rows>> run(std::vector<database::Query> queries) override;
  async::Task<database::Commit> commit(std::vector<database::Query> writes) override;
  async::Task<void> rollback() override;

 private:
  std::shared_ptr<Work> new_work() const;
  void add_all(Work& work, std::vector<database::Query> queries);
  // Whether the server still holds the transaction that was begun.
  bool is_held() const { return open_ && session_ != 0 && connection_->session() == session_; }
  // Rolls back what is open, best effort: a lost session has rolled back by itself.
  async::Task<void> undo();
  async::Task<void> give_up(std::shared_ptr<Work> work);

  std::shared_ptr<Connection> connection_;
  Transaction transaction_;
  std::uint64_t session_ = 0;
  bool open_ = false;
};

// Asks what became of a commit whose answer was lost, over whatever session the connection gets next.
async::Task<database::Commit> ask_outcome(std::shared_ptr<Connection> connection, Transaction transaction);

}  // namespace mms::postgres
