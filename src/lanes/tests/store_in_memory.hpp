// For tests of the lane: a store in memory that fails on command, and commands that count.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "database/database.hpp"
#include "lanes/lane.hpp"

namespace mms::lanes::testing {

using database::Commit;
using database::Query;
using database::Rows;

inline const database::Statement load_counters("lane_test_load",
                                               database::Statement::Shape::many,
                                               "select $1",
                                               "select $1");
inline const database::Statement write_counters("lane_test_write",
                                                database::Statement::Shape::many,
                                                "select $1, $2",
                                                "select $1, $2");

// What is committed, and what goes wrong next. Threads: any, under the mutex.
struct Store {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::int64_t> counters;
  std::map<std::string, std::vector<database::Cell>> answers;
  std::int64_t events = 0;
  // The ends of the next commits; what is not said is committed.
  std::deque<Commit> ends;
  bool apply_unknown = false;      // a commit that ends unknown has happened
  int away = 0;                    // so many openings fail
  std::set<std::string> poisoned;  // the engine refuses to write these
  bool closed = false;             // openings wait
  int opened = 0;
  std::vector<std::size_t> batches;  // commands written, by commit

  void close() {
    const std::lock_guard lock(mutex);
    closed = true;
  }
  void open() {
    const std::lock_guard lock(mutex);
    closed = false;
    changed.notify_all();
  }
  void wait_until_opened(int times) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return opened >= times; });
  }
};

inline std::string text_of(const database::Cell& cell) {
  return std::get<std::string>(cell);
}

class WriterInMemory final : public database::Writer {
 public:
  explicit WriterInMemory(Store& store) : store_(store) {}

  async::Task<Opening> begin(std::vector<Query> loads) override {
    std::unique_lock lock(store_.mutex);
    ++store_.opened;
    store_.changed.notify_all();
    store_.changed.wait(lock, [&] { return !store_.closed; });
    if (store_.away > 0) {
      --store_.away;
      throw database::Unavailable("away");
    }
    Opening opening{vocabulary::Time(std::chrono::seconds(1'790'000'000)), {}};
    for (const auto& query : loads) opening.rows.push_back(load(query));
    co_return opening;
  }
  async::Task<std::vector<Rows>> run(std::vector<Query> queries) override {
    const std::lock_guard lock(store_.mutex);
    std::vector<Rows> rows;
    for (const auto& query : queries) rows.push_back(load(query));
    co_return rows;
  }
  async::Task<Commit> commit(std::vector<Query> writes) override {
    const std::lock_guard lock(store_.mutex);
    for (const auto& query : writes) {
      if (query.statement != &write_counters) continue;
      for (std::size_t i = 0; i < query.cells.size(); i += 2) {
        if (store_.poisoned.contains(text_of(query.cells[i]))) throw database::StatementFailed("23514", "poisoned");
      }
    }
    auto end = Commit::committed;
    if (!store_.ends.empty()) {
      end = store_.ends.front();
      store_.ends.pop_front();
    }
    if (end == Commit::committed || (end == Commit::unknown && store_.apply_unknown)) apply(writes);
    co_return end;
  }
  async::Task<void> rollback() override { co_return; }

 private:
  Rows load(const Query& query) const {
    Rows rows;
    if (query.statement == &load_counters) {
      rows.set_columns(2);
      for (const auto& cell : query.cells) {
        const auto found = store_.counters.find(text_of(cell));
        if (found == store_.counters.end()) continue;
        rows.add(found->first);
        rows.add(std::to_string(found->second));
      }
    } else if (query.statement->name() == "find_answers") {
      rows.set_columns(7);
      for (const auto& cell : query.cells) {
        const auto found = store_.answers.find(text_of(cell));
        if (found == store_.answers.end()) continue;
        for (const auto& kept : found->second) {
          if (const auto* number = std::get_if<std::int64_t>(&kept)) {
            rows.add(std::to_string(*number));
          } else {
            rows.add(text_of(kept));
          }
        }
      }
    }
    return rows;
  }
  void apply(const std::vector<Query>& writes) {
    std::size_t rows = 0;
    for (const auto& query : writes) {
      const auto name = query.statement->name();
      if (query.statement == &write_counters) {
        for (std::size_t i = 0; i < query.cells.size(); i += 2) {
          store_.counters[text_of(query.cells[i])] = std::get<std::int64_t>(query.cells[i + 1]);
        }
      } else if (name == "append_events") {
        rows = query.rows();
        store_.events += static_cast<std::int64_t>(rows);
      } else if (name == "keep_answers") {
        for (std::size_t i = 0; i < query.cells.size(); i += 7) {
          const auto first = query.cells.begin() + static_cast<std::ptrdiff_t>(i);
          store_.answers[text_of(*first)] = std::vector<database::Cell>(first, first + 7);
        }
      }
    }
    store_.batches.push_back(rows);
  }

  Store& store_;
};

class DatabaseInMemory final : public database::Database {
 public:
  explicit DatabaseInMemory(Store& store) : store_(store) {}
  database::Dialect dialect() const override { return database::Dialect::sqlite; }
  std::unique_ptr<database::Reader> open_reader(boost::asio::io_context&) override { return nullptr; }
  std::unique_ptr<database::Writer> open_writer(boost::asio::io_context&) override {
    return std::make_unique<WriterInMemory>(store_);
  }
  std::unique_ptr<database::Appender> open_appender(boost::asio::io_context&) override { return nullptr; }
  int migrate() override { return 0; }
  int schema_version() override { return 0; }

 private:
  Store& store_;
};

// The working set of counters.
struct Counters {
  std::map<std::string, std::int64_t> values;
  std::set<std::string> needed;
  std::set<std::string> known;
  std::set<std::string> changed;
  void need(const std::string& key) {
    if (known.insert(key).second) needed.insert(key);
  }
};

class CounterPart final : public Part {
 public:
  explicit CounterPart(Counters& set) : set_(set) {}
  std::vector<Query> loads() override {
    if (set_.needed.empty()) return {};
    std::vector<Query> queries{Query{&load_counters, {}}};
    for (const auto& key : std::exchange(set_.needed, {})) queries[0].add(key);
    return queries;
  }
  void take(std::span<const Rows> answers) override {
    for (std::size_t i = 0; i < answers[0].size(); ++i) {
      const auto row = answers[0][i];
      set_.values.emplace(std::string(row.text(0)), row.integer(1));
    }
  }
  std::vector<Query> writes() override {
    if (set_.changed.empty()) return {};
    std::vector<Query> queries{Query{&write_counters, {}}};
    for (const auto& key : set_.changed) queries[0].add(key, set_.values[key]);
    return queries;
  }

 private:
  Counters& set_;
};

inline std::unique_ptr<Part> counter_part(WorkingSet& set) {
  return std::make_unique<CounterPart>(set.emplace<Counters>());
}

// Adds one, or refuses, or breaks.
class Add final : public Command {
 public:
  enum class Mood { good, refuses, breaks, follows };
  explicit Add(std::string key, Mood mood = Mood::good) : key_(std::move(key)), mood_(mood) {}
  std::string_view name() const override { return "add"; }
  void need(WorkingSet& set) const override { set.of<Counters>().need(key_); }
  vocabulary::Result<void> authorise(WorkingSet&, const vocabulary::Caller& caller) const override {
    if (caller.id == "stranger") return vocabulary::refuse(vocabulary::ProblemKind::forbidden, "no");
    return {};
  }
  vocabulary::Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    if (mood_ == Mood::refuses) return vocabulary::refuse(vocabulary::ProblemKind::wrong_state, "not now");
    auto& counters = set.of<Counters>();
    const auto value = ++counters.values[key_];
    counters.changed.insert(key_);
    journal.record({"counter", {}, "north", value - 1, journal.now}, "counter.added", "{}");
    if (mood_ == Mood::breaks) throw std::logic_error("broken rule");
    if (mood_ == Mood::follows) journal.follow_ups.push_back(std::make_unique<Add>(key_ + " follower"));
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto value = set.of<Counters>().values[key_];
    return {.status = 200, .body = std::to_string(value), .location = {}, .version = value};
  }

 private:
  std::string key_;
  Mood mood_;
};

inline Submission add(std::string key, Add::Mood mood = Add::Mood::good) {
  Submission submission;
  submission.command = std::make_unique<Add>(std::move(key), mood);
  submission.caller.id = "operator";
  submission.deadline = async::Clock::now() + std::chrono::minutes(1);
  return submission;
}

inline Submission add_with_key(std::string key, std::string identity, std::string hash = "body") {
  auto submission = add(std::move(key));
  submission.idempotency = IdempotencyKey{std::move(identity), std::move(hash)};
  return submission;
}

template <class... Submissions>
std::vector<Submission> batch(Submissions&&... submissions) {
  std::vector<Submission> all;
  (all.push_back(std::forward<Submissions>(submissions)), ...);
  return all;
}

}  // namespace mms::lanes::testing
