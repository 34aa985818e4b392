// Calls of one round trip each; between Syncs the server gives them a transaction of their own.
#include "database/postgres/reader.hpp"

#include <utility>

namespace mms::postgres {
namespace {

using database::Query;
using database::Rows;

std::shared_ptr<Work> work_of(std::vector<Query> queries, async::Deadline deadline) {
  auto work = std::make_shared<Work>();
  work->deadline = deadline;
  work->steps.reserve(queries.size());
  work->answers.reserve(queries.size());
  for (auto& query : queries) work->add(std::move(query));
  return work;
}

async::Task<std::vector<Rows>> answers_of(std::shared_ptr<Connection> connection, std::shared_ptr<Work> work) {
  co_await connection->call(work);
  if (work->failure) raise(*work->failure);
  co_return std::move(work->answers);
}

}  // namespace

PostgresReader::PostgresReader(boost::asio::io_context& context, std::shared_ptr<const Plan> plan)
    : connection_(std::make_shared<Connection>(context, std::move(plan))) {
  connection_->start();
}

PostgresReader::~PostgresReader() {
  connection_->close();
}

async::Task<std::vector<Rows>> PostgresReader::run(std::vector<Query> queries, async::Deadline deadline) {
  auto work = work_of(std::move(queries), deadline);
  work->alone = false;
  work->loses_session = false;
  return answers_of(connection_, std::move(work));
}

PostgresAppender::PostgresAppender(boost::asio::io_context& context, std::shared_ptr<const Plan> plan)
    : connection_(std::make_shared<Connection>(context, std::move(plan))) {
  connection_->start();
}

PostgresAppender::~PostgresAppender() {
  connection_->close();
}

async::Task<std::vector<Rows>> PostgresAppender::append(std::vector<Query> queries) {
  const auto deadline = async::Clock::now() + connection_->plan().settings.round_trip_limit;
  return answers_of(connection_, work_of(std::move(queries), deadline));
}

}  // namespace mms::postgres
