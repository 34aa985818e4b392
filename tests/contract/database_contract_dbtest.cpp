// The laws of Database, one suite for every driver.
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "database_contract.hpp"

namespace mms::contract {
namespace {

using database::Cell;
using database::Commit;
using database::query;
using database::Query;
using database::Rows;
using database::Statement;
using database::StatementFailed;
using database::Unavailable;

const Statement make_notes("contract_make_notes",
                           "create table if not exists contract_notes (id bigint not null primary key, body text, "
                           "amount bigint)");
const Statement clear_notes("contract_clear_notes", "delete from contract_notes");
const Statement add_note("contract_add_note", "insert into contract_notes (id, body, amount) values ($1, $2, $3)");
const Statement add_notes(
    "contract_add_notes",
    Statement::Shape::many,
    "insert into contract_notes (id, body, amount) values ($1, $2, $3)",
    "insert into contract_notes (id, body, amount) select cast(a as bigint), b, cast(c as bigint) "
    "from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[])) as t(a, b, c)");
const Statement append_notes("contract_append_notes",
                             Statement::Shape::many,
                             "insert into contract_notes (id, body) values ($1, $2) on conflict do nothing",
                             "insert into contract_notes (id, body) select cast(a as bigint), b from "
                             "unnest(cast($1 as text[]), cast($2 as text[])) as t(a, b) on conflict do nothing");
const Statement note("contract_note", "select id, body, amount from contract_notes where id = $1");
const Statement notes("contract_notes",
                      Statement::Shape::many,
                      "select id, body, amount from contract_notes where id = $1",
                      "select c.id, c.body, c.amount from unnest(cast($1 as text[])) with ordinality as w(id, n) "
                      "join contract_notes c on c.id = cast(w.id as bigint) order by n");
const Statement count_notes("contract_count_notes", "select count(*) from contract_notes");
const Statement set_amount("contract_set_amount", "update contract_notes set amount = $2 where id = $1");
const Statement echo_text("contract_echo_text", "select cast($1 as text)");
const Statement echo_backwards("contract_echo_backwards", "select cast($2 as text), cast($1 as text)");
const Statement echo_number("contract_echo_number", "select cast($1 as bigint)");
const Statement echo_real("contract_echo_real", "select cast($1 as double precision)");

constexpr std::optional<std::int64_t> kNoAmount;

std::string awkward() {
  std::string text =
      "quotes ' \" `, braces {a,\"b\"}, backslashes \\ \\\\ \\n, percent %s $1, Zürich 東京 🚚, NULL null";
  text += "\nnewline\r\n\ttab \x01\x7f end";
  return text;
}

class DatabaseContract : public testing::TestWithParam<DatabaseFactory> {
 protected:
  void SetUp() override {
    database_ = GetParam().open();
    database_->migrate();
    reader_ = database_->open_reader(context_);
    writer_ = database_->open_writer(context_);
    write(list(query(make_notes)));
    write(list(query(clear_notes)));
  }

  // One transaction.
  Commit write(std::vector<Query> writes) {
    complete(context_, writer_->begin({}));
    return complete(context_, writer_->commit(std::move(writes)));
  }
  Rows read(Query q) { return complete(context_, reader_->run_one(std::move(q), soon())); }
  std::int64_t count() { return read(query(count_notes))[0].integer(0); }

  boost::asio::io_context context_{1};
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<database::Writer> writer_;
};

TEST_P(DatabaseContract, TextComesBackAsItWent) {
  for (const auto& text : {awkward(), std::string(), std::string(64 * 1024, '"'), std::string(1024 * 1024, 'x')}) {
    const auto rows = read(query(echo_text, text));
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_FALSE(rows[0].is_null(0));
    EXPECT_EQ(rows[0].text(0), text);
  }
}

TEST_P(DatabaseContract, NullIsNotEmptyText) {
  const auto rows = read(query(echo_text, std::optional<std::string>()));
  EXPECT_TRUE(rows[0].is_null(0));
}

TEST_P(DatabaseContract, NumbersKeepTheirValue) {
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(read(query(echo_number, number))[0].integer(0), number);
  }
  for (const double number : {0.1, -2.5, 1e300, 5e-324, 47.376886512345678}) {
    EXPECT_EQ(read(query(echo_real, number))[0].real(0), number);
  }
}

TEST_P(DatabaseContract, ParametersAreBoundByNumberNotByAppearance) {
  const auto rows = read(query(echo_backwards, "one", "two"));
  EXPECT_EQ(rows[0].text(0), "two");
  EXPECT_EQ(rows[0].text(1), "one");
}

TEST_P(DatabaseContract, ManyRowsGoInAndComeBackInTheOrderAsked) {
  Query insert{&add_notes, {}};
  for (int i = 0; i < 500; ++i)
    insert.add(i, awkward() + std::to_string(i), i % 2 == 0 ? kNoAmount : std::optional<std::int64_t>(i));
  ASSERT_EQ(write(list(std::move(insert))), Commit::committed);
  Query ask{&notes, {}};
  for (const int id : {499, 7, 300}) ask.add(id);
  const auto rows = read(std::move(ask));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].integer(0), 499);
  EXPECT_EQ(rows[1].text(1), awkward() + "7");
  EXPECT_EQ(rows[1].integer(2), 7);
  EXPECT_TRUE(rows[2].is_null(2));
}

TEST_P(DatabaseContract, LargeValuesTravelInBothShapes) {
  const std::string large(64 * 1024, '\\');
  Query insert{&add_notes, {}};
  for (int i = 0; i < 20; ++i) insert.add(i, large, kNoAmount);
  ASSERT_EQ(write(list(std::move(insert), query(add_note, 20, large, kNoAmount))), Commit::committed);
  Query ask{&notes, {}};
  for (int i = 0; i <= 20; ++i) ask.add(i);
  const auto rows = read(std::move(ask));
  ASSERT_EQ(rows.size(), 21u);
  EXPECT_EQ(rows[20].text(1), large);
}

TEST_P(DatabaseContract, ManyWithoutRowsDoesNothing) {
  EXPECT_EQ(write(list(Query{&add_notes, {}})), Commit::committed);
  EXPECT_TRUE(read(Query{&notes, {}}).empty());
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseContract, AnswersStandInTheOrderOfTheQueries) {
  write(list(query(add_note, 1, "a", 10), query(add_note, 2, "b", 20)));
  const auto answers =
      complete(context_,
               reader_->run(list(query(note, 2), Query{&notes, {}}, query(count_notes), query(note, 9), query(note, 1)),
                            soon()));
  ASSERT_EQ(answers.size(), 5u);
  EXPECT_EQ(answers[0][0].text(1), "b");
  EXPECT_TRUE(answers[1].empty());
  EXPECT_EQ(answers[2][0].integer(0), 2);
  EXPECT_TRUE(answers[3].empty());
  EXPECT_EQ(answers[4][0].text(1), "a");
}

TEST_P(DatabaseContract, AffectedCountsChangedRows) {
  write(list(query(add_note, 1, "a", 10)));
  complete(context_, writer_->begin({}));
  const auto answers = complete(context_, writer_->run(list(query(set_amount, 1, 11), query(set_amount, 9, 11))));
  complete(context_, writer_->rollback());
  EXPECT_EQ(answers[0].affected, 1);
  EXPECT_EQ(answers[1].affected, 0);
}

async::Task<void> read_one(database::Reader& reader, int id, int& right) {
  const auto rows = co_await reader.run_one(query(echo_text, "answer " + std::to_string(id)), soon());
  if (rows[0].text(0) == "answer " + std::to_string(id)) ++right;
}

TEST_P(DatabaseContract, ManyReadsAtOnceGetTheirOwnAnswers) {
  int right = 0;
  int ended = 0;
  for (int i = 0; i < 1000; ++i) {
    boost::asio::co_spawn(context_.get_executor(), read_one(*reader_, i, right),
                          [&ended](std::exception_ptr) { ++ended; });
  }
  const auto until = async::Clock::now() + std::chrono::seconds(30);
  context_.restart();
  while (ended < 1000 && async::Clock::now() < until) context_.run_one_for(std::chrono::milliseconds(50));
  EXPECT_EQ(right, 1000);
}

async::Task<void> read_badly(database::Reader& reader, int id, int& refused) {
  try {
    co_await reader.run_one(query(echo_number, id % 10 == 0 ? "no number" : "5"), soon());
  } catch (const StatementFailed&) {
    ++refused;
  }
}

TEST_P(DatabaseContract, AFailedReadFailsAlone) {
  if (GetParam().name == "sqlite") GTEST_SKIP() << "SQLite casts any text to a number";
  int refused = 0;
  int ended = 0;
  for (int i = 0; i < 100; ++i) {
    boost::asio::co_spawn(context_.get_executor(), read_badly(*reader_, i, refused),
                          [&ended](std::exception_ptr error) { ended += error ? 1000 : 1; });
  }
  const auto until = async::Clock::now() + std::chrono::seconds(30);
  context_.restart();
  while (ended < 100 && async::Clock::now() < until) context_.run_one_for(std::chrono::milliseconds(50));
  EXPECT_EQ(ended, 100);
  EXPECT_EQ(refused, 10);
}

TEST_P(DatabaseContract, ReadersSeeACommitAndNothingBefore) {
  complete(context_, writer_->begin({}));
  complete(context_, writer_->run(list(query(add_note, 1, "a", 10))));
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(complete(context_, writer_->commit(list(query(add_note, 2, "b", 20)))), Commit::committed);
  EXPECT_EQ(count(), 2);
}

TEST_P(DatabaseContract, RollbackLeavesNothing) {
  complete(context_, writer_->begin({}));
  complete(context_, writer_->run(list(query(add_note, 1, "a", 10))));
  complete(context_, writer_->rollback());
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(write(list(query(add_note, 1, "a", 10))), Commit::committed);
}

TEST_P(DatabaseContract, BeginAnswersTheLoadsAndAClock) {
  write(list(query(add_note, 1, "a", 10)));
  const auto opening = complete(context_, writer_->begin(list(query(note, 1), query(count_notes))));
  complete(context_, writer_->rollback());
  ASSERT_EQ(opening.rows.size(), 2u);
  EXPECT_EQ(opening.rows[0][0].text(1), "a");
  EXPECT_EQ(opening.rows[1][0].integer(0), 1);
  const auto apart = std::chrono::system_clock::now() - opening.now;
  EXPECT_LT(std::chrono::abs(apart), std::chrono::minutes(5));
}

TEST_P(DatabaseContract, AFailedWriteRollsBackAllAndTheWriterGoesOn) {
  complete(context_, writer_->begin({}));
  complete(context_, writer_->run(list(query(add_note, 1, "a", 10))));
  EXPECT_THROW(complete(context_, writer_->commit(list(query(add_note, 2, "b", 20), query(add_note, 1, "again", 0),
                                                       query(add_note, 3, "c", 30)))),
               StatementFailed);
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(write(list(query(add_note, 4, "d", 40))), Commit::committed);
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseContract, AFailedStatementInRunOrBeginEndsTheTransaction) {
  write(list(query(add_note, 1, "a", 10)));
  complete(context_, writer_->begin({}));
  EXPECT_THROW(complete(context_, writer_->run(list(query(add_note, 2, "b", 0), query(add_note, 1, "again", 0)))),
               StatementFailed);
  EXPECT_THROW(complete(context_, writer_->begin(list(query(add_note, 1, "again", 0)))), StatementFailed);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(write(list(query(add_note, 2, "b", 20))), Commit::committed);
}

TEST_P(DatabaseContract, AViolatedConstraintSaysSo) {
  try {
    write(list(query(add_note, 1, "a", 10), query(add_note, 1, "again", 10)));
    FAIL() << "the second insert must be refused";
  } catch (const StatementFailed& failure) {
    const std::string state = failure.sqlstate();
    EXPECT_TRUE(state == "23505" || state.starts_with("SQLITE_")) << state;
  }
}

TEST_P(DatabaseContract, RollingBackTwiceIsHarmless) {
  complete(context_, writer_->begin({}));
  complete(context_, writer_->run(list(query(add_note, 1, "a", 10))));
  complete(context_, writer_->rollback());
  complete(context_, writer_->rollback());
  EXPECT_EQ(write(list(query(add_note, 2, "b", 20))), Commit::committed);
  EXPECT_EQ(count(), 1);
}

async::Task<void> increment(database::Writer& writer, int times) {
  for (int i = 0; i < times; ++i) {
    auto opening = co_await writer.begin(list(query(note, 1)));
    const auto amount = opening.rows[0][0].integer(2);
    const auto outcome = co_await writer.commit(list(query(set_amount, 1, amount + 1)));
    if (outcome != Commit::committed) throw std::runtime_error("not committed");
  }
}

void increment_as_a_process_of_its_own(const DatabaseFactory& factory, int times) {
  boost::asio::io_context context{1};
  const auto own = factory.open();
  const auto writer = own->open_writer(context);
  complete(context, increment(*writer, times));
}

TEST_P(DatabaseContract, WritersTakeTurnsAndLoseNoUpdate) {
  constexpr int kWriters = 4;
  constexpr int kTimes = 50;
  write(list(query(add_note, 1, "counter", 0)));
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([] { increment_as_a_process_of_its_own(GetParam(), kTimes); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(read(query(note, 1))[0].integer(2), kWriters * kTimes);
}

TEST_P(DatabaseContract, AppendingTwiceKeepsOne) {
  const auto appender = database_->open_appender(context_);
  for (int turn = 0; turn < 2; ++turn) {
    Query insert{&append_notes, {}};
    for (int i = 0; i < 100; ++i) insert.add(i, "position");
    complete(context_, appender->append(list(std::move(insert), query(count_notes))));
  }
  EXPECT_EQ(count(), 100);
}

TEST_P(DatabaseContract, AnAppendIsAllOrNothing) {
  const auto appender = database_->open_appender(context_);
  EXPECT_THROW(complete(context_, appender->append(list(query(add_note, 1, "a", 1), query(add_note, 1, "b", 1)))),
               StatementFailed);
  EXPECT_EQ(count(), 0);
  complete(context_, appender->append(list(query(add_note, 1, "a", 1))));
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseContract, AnAppenderDoesNotWaitForTheCommandLock) {
  if (GetParam().name == "sqlite") GTEST_SKIP() << "SQLite has one writer";
  const auto appender = database_->open_appender(context_);
  complete(context_, writer_->begin({}));
  complete(context_, appender->append(list(query(add_note, 1, "a", 1))));
  complete(context_, writer_->rollback());
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseContract, APassedDeadlineIsUnavailable) {
  const auto passed = async::Clock::now() - std::chrono::seconds(1);
  EXPECT_THROW(complete(context_, reader_->run_one(query(count_notes), passed)), Unavailable);
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseContract, TextWithNulIsRefusedOrKeptNeverCut) {
  const std::string text("a\0b", 3);
  try {
    EXPECT_EQ(read(query(echo_text, text))[0].text(0), text);
  } catch (const StatementFailed&) {
  }
}

TEST_P(DatabaseContract, MigratingAgainTakesNoStep) {
  EXPECT_EQ(database_->migrate(), 0);
  EXPECT_GT(database_->schema_version(), 0);
}

// Runs each with nulls inside a transaction and rolls it back: what the engine cannot prepare fails with a syntax error
// or an unknown name; a broken constraint or a bad value proves that it was prepared.
TEST_P(DatabaseContract, EveryStatementOfTheProgramPrepares) {
  for (const auto* statement : Statement::all()) {
    if (statement->name().starts_with("sqlite_")) continue;  // a driver's own: begin, commit
    try {
      complete(context_, writer_->begin({}));
      Query q{statement, std::vector<Cell>(statement->parameters())};
      complete(context_, writer_->run(list(std::move(q))));
      complete(context_, writer_->rollback());
    } catch (const StatementFailed& failure) {
      const std::string state = failure.sqlstate();
      const bool prepared = state.starts_with("22") || state.starts_with("23") ||
                            state.starts_with("SQLITE_CONSTRAINT") || state.starts_with("SQLITE_MISMATCH");
      EXPECT_TRUE(prepared) << statement->name() << ": " << failure.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Drivers, DatabaseContract, testing::ValuesIn(all_drivers()), [](const auto& test) {
  return test.param.name;
});

}  // namespace
}  // namespace mms::contract
