// One read of the same bytes from PostgreSQL and from Redis, by the connections that the service has
// (bench/shared_reads.py).
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "database/postgres/postgres_database.hpp"
#include "outside/redis/connection.hpp"

namespace mms {
namespace {

using async::Clock;
using async::Task;
using database::Statement;

// As the service reads them.
const Statement find_mission("bench_mission",
                             "select fleet_id, version, deleted_at, body, vehicle_id, template_id from missions "
                             "where id = cast($1 as uuid)");
const Statement find_vehicle("bench_vehicle", "select body from vehicle_states where vehicle_id = $1");
const Statement missions("bench_missions", "select id, body from missions order by id limit 2000");
const Statement vehicles("bench_vehicles",
                         "select vehicle_id, body from vehicle_states order by vehicle_id limit 2000");

struct Names {
  std::vector<std::string> keys;
  std::size_t bytes = 0;
};

struct Count {
  std::vector<double> took_us;
  Clock::time_point until;
};

using Read = std::function<Task<std::size_t>(const std::string& key)>;

Task<void> read_on(const Read& read, const Names& names, int seed, Count& count) {
  std::minstd_rand random(static_cast<unsigned>(seed));
  while (Clock::now() < count.until) {
    const auto begin = Clock::now();
    if (co_await read(names.keys[random() % names.keys.size()]) == 0) throw std::runtime_error("nothing was read");
    count.took_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
}

double cpu_us() {
  return 1e6 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// A line of JSON: reads a second, this process's CPU for each, and how long one took.
class Bench {
 public:
  Bench(const std::string& url, redis::Place place, double seconds)
      : database_(url),
        reader_(database_.open_reader(context_)),
        redis_(context_, std::move(place), {}),
        seconds_(seconds) {}

  void run() {
    fill("mission", missions, missions_);
    fill("vehicle", vehicles, vehicles_);
    for (const int calls : {1, 64}) {
      for (const auto* names : {&missions_, &vehicles_}) {
        const bool is_mission = names == &missions_;
        const auto& statement = is_mission ? find_mission : find_vehicle;
        measure(is_mission, "postgres", calls, *names, [&](const std::string& key) -> Task<std::size_t> {
          co_return (co_await reader_->run_one(database::query(statement, key), Clock::now() + std::chrono::seconds(5)))
              .size();
        });
        const std::string prefix = is_mission ? "mission:" : "vehicle:";
        measure(is_mission, "redis", calls, *names, [&, prefix](const std::string& key) -> Task<std::size_t> {
          co_return (co_await redis_.ask({"GET", prefix + key})).text.size();
        });
      }
    }
  }

 private:
  template <class T>
  T finish(Task<T> task) {
    std::optional<T> out;
    std::exception_ptr thrown;
    boost::asio::co_spawn(context_.get_executor(), std::move(task), [&](std::exception_ptr e, T value) {
      thrown = e;
      out = std::move(value);
    });
    while (!out) context_.run_one();
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*out);
  }

  void fill(const std::string& kind, const Statement& statement, Names& names) {
    while (!redis_.up()) context_.run_one_for(std::chrono::milliseconds(50));
    const auto rows = finish(reader_->run_one(database::query(statement), Clock::now() + std::chrono::seconds(30)));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string key(rows[i].text(0));
      const std::string body(rows[i].text(1));
      finish(redis_.ask({"SET", kind + ':' + key, body}));
      names.keys.push_back(key);
      names.bytes += body.size();
    }
    if (names.keys.empty()) throw std::runtime_error("there is nothing to read");
  }

  void measure(bool is_mission, const char* from, int calls, const Names& names, const Read& read) {
    Count count{{}, Clock::now() + std::chrono::microseconds(static_cast<std::int64_t>(seconds_ * 1e6))};
    int running = calls;
    const auto before = cpu_us();
    for (int i = 0; i < calls; ++i) {
      boost::asio::co_spawn(context_.get_executor(), read_on(read, names, i + 1, count),
                            [&](std::exception_ptr thrown) {
                              --running;
                              if (thrown) std::rethrow_exception(thrown);
                            });
    }
    while (running > 0) context_.run_one();
    const auto cpu = cpu_us() - before;
    auto& took = count.took_us;
    std::ranges::sort(took);
    fmt::print(
        R"({{"what":"{}","from":"{}","calls":{},"bytes":{},"per_second":{:.0f},"cpu_us":{:.2f},"p50_us":{:.0f},"p99_us":{:.0f}}})"
        "\n",
        is_mission ? "mission" : "vehicle", from, calls, names.bytes / names.keys.size(),
        static_cast<double>(took.size()) / seconds_, cpu / static_cast<double>(took.size()), took[took.size() / 2],
        took[took.size() * 99 / 100]);
  }

  boost::asio::io_context context_{1};
  postgres::PostgresDatabase database_;
  std::unique_ptr<database::Reader> reader_;
  redis::Connection redis_;
  double seconds_;
  Names missions_;
  Names vehicles_;
};

}  // namespace
}  // namespace mms

int main(int count, char** words) {
  if (count != 4) {
    fmt::print(stderr, "usage: shared_reads_bench DATABASE_URL REDIS_ADDR SECONDS\n");
    return 2;
  }
  mms::Bench(words[1], mms::redis::place_of(words[2], {}), std::stod(words[3])).run();
}
