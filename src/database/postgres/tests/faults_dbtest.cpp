// Cut, stalled and killed connections against a real server: what is reported must be what happened.
#include <gtest/gtest.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "database/postgres/postgres_database.hpp"
#include "database/postgres/tests/fresh_database.hpp"
#include "database/postgres/tests/proxy.hpp"

namespace mms::postgres {
namespace {

using database::Commit;
using database::query;
using database::Query;
using database::Statement;
using database::StatementFailed;
using database::Unavailable;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Statement add("faults_add", "insert into faults (id) values (cast($1 as bigint))");
const Statement has("faults_has", "select count(*) from faults where id = cast($1 as bigint)");
const Statement doze("faults_doze", "select pg_sleep(cast($1 as double precision))");
const Statement pid("faults_pid", "select pg_backend_pid()");
const Statement missing("faults_missing", "select * from no_such_table");

template <class T>
T complete(boost::asio::io_context& context, async::Task<T> task) {
  auto ended = std::make_shared<std::pair<std::optional<T>, std::exception_ptr>>();
  auto done = std::make_shared<bool>(false);
  boost::asio::co_spawn(context.get_executor(), std::move(task), [ended, done](std::exception_ptr error, T value) {
    ended->first = std::move(value);
    ended->second = std::move(error);
    *done = true;
  });
  const auto until = async::Clock::now() + seconds(40);
  context.restart();
  while (!*done && async::Clock::now() < until) context.run_one_for(milliseconds(100));
  if (!*done) throw std::runtime_error("the call did not end");
  if (ended->second) std::rethrow_exception(ended->second);
  return std::move(*ended->first);
}

template <class... Queries>
std::vector<Query> list(Queries&&... queries) {
  std::vector<Query> all;
  (all.push_back(std::forward<Queries>(queries)), ...);
  return all;
}

class Faults : public testing::Test {
 protected:
  void SetUp() override {
    fresh_ = std::make_unique<FreshDatabase>();
    proxy_ = std::make_unique<Proxy>(fresh_->port());
    // Plain TCP: the proxy's cuts are then cuts of messages.
    auto url = fresh_->url_through(proxy_->port());
    url += (url.find('?') == std::string::npos ? "?" : "&") + std::string("sslmode=disable");
    database_ = std::make_unique<PostgresDatabase>(url);
    database_->migrate();
    fresh_->ask("create table mission_management.faults (id bigint primary key)");
    reader_ = database_->open_reader(context_);
    writer_ = database_->open_writer(context_);
    EXPECT_EQ(write(0), Commit::committed);
    EXPECT_TRUE(can_read());
  }

  void begin() { complete(context_, writer_->begin({})); }
  Commit write(int id) {
    begin();
    return complete(context_, writer_->commit(list(query(add, id))));
  }
  bool exists(int id) {
    return fresh_->ask("select count(*) from mission_management.faults where id = " + std::to_string(id)) == "1";
  }
  bool can_read(milliseconds within = milliseconds(500)) {
    try {
      complete(context_, reader_->run_one(query(has, 0), async::Clock::now() + within));
      return true;
    } catch (const Unavailable&) {
      return false;
    }
  }
  bool can_write(int id) {
    try {
      return write(id) == Commit::committed;
    } catch (const Unavailable&) {
      return false;
    }
  }
  // How long until a read and a write succeed, trying again and again.
  milliseconds recovery(int first_id) {
    const auto start = async::Clock::now();
    while (!can_read() || !can_write(first_id++)) {
      if (async::Clock::now() - start > seconds(20)) break;
      context_.restart();
      context_.run_for(milliseconds(5));
    }
    return std::chrono::duration_cast<milliseconds>(async::Clock::now() - start);
  }
  void let_pass(milliseconds time) {
    context_.restart();
    context_.run_for(time);
  }
  void kill_backends() {
    fresh_->administer(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = "
        "'mission-management' and datname like 'mms_test_" +
        std::to_string(getpid()) + "%' and pid <> pg_backend_pid()");
  }

  boost::asio::io_context context_{1};
  std::unique_ptr<FreshDatabase> fresh_;
  std::unique_ptr<Proxy> proxy_;
  std::unique_ptr<PostgresDatabase> database_;
  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<database::Writer> writer_;
};

TEST_F(Faults, ACommitThatNeverLeftIsRolledBack) {
  begin();
  proxy_->set(Proxy::Mode::cut_before_server);
  EXPECT_EQ(complete(context_, writer_->commit(list(query(add, 1)))), Commit::rolled_back);
  EXPECT_FALSE(exists(1));
  EXPECT_LT(recovery(100), seconds(2));
}

TEST_F(Faults, ACommitWhoseAnswerIsLostIsCommitted) {
  begin();
  proxy_->set(Proxy::Mode::cut_answer);
  EXPECT_EQ(complete(context_, writer_->commit(list(query(add, 1)))), Commit::committed);
  EXPECT_TRUE(exists(1));
  EXPECT_LT(recovery(100), seconds(2));
}

TEST_F(Faults, ACommitStillInProgressIsWaitedFor) {
  begin();
  complete(context_, writer_->run(list(query(doze, 0))));
  proxy_->set(Proxy::Mode::cut_client);
  EXPECT_EQ(complete(context_, writer_->commit(list(query(add, 1), query(doze, 0.2)))), Commit::committed);
  EXPECT_TRUE(exists(1));
}

TEST_F(Faults, ACommitThatTakesTooLongIsEndedAndTold) {
  begin();
  complete(context_, writer_->run(list(query(doze, 0))));
  proxy_->set(Proxy::Mode::cut_client);
  const auto start = async::Clock::now();
  EXPECT_EQ(complete(context_, writer_->commit(list(query(add, 1), query(doze, 10)))), Commit::rolled_back);
  EXPECT_LT(async::Clock::now() - start, seconds(4));
  EXPECT_FALSE(exists(1));
  EXPECT_EQ(write(2), Commit::committed);
}

TEST_F(Faults, WhereverTheConnectionIsCutTheOutcomeToldIsTheTruth) {
  std::minstd_rand random(20261124);
  int committed = 0;
  int rolled_back = 0;
  for (int id = 1; id <= 60; ++id) {
    try {
      begin();
      proxy_->cut_after(static_cast<long>(random() % 260));
      const auto outcome = complete(context_, writer_->commit(list(query(add, id))));
      proxy_->cut_after(-1);
      ASSERT_NE(outcome, Commit::unknown);
      ASSERT_EQ(outcome == Commit::committed, exists(id)) << "in round " << id;
      ++(outcome == Commit::committed ? committed : rolled_back);
    } catch (const Unavailable&) {  // begin met a connection that was still being opened
      let_pass(milliseconds(20));
    }
  }
  EXPECT_GT(committed, 5);
  EXPECT_GT(rolled_back, 5);
}

TEST_F(Faults, AnOutcomeThatCannotBeAskedForIsUnknown) {
  Settings impatient;
  impatient.outcome_patience = milliseconds(500);
  auto url = fresh_->url_through(proxy_->port());
  PostgresDatabase own(url + (url.find('?') == std::string::npos ? "?" : "&") + "sslmode=disable", impatient);
  const auto writer = own.open_writer(context_);
  complete(context_, writer->begin({}));
  proxy_->set(Proxy::Mode::refuse);
  EXPECT_EQ(complete(context_, writer->commit(list(query(add, 1), query(doze, 0.1)))), Commit::unknown);
  proxy_->set(Proxy::Mode::forward);
}

TEST_F(Faults, KilledBackendsAreReplacedAtOnce) {
  begin();
  kill_backends();
  EXPECT_EQ(complete(context_, writer_->commit(list(query(add, 1)))), Commit::rolled_back);
  EXPECT_FALSE(exists(1));
  EXPECT_LT(recovery(100), milliseconds(1000));
}

TEST_F(Faults, ABackendKilledInTheTransactionFailsRun) {
  begin();
  kill_backends();
  let_pass(milliseconds(100));
  EXPECT_THROW(complete(context_, writer_->run(list(query(add, 1)))), Unavailable);
  EXPECT_EQ(complete(context_, writer_->commit({})), Commit::rolled_back);
  EXPECT_LT(recovery(100), milliseconds(1000));
}

TEST_F(Faults, AnIdleTransactionIsEndedByTheServerAndTold) {
  Settings brisk;
  brisk.idle_in_transaction = milliseconds(200);
  PostgresDatabase own(fresh_->url(), brisk);
  const auto writer = own.open_writer(context_);
  complete(context_, writer->begin({}));
  let_pass(milliseconds(500));
  EXPECT_EQ(complete(context_, writer->commit(list(query(add, 1)))), Commit::rolled_back);
  complete(context_, writer->begin({}));
  EXPECT_EQ(complete(context_, writer->commit(list(query(add, 2)))), Commit::committed);
}

TEST_F(Faults, AServerThatComesBackIsFoundWithinTwoSeconds) {
  proxy_->set(Proxy::Mode::refuse);
  let_pass(milliseconds(50));
  EXPECT_FALSE(can_read());
  const auto asked = async::Clock::now();
  EXPECT_FALSE(can_write(1));
  EXPECT_LT(async::Clock::now() - asked, seconds(2)) << "a server known to be away is told at once";
  let_pass(milliseconds(2500));
  proxy_->set(Proxy::Mode::forward);
  EXPECT_LT(recovery(100), seconds(2));
}

TEST_F(Faults, AHalfOpenConnectionEndsCallsByTheirDeadlineAndIsReplaced) {
  proxy_->set(Proxy::Mode::stall);
  for (int i = 0; i < 3; ++i) {
    const auto start = async::Clock::now();
    EXPECT_FALSE(can_read(milliseconds(200)));
    EXPECT_LT(async::Clock::now() - start, milliseconds(600));
  }
  let_pass(milliseconds(4000));  // silent for long: the connection is given up, and attempts stall as well
  proxy_->set(Proxy::Mode::forward);
  EXPECT_LT(recovery(100), milliseconds(2500));
}

TEST_F(Faults, ALateAnswerIsThrownAwayAndTheConnectionGoesOn) {
  const auto before = complete(context_, reader_->run_one(query(pid), async::Clock::now() + seconds(2)));
  EXPECT_THROW(complete(context_, reader_->run_one(query(doze, 0.4), async::Clock::now() + milliseconds(100))),
               Unavailable);
  const auto after = complete(context_, reader_->run_one(query(pid), async::Clock::now() + seconds(2)));
  EXPECT_EQ(before[0].text(0), after[0].text(0));
}

TEST_F(Faults, AStatementThatCannotBePreparedSaysWhyAndHurtsNobody) {
  for (int turn = 0; turn < 2; ++turn) {
    try {
      complete(context_, reader_->run_one(query(missing), async::Clock::now() + seconds(2)));
      FAIL();
    } catch (const StatementFailed& failure) {
      EXPECT_EQ(failure.sqlstate(), "42P01");
    }
    EXPECT_TRUE(can_read());
    begin();
    EXPECT_THROW(complete(context_, writer_->run(list(query(missing)))), StatementFailed);
    EXPECT_EQ(write(10 + turn), Commit::committed);
  }
}

TEST_F(Faults, AReaderCannotWrite) {
  try {
    complete(context_, reader_->run_one(query(add, 5), async::Clock::now() + seconds(2)));
    FAIL();
  } catch (const database::Unavailable& refused) {
    // Told apart from a standby by nobody: a server that takes no writes is one that is not there for them.
    EXPECT_NE(std::string_view(refused.what()).find("25006"), std::string_view::npos) << refused.what();
  }
}

TEST_F(Faults, ClosingWithCallsUnderWayEndsThem) {
  auto call = reader_->run_one(query(doze, 5), async::Clock::now() + seconds(10));
  bool ended = false;
  boost::asio::co_spawn(context_.get_executor(), std::move(call),
                        [&ended](const std::exception_ptr& error, const database::Rows&) { ended = error != nullptr; });
  let_pass(milliseconds(100));
  reader_.reset();
  let_pass(milliseconds(100));
  EXPECT_TRUE(ended);
}

TEST_F(Faults, AWaitForTheCommandLockEndsAndIsUnavailable) {
  Settings brisk;
  brisk.lock_timeout = milliseconds(200);
  PostgresDatabase own(fresh_->url(), brisk);
  const auto second = own.open_writer(context_);
  begin();
  EXPECT_THROW(complete(context_, second->begin({})), Unavailable);
  EXPECT_EQ(complete(context_, writer_->commit({})), Commit::committed);
  complete(context_, second->begin({}));
  EXPECT_EQ(complete(context_, second->commit(list(query(add, 3)))), Commit::committed);
}

}  // namespace
}  // namespace mms::postgres
