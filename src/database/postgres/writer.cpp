// Transactions in two round trips, and the question after a lost answer.
#include "database/postgres/writer.hpp"

#include <boost/asio/redirect_error.hpp>
#include <iterator>
#include <utility>

namespace mms::postgres {

using database::Commit;
using database::Query;
using database::Rows;

PostgresWriter::PostgresWriter(boost::asio::io_context& context, std::shared_ptr<const Plan> plan)
    : connection_(std::make_shared<Connection>(context, std::move(plan))) {
  connection_->start();
}

PostgresWriter::~PostgresWriter() {
  connection_->close();
}

std::shared_ptr<Work> PostgresWriter::new_work() const {
  auto work = std::make_shared<Work>();
  work->deadline = async::Clock::now() + connection_->plan().settings.round_trip_limit;
  return work;
}

void PostgresWriter::add_all(Work& work, std::vector<Query> queries) {
  for (auto& query : queries) work.add(std::move(query));
}

async::Task<database::Writer::Opening> PostgresWriter::begin(std::vector<Query> loads) {
  if (is_held()) co_await undo();
  open_ = false;
  auto work = new_work();
  const auto& texts = connection_->plan().texts;
  work->add(texts, Fixed::begin);
  work->add(texts, Fixed::lock);
  const auto clock = work->answers.size();
  work->add(texts, Fixed::clock);
  add_all(*work, std::move(loads));
  co_await connection_->call(work);
  open_ = true;
  session_ = connection_->session();
  if (work->failure) co_await give_up(work);
  const auto row = work->answers[clock][0];
  transaction_ = {std::string(row.text(0)), connection_->incarnation(), connection_->backend()};
  Opening opening{row.time(1), {}};
  const auto first = work->answers.begin() + static_cast<std::ptrdiff_t>(clock) + 1;
  opening.rows.assign(std::make_move_iterator(first), std::make_move_iterator(work->answers.end()));
  co_return opening;
}

async::Task<std::vector<Rows>> PostgresWriter::run(std::vector<Query> queries) {
  if (!is_held()) {
    open_ = false;
    throw database::Unavailable("the transaction was lost with its connection");
  }
  auto work = new_work();
  work->session = session_;
  add_all(*work, std::move(queries));
  co_await connection_->call(work);
  if (work->failure) co_await give_up(work);
  co_return std::move(work->answers);
}

async::Task<Commit> PostgresWriter::commit(std::vector<Query> writes) {
  if (!is_held()) {
    open_ = false;
    co_return Commit::rolled_back;
  }
  auto work = new_work();
  work->session = session_;
  add_all(*work, std::move(writes));
  work->add(connection_->plan().texts, Fixed::commit);
  co_await connection_->call(work);
  if (!work->failure) {
    open_ = false;
    co_return work->tag == "COMMIT" ? Commit::committed : Commit::rolled_back;
  }
  const auto kind = work->failure->kind;
  if (kind == Failure::Kind::lost) {
    open_ = false;
    co_return co_await ask_outcome(connection_, transaction_);
  }
  co_await undo();
  if (kind == Failure::Kind::unsent || is_passing(work->failure->sqlstate)) co_return Commit::rolled_back;
  throw database::StatementFailed(work->failure->sqlstate, work->failure->text);
}

async::Task<void> PostgresWriter::rollback() {
  co_await undo();
}

async::Task<void> PostgresWriter::undo() {
  const bool held = is_held();
  open_ = false;
  if (!held) co_return;
  auto work = new_work();
  work->session = session_;
  work->add(connection_->plan().texts, Fixed::rollback);
  co_await connection_->call(std::move(work));
}

async::Task<void> PostgresWriter::give_up(std::shared_ptr<Work> work) {
  co_await undo();
  raise(*work->failure);
}

async::Task<Commit> ask_outcome(std::shared_ptr<Connection> connection, Transaction transaction) {
  Inquiry inquiry(std::move(transaction), async::Clock::now(), connection->plan().settings.outcome_patience);
  const auto& texts = connection->plan().texts;
  const auto& lost = inquiry.transaction();
  boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> timer(
      co_await boost::asio::this_coro::executor);
  for (auto now = async::Clock::now(); !inquiry.is_over(now); now = async::Clock::now()) {
    auto work = std::make_shared<Work>();
    work->deadline = now + connection->plan().settings.connect_limit;
    work->add(texts, Fixed::status, {database::cell(lost.xid)});
    if (inquiry.is_tired(now) && connection->incarnation() == lost.incarnation) {
      work->add(texts, Fixed::end_backend, {database::cell(lost.backend), database::cell(lost.xid)});
    }
    co_await connection->call(work);
    std::optional<Commit> outcome;
    if (!work->failure) {
      outcome = inquiry.heard(work->answers.front()[0].text(0), connection->incarnation());
    } else if (work->failure->kind == Failure::Kind::refused) {
      outcome = inquiry.refused(work->failure->sqlstate);
    }
    if (outcome) co_return *outcome;
    boost::system::error_code cancelled;
    timer.expires_after(inquiry.pause());
    co_await timer.async_wait(boost::asio::redirect_error(async::use_task, cancelled));
  }
  co_return Commit::unknown;
}

}  // namespace mms::postgres
