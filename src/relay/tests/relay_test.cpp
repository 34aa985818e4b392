// The relay's laws, on a real SQLite file and a broker made of a map: nothing lost, order per stream, one at a time.
#include "relay/relay.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "database/event_log.hpp"
#include "database/sqlite/sqlite_database.hpp"

namespace mms::relay {
namespace {

using namespace std::chrono_literals;

vocabulary::Time wall_clock() {
  return std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now());
}

// What arrived, for each key in its order; shared by the sinks of several replicas.
struct Broker {
  std::map<std::string, std::vector<std::int64_t>> arrived;
  bool away = false;

  std::set<std::int64_t> all() const {
    std::set<std::int64_t> sequences;
    for (const auto& [key, list] : arrived) sequences.insert(list.begin(), list.end());
    return sequences;
  }
};

// Delivers later, one key's messages in their order, keys in any; now and then one fails for good.
class SinkInMemory final : public EventSink {
 public:
  SinkInMemory(boost::asio::io_context& context, Broker& broker, unsigned seed, double failing)
      : context_(context), broker_(broker), random_(seed), failing_(failing) {}

  void open(std::function<void()> wake) override {
    ++opened;
    wake_ = std::move(wake);
    failed_.clear();
    waiting_.clear();
    deliveries_.clear();
  }
  void close() override {
    wake_ = nullptr;
    waiting_.clear();
    deliveries_.clear();
  }
  bool publish(const Message& message) override {
    if (waiting_.size() >= 50) return false;
    waiting_.push_back({message.sequence, std::string(message.key)});
    boost::asio::post(context_, [this] { deliver_some(); });
    return true;
  }
  std::vector<Delivery> take_deliveries() override { return std::exchange(deliveries_, {}); }
  std::string trouble() const override { return broker_.away ? "away" : ""; }

  void deliver_some() {
    if (!wake_ || waiting_.empty() || broker_.away) return;
    const auto key = waiting_[random_() % waiting_.size()].key;
    const auto at = std::ranges::find(waiting_, key, &Waiting::key);
    const bool arrived = !failed_.contains(key) && std::uniform_real_distribution<>()(random_) >= failing_;
    if (arrived) broker_.arrived[key].push_back(at->sequence);
    // Behind a message that was lost the broker takes no other of its key: the producer is idempotent.
    if (!arrived) failed_.insert(key);
    deliveries_.push_back({at->sequence, arrived});
    waiting_.erase(at);
    wake_();
    if (!waiting_.empty()) boost::asio::post(context_, [this] { deliver_some(); });
  }

  int opened = 0;

 private:
  struct Waiting {
    std::int64_t sequence;
    std::string key;
  };
  boost::asio::io_context& context_;
  Broker& broker_;
  std::mt19937 random_;
  double failing_;
  std::function<void()> wake_;
  std::vector<Waiting> waiting_;
  std::vector<Delivery> deliveries_;
  std::set<std::string> failed_;
};

// One replica: dies when it is destroyed, without a word.
struct Replica {
  Replica(database::Database& database, Broker& broker, std::string name, double failing = 0)
      : sink(context, broker, static_cast<unsigned>(name.size()), failing),
        relay(database,
              context,
              sink,
              bell,
              settings(std::move(name)),
              {.published = [](std::size_t) {},
               .failed = [this](std::size_t n) { failures += n; },
               .on_fault = [](const std::string&) {},
               .now = wall_clock}) {
    boost::asio::co_spawn(context, relay.run(), [this](std::exception_ptr) { ended = true; });
  }
  static RelaySettings settings(std::string name) {
    RelaySettings s;
    s.holder = std::move(name);
    s.lease = 400ms;
    s.look_every = 2ms;
    s.advance_every = 5ms;
    s.retry_after = 5ms;
    s.last_words = 500ms;
    s.page = 20;
    s.window = 60;
    return s;
  }
  void turn() { context.run_for(5ms); }

  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<async::Executor> work{context.get_executor()};
  CommitBell bell;
  SinkInMemory sink;
  Relay relay;
  std::size_t failures = 0;
  bool ended = false;
};

class RelayLaws : public ::testing::Test {
 protected:
  RelayLaws() : folder_(std::filesystem::temp_directory_path() / ("relay_test_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    database_ = std::make_unique<sqlite::SqliteDatabase>((folder_ / "test.db").string(), wall_clock);
    database_->migrate();
    appender_ = database_->open_appender(context_);
    reader_ = database_->open_reader(context_);
  }
  ~RelayLaws() override { std::filesystem::remove_all(folder_); }

  // `count` events over seven streams.
  void commit(int count) {
    std::vector<vocabulary::Event> events;
    for (int i = 0; i < count; ++i, ++made_) {
      vocabulary::Event e;
      e.stream = made_ % 7 == 3 ? "trip" : "mission";
      e.stream_id = vocabulary::make_uuid_v7({}, static_cast<std::uint64_t>(made_ % 7), 1);
      e.version = made_ / 7 + 1;
      e.type = "mission.started";
      e.data = "{}";
      e.occurred_at = wall_clock();
      events.push_back(std::move(e));
    }
    std::vector<database::Query> queries;
    queries.push_back(database::append_events(events));
    wait(appender_->append(std::move(queries)));
  }
  std::int64_t cursor() {
    return wait(reader_->run_one(cursor_and_head("kafka"), async::Clock::now() + 1s))[0].integer(0);
  }

  template <class T>
  T wait(async::Task<T> task) {
    std::optional<T> answer;
    boost::asio::co_spawn(context_, std::move(task), [&](std::exception_ptr, T value) { answer = std::move(value); });
    context_.restart();
    context_.run();
    return std::move(*answer);
  }
  template <class F>
  bool eventually(std::initializer_list<Replica*> replicas, F condition) {
    for (const auto end = async::Clock::now() + 10s; async::Clock::now() < end;) {
      for (auto* replica : replicas) replica->turn();
      if (condition()) return true;
    }
    return false;
  }
  // Without the repeats each key has all of its events, in their order.
  void expect_all_in_order() const {
    EXPECT_EQ(broker_.all().size(), static_cast<std::size_t>(made_));
    for (const auto& [key, arrived] : broker_.arrived) {
      std::int64_t last = 0;
      std::set<std::int64_t> seen;
      for (const auto sequence : arrived) {
        if (!seen.insert(sequence).second) continue;
        EXPECT_GT(sequence, last) << key;
        last = sequence;
      }
    }
  }

  std::filesystem::path folder_;
  boost::asio::io_context context_{1};
  std::unique_ptr<sqlite::SqliteDatabase> database_;
  std::unique_ptr<database::Appender> appender_;
  std::unique_ptr<database::Reader> reader_;
  Broker broker_;
  int made_ = 0;
};

TEST_F(RelayLaws, everything_arrives_once_in_order_and_the_cursor_follows) {
  Replica one(*database_, broker_, "one");
  commit(150);
  ASSERT_TRUE(eventually({&one}, [&] { return broker_.all().size() == 150; }));
  commit(3);
  ASSERT_TRUE(eventually({&one}, [&] { return broker_.all().size() == 153 && cursor() == 153; }));
  expect_all_in_order();
  std::size_t messages = 0;
  for (const auto& [key, arrived] : broker_.arrived) messages += arrived.size();
  EXPECT_EQ(messages, 153u);
  EXPECT_EQ(one.relay.state().lag(), 0);
}

TEST_F(RelayLaws, messages_that_fail_are_sent_again_and_none_passes_them) {
  Replica one(*database_, broker_, "one", 0.02);
  for (int i = 0; i < 10; ++i) {
    commit(40);
    for (int turn = 0; turn < 3; ++turn) one.turn();
    for (std::int64_t sequence = 1; sequence <= cursor(); ++sequence) ASSERT_TRUE(broker_.all().contains(sequence));
  }
  ASSERT_TRUE(eventually({&one}, [&] { return cursor() == made_; }));
  EXPECT_GT(one.failures, 0u);
  EXPECT_GT(one.sink.opened, 1);
  expect_all_in_order();
}

TEST_F(RelayLaws, one_that_dies_is_followed_by_another_that_loses_nothing) {
  auto one = std::make_unique<Replica>(*database_, broker_, "one");
  ASSERT_TRUE(eventually({one.get()}, [&] { return one->relay.state().holds(); }));
  Replica two(*database_, broker_, "other");
  commit(300);
  ASSERT_TRUE(eventually({one.get(), &two}, [&] { return broker_.all().size() > 60; }));
  EXPECT_FALSE(two.relay.state().holds());
  EXPECT_EQ(two.sink.opened, 0);
  one.reset();  // with messages under way
  const auto died = async::Clock::now();
  commit(20);
  ASSERT_TRUE(eventually({&two}, [&] { return two.relay.state().holds(); }));
  EXPECT_LT(async::Clock::now() - died, 2s);
  ASSERT_TRUE(eventually({&two}, [&] { return cursor() == made_; }));
  expect_all_in_order();
}

TEST_F(RelayLaws, a_lease_taken_before_the_clock_was_set_back_holds_nobody_up) {
  const auto claims = [&](const std::string& holder, vocabulary::Time now) {
    std::vector<database::Query> queries;
    queries.push_back(claim_lease({.sink = "kafka", .holder = holder, .length = 3s, .now = now}));
    const auto rows = wait(appender_->append(std::move(queries)));
    return cursor_from(rows[0]).has_value();
  };
  const auto now = wall_clock();
  EXPECT_TRUE(claims("one", now));
  EXPECT_FALSE(claims("other", now + 2s));
  EXPECT_FALSE(claims("other", now));
  EXPECT_TRUE(claims("other", now - 1h));
  EXPECT_FALSE(claims("one", now - 1h));
}

TEST_F(RelayLaws, one_that_stops_publishes_what_is_left_and_gives_the_lease_back) {
  Replica one(*database_, broker_, "one");
  ASSERT_TRUE(eventually({&one}, [&] { return one.relay.state().holds(); }));
  commit(100);
  one.relay.stop();
  ASSERT_TRUE(eventually({&one}, [&] { return one.ended; }));
  EXPECT_EQ(cursor(), 100);
  const auto stopped = async::Clock::now();
  Replica two(*database_, broker_, "other");
  ASSERT_TRUE(eventually({&two}, [&] { return two.relay.state().holds(); }));
  EXPECT_LT(async::Clock::now() - stopped, 300ms);
}

TEST_F(RelayLaws, a_broker_that_is_away_is_said_and_waited_for) {
  Replica one(*database_, broker_, "one");
  ASSERT_TRUE(eventually({&one}, [&] { return one.relay.state().holds(); }));
  broker_.away = true;
  commit(500);
  ASSERT_TRUE(eventually({&one}, [&] { return !one.relay.state().trouble().words.empty(); }));
  ASSERT_TRUE(eventually({&one}, [&] { return one.relay.state().lag() == 500; }));
  EXPECT_EQ(cursor(), 0);
  broker_.away = false;
  one.sink.deliver_some();
  ASSERT_TRUE(eventually({&one}, [&] { return cursor() == 500; }));
  ASSERT_TRUE(eventually({&one}, [&] { return one.relay.state().trouble().words.empty(); }));
  expect_all_in_order();
}

}  // namespace
}  // namespace mms::relay
