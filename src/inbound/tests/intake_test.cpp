// What is settled is stored or laid aside, whatever fails meanwhile.
#include "inbound/intake.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <filesystem>

#include "database/sqlite/sqlite_database.hpp"
#include "inbound/rules/telemetry.hpp"
#include "vehicles/vehicle_store.hpp"

namespace mms::inbound {
namespace {

using namespace std::chrono_literals;

Time wall_clock() {
  return std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now());
}

class CountedIds final : public vocabulary::IdSource {
 public:
  vocabulary::Uuid next(Time now) override { return vocabulary::make_uuid_v7(now, 0, ++count_); }

 private:
  std::uint64_t count_ = 0;
};

class ListSource final : public MessageSource {
 public:
  void open(std::function<void()>) override {}
  void close() override {}
  std::vector<Message> take(std::size_t most) override {
    std::vector<Message> taken;
    for (; !messages.empty() && taken.size() < most; messages.pop_front()) taken.push_back(messages.front());
    return taken;
  }
  void settle(const Place& place) override { settled.push_back(place.offset); }
  std::string trouble() const override { return {}; }
  std::int64_t lag() const override { return 0; }

  std::deque<Message> messages;
  std::vector<std::int64_t> settled;
};

class ListSink final : public relay::EventSink {
 public:
  void open(std::function<void()>) override {
    ++opened;
    under_way.clear();
  }
  void close() override {}
  bool publish(const relay::Message& message) override {
    under_way.push_back({message.sequence, true});
    bodies.emplace_back(message.body);
    return true;
  }
  std::vector<relay::Delivery> take_deliveries() override {
    if (holds_back) return {};
    auto all = std::exchange(under_way, {});
    if (!all.empty() && failures > 0) {
      --failures;
      all.front().arrived = false;
    }
    return all;
  }
  std::string trouble() const override { return {}; }

  bool holds_back = false;
  int failures = 0;
  int opened = 0;
  std::vector<relay::Delivery> under_way;
  std::vector<std::string> bodies;
};

// An intake over a store in memory that knows vehicles; what becomes of positions is the test's.
class Intakes : public ::testing::Test {
 protected:
  Intakes()
      : path_(std::filesystem::temp_directory_path() / fmt::format("intake_test_{}.db", ::getpid())),
        database_(path_.string(), wall_clock) {
    database_.migrate();
    lane_.emplace(database_, std::vector<lanes::MakePart>{vehicles::vehicle_part}, lanes::LaneSettings{});
    hooks_.now = wall_clock;
    hooks_.track = [this](std::vector<trips::VehiclePosition> all) -> async::Task<Tracked> {
      ++asked_;
      if (on_track_) on_track_(all);
      for (auto& one : all) tracked_.push_back(one.vehicle_id);
      co_return Tracked{.stored = all.size()};
    };
    hooks_.consumed = [](std::size_t) {};
    hooks_.stored = [this](std::size_t n, std::size_t) { stored_ += n; };
    hooks_.tracked = [](const Tracked&) {};
    hooks_.dead_lettered = [this](const Message& m, const Problem& p) {
      letters_.push_back(fmt::format("{} {}", m.place.offset, name_of(p.kind)));
    };
    hooks_.on_fault = [](const std::string&) {};
  }

  ~Intakes() override {
    lane_.reset();
    for (const auto* more : {"", "-wal", "-shm"}) std::filesystem::remove(path_.string() + more);
  }

  void send(std::string payload) {
    source_.messages.push_back({.place = {.topic = "telemetry", .partition = 0, .offset = next_++, .assignment = 1},
                                .sent_at = wall_clock(),
                                .key = {},
                                .payload = std::move(payload),
                                .headers = {}});
  }
  void send_position(const std::string& vehicle) {
    send(fmt::format(R"({{"vehicle_id":"{}","fleet_id":"north","position":{{"latitude":1,"longitude":1}}}})", vehicle));
  }

  // Runs until the condition holds, at most some seconds; then stops.
  void run_until(const std::function<bool()>& condition) {
    IntakeSettings settings;
    settings.topics.emplace("telemetry", telemetry_reader(nullptr));
    settings.dead_letters = "dead";
    settings.first_retry = settings.last_retry = 2ms;
    settings.letter_retry = 2ms;
    settings.last_words = 1ms;
    boost::asio::io_context context(1);
    Intake intake(source_, sink_, *lane_, ids_, std::move(settings), hooks_);
    bool ended = false;
    boost::asio::co_spawn(context, intake.run(), [&](const std::exception_ptr&) { ended = true; });
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < until) context.run_one_for(5ms);
    EXPECT_TRUE(condition());
    intake.stop();
    while (!ended) context.run_one_for(5ms);
  }

  std::filesystem::path path_;
  sqlite::SqliteDatabase database_;
  std::optional<lanes::Lane> lane_;
  CountedIds ids_;
  ListSource source_;
  ListSink sink_;
  IntakeHooks hooks_;
  std::function<void(const std::vector<trips::VehiclePosition>&)> on_track_;
  std::int64_t next_ = 10;
  int asked_ = 0;
  std::size_t stored_ = 0;
  std::vector<std::string> tracked_;
  std::vector<std::string> letters_;
};

TEST_F(Intakes, settle_nothing_while_the_store_is_away_and_lose_nothing) {
  on_track_ = [&](const auto&) {
    EXPECT_TRUE(source_.settled.empty());
    if (asked_ < 4) throw database::Unavailable("away");
  };
  send_position("a");
  send_position("b");
  run_until([&] { return source_.settled == std::vector<std::int64_t>{10, 11}; });
  EXPECT_EQ(tracked_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(stored_, 2u);
}

TEST_F(Intakes, find_the_one_report_that_the_store_refuses_and_lay_it_aside) {
  on_track_ = [&](const auto& all) {
    for (const auto& one : all) {
      if (one.vehicle_id == "c") throw database::StatementFailed("22000", "no");
    }
  };
  for (const auto* vehicle : {"a", "b", "c", "d", "e"}) send_position(vehicle);
  run_until([&] { return !source_.settled.empty() && source_.settled.back() == 14; });
  EXPECT_EQ(tracked_, (std::vector<std::string>{"a", "b", "d", "e"}));
  EXPECT_EQ(letters_, (std::vector<std::string>{"12 internal"}));
}

TEST_F(Intakes, go_on_behind_a_message_that_is_not_understood_and_settle_no_further_than_it) {
  sink_.holds_back = true;
  send_position("a");
  send("no json");
  send_position("b");
  run_until([&] { return tracked_.size() == 2 && !sink_.bodies.empty(); });
  EXPECT_EQ(source_.settled, (std::vector<std::int64_t>{10}));
  EXPECT_TRUE(letters_.empty());
}

TEST_F(Intakes, send_a_letter_again_until_it_arrives) {
  sink_.failures = 2;
  send("no json");
  send("nor this");
  run_until([&] { return letters_.size() == 2; });
  EXPECT_EQ(source_.settled.back(), 11);
  EXPECT_GE(sink_.opened, 3);
  std::ranges::sort(letters_);
  EXPECT_EQ(letters_, (std::vector<std::string>{"10 malformed_json", "11 malformed_json"}));
}

}  // namespace
}  // namespace mms::inbound
