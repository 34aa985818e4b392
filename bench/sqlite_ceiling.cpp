// What SQLite does without us: one command, one commit. On a file that the service migrated and bench_seed filled.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

class Store {
 public:
  explicit Store(const char* path) {
    if (sqlite3_open(path, &handle_) != SQLITE_OK) fail();
    // As the service sets it.
    script(
        "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000;"
        "pragma journal_size_limit = 67108864; pragma cache_size = -16000; pragma mmap_size = 268435456;");
    begin_ = prepared("begin immediate");
    update_ = prepared(
        "update missions set version = version + 1, updated_at = ?2, body = ?3 where id = ?1 returning version");
    insert_ = prepared(
        "insert into events (stream, stream_id, version, type, schema_version, data, caller, trace, occurred_at) "
        "values ('mission', ?1, ?2, 'mission.paused', 1, '{\"reason\":\"bench\"}', 'bench', 'trace', ?3)");
    commit_ = prepared("commit");
  }

  std::vector<std::string> ids() {
    std::vector<std::string> all;
    auto* statement = prepared("select id from missions limit 20000");
    while (sqlite3_step(statement) == SQLITE_ROW) {
      all.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
    }
    sqlite3_finalize(statement);
    return all;
  }

  void command(const std::string& id, const std::string& now, const std::string& body) {
    run(begin_);
    text(update_, 1, id);
    text(update_, 2, now);
    text(update_, 3, body);
    if (sqlite3_step(update_) != SQLITE_ROW) fail();
    const auto version = sqlite3_column_int64(update_, 0);
    run(update_);
    text(insert_, 1, id);
    sqlite3_bind_int64(insert_, 2, version);
    text(insert_, 3, now);
    run(insert_);
    run(commit_);
  }

 private:
  [[noreturn]] void fail() { throw std::runtime_error(sqlite3_errmsg(handle_)); }
  void script(const char* sql) {
    if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  sqlite3_stmt* prepared(const char* sql) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) != SQLITE_OK) fail();
    return made;
  }
  void text(sqlite3_stmt* statement, int place, const std::string& value) {
    sqlite3_bind_text(statement, place, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }
  void run(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) fail();
    sqlite3_reset(statement);
  }

  sqlite3* handle_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
};

void measure(const char* path, double seconds) {
  Store store(path);
  const auto ids = store.ids();
  if (ids.empty()) throw std::runtime_error("there are no missions");
  // About what a mission's document weighs.
  const std::string body = R"({"id":"00000000-0000-7000-8000-000000000000","fleet_id":"fleet-1","parameters":")" +
                           std::string(700, 'x') + R"("})";
  std::minstd_rand random(7);
  std::vector<double> times;
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (auto before = start; before < end;) {
    store.command(ids[random() % ids.size()], "2026-05-04T12:00:00.000000Z", body);
    const auto now = Clock::now();
    times.push_back(std::chrono::duration<double, std::micro>(now - before).count());
    before = now;
  }
  std::ranges::sort(times);
  fmt::print(R"({{"good":{},"per_second":{:.1f},"p50_us":{:.1f},"p99_us":{:.1f}}})"
             "\n",
             times.size(), static_cast<double>(times.size()) / seconds, times[times.size() / 2],
             times[times.size() * 99 / 100]);
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    fmt::print(stderr, "usage: sqlite_ceiling FILE SECONDS\n");
    return 2;
  }
  try {
    measure(words[1], std::stod(words[2]));
  } catch (const std::exception& e) {
    fmt::print(stderr, "sqlite_ceiling: {}\n", e.what());
    return 1;
  }
}
