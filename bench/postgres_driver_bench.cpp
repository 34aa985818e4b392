// How fast the PostgreSQL driver is, beside pgbench on the same server in the same minute (bench/postgres_driver.sh).
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "database/postgres/postgres_database.hpp"

namespace mms::postgres {
namespace {

using database::query;
using database::Query;
using database::Statement;

constexpr int kRows = 20'000;

const Statement get("bench_get", "select id, version, status, body from bench_missions where id = cast($1 as bigint)");
const Statement load("bench_load",
                     Statement::Shape::many,
                     "select 1",
                     "select id, version, body from bench_missions where id = any(cast($1 as bigint[]))");
const Statement update("bench_update",
                       Statement::Shape::many,
                       "select 1",
                       "update bench_missions m set version = m.version + 1, status = v.status from (select cast(a as "
                       "bigint) as id, b as status from unnest(cast($1 as text[]), cast($2 as text[])) as t(a, b)) v "
                       "where m.id = v.id");
const Statement insert("bench_insert",
                       Statement::Shape::many,
                       "select 1",
                       "insert into bench_events (mission, data) select cast(a as bigint), cast(b as json) from "
                       "unnest(cast($1 as text[]), cast($2 as text[])) as t(a, b)");

struct Count {
  long done = 0;
  async::Clock::time_point until;
};

async::Task<void> read_on(database::Reader& reader, int seed, Count& count) {
  std::minstd_rand random(static_cast<unsigned>(seed));
  while (async::Clock::now() < count.until) {
    const auto rows = co_await reader.run_one(query(get, static_cast<int>(random() % kRows) + 1),
                                              count.until + std::chrono::seconds(10));
    count.done += static_cast<long>(rows.size());
  }
}

async::Task<void> write_on(database::Writer& writer, int batch, Count& count) {
  std::minstd_rand random(7);
  const std::string data = R"({"from":"pending","to":"running","by":"bench \"quoted\""})";
  while (async::Clock::now() < count.until) {
    Query loads{&load, {}};
    Query updates{&update, {}};
    Query inserts{&insert, {}};
    for (int i = 0; i < batch; ++i) {
      const int id = static_cast<int>(random() % kRows) + 1;
      loads.add(id);
      updates.add(id, i % 2 == 0 ? "running" : "paused");
      inserts.add(id, data);
    }
    std::vector<Query> first;
    first.push_back(std::move(loads));
    co_await writer.begin(std::move(first));
    std::vector<Query> second;
    second.push_back(std::move(updates));
    second.push_back(std::move(inserts));
    if (co_await writer.commit(std::move(second)) == database::Commit::committed) count.done += batch;
  }
}

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void report(const std::string& what, const Count& count, double seconds, double cpu) {
  fmt::print("{} {:.0f}/s, client CPU {:.2f} us each\n", what, static_cast<double>(count.done) / seconds,
             1e6 * cpu / static_cast<double>(std::max(count.done, 1L)));
}

void reads(PostgresDatabase& database, int connections, int calls, int seconds) {
  boost::asio::io_context context{1};
  std::vector<std::unique_ptr<database::Reader>> readers;
  for (int i = 0; i < connections; ++i) readers.push_back(database.open_reader(context));
  Count count{0, async::Clock::now() + std::chrono::seconds(seconds)};
  for (int i = 0; i < calls; ++i) {
    auto& reader = *readers[static_cast<std::size_t>(i % connections)];
    boost::asio::co_spawn(context.get_executor(), read_on(reader, i + 1, count), boost::asio::detached);
  }
  const auto before = cpu_seconds();
  context.run_until(count.until + std::chrono::milliseconds(100));
  report(fmt::format("reads, {} connections, {} calls:", connections, calls), count, seconds, cpu_seconds() - before);
  readers.clear();
  context.run_for(std::chrono::milliseconds(100));
}

void writes(PostgresDatabase& database, int batch, int seconds) {
  boost::asio::io_context context{1};
  auto writer = database.open_writer(context);
  Count count{0, async::Clock::now() + std::chrono::seconds(seconds)};
  boost::asio::co_spawn(context.get_executor(), write_on(*writer, batch, count), boost::asio::detached);
  const auto before = cpu_seconds();
  context.run_until(count.until + std::chrono::milliseconds(300));
  report(fmt::format("commands in batches of {}:", batch), count, seconds, cpu_seconds() - before);
  writer.reset();
  context.run_for(std::chrono::milliseconds(100));
}

}  // namespace
}  // namespace mms::postgres

int main(int count, char** words) {
  if (count != 5) {
    fmt::print(stderr, "usage: postgres_driver_bench URL reads|writes CONNECTIONS:CALLS|BATCH SECONDS\n");
    return 2;
  }
  mms::postgres::PostgresDatabase database(words[1]);
  const std::string size = words[3];
  if (std::string(words[2]) == "reads") {
    const auto colon = size.find(':');
    mms::postgres::reads(database, std::stoi(size.substr(0, colon)), std::stoi(size.substr(colon + 1)),
                         std::atoi(words[4]));
  } else {
    mms::postgres::writes(database, std::stoi(size), std::atoi(words[4]));
  }
}
