// The table of traffic, on both stores: one row for each source and target, the newest; nothing is passed over.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "database/postgres/postgres_database.hpp"
#include "database/postgres/tests/fresh_database.hpp"
#include "database/sqlite/sqlite_database.hpp"
#include "routing/profile_store.hpp"
#include "routing/traffic_store.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::routing {
namespace {

using database::Query;
using database::Rows;
using vocabulary::json::from_stored;

constexpr Time kNow = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));

template <class T>
T complete(boost::asio::io_context& context, async::Task<T> task) {
  std::optional<T> value;
  std::exception_ptr failed;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T answer) {
    failed = std::move(error);
    value = std::move(answer);
    context.stop();
  });
  context.restart();
  context.run();
  if (failed) std::rethrow_exception(failed);
  return std::move(*value);
}

class TrafficTable : public testing::TestWithParam<bool> {
 protected:
  TrafficTable() {
    if (GetParam()) {
      place.emplace();
      base = std::make_unique<postgres::PostgresDatabase>(place->url());
    } else {
      base = std::make_unique<sqlite::SqliteDatabase>(file.string(), [] { return kNow; });
    }
    base->migrate();
    reader = base->open_reader(context);
    appender = base->open_appender(context);
  }
  ~TrafficTable() override {
    reader.reset();
    appender.reset();
    base.reset();
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  }
  std::size_t put(const std::vector<TrafficView>& views) {
    return complete(context, appender->append(put_traffic(views))).back().size();
  }
  std::vector<StoredView> ask(Query query) {
    return stored_from(
        complete(context, reader->run_one(std::move(query), async::Clock::now() + std::chrono::seconds(10))));
  }
  static TrafficView on_way(std::int64_t way, double speed_kmh, std::chrono::seconds at) {
    TrafficView view{.source = "a", .way_id = way, .direction = WayDirection::forward};
    view.speed_kmh = speed_kmh;
    view.reported_at = kNow + at;
    view.expires_at = kNow + at + std::chrono::hours(1);
    view.reported_by = "me";
    return view;
  }

  std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("mms-traffic-" + std::to_string(::getpid()) + ".db");
  std::optional<postgres::FreshDatabase> place;
  boost::asio::io_context context{1};
  std::unique_ptr<database::Database> base;
  std::unique_ptr<database::Reader> reader;
  std::unique_ptr<database::Appender> appender;
};

TEST_P(TrafficTable, A_sources_later_word_takes_the_earlier_ones_place_and_an_outdated_one_is_dropped) {
  EXPECT_EQ(put({on_way(1, 10, std::chrono::seconds(0)), on_way(2, 20, std::chrono::seconds(0))}), 2U);
  EXPECT_EQ(put({on_way(1, 30, std::chrono::seconds(5))}), 1U);
  EXPECT_EQ(put({on_way(1, 40, std::chrono::seconds(3))}), 0U);
  const auto rows = ask(traffic_after(0, 100));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(from_stored<TrafficView>(rows[0].body).speed_kmh, 20);
  EXPECT_EQ(from_stored<TrafficView>(rows[1].body).speed_kmh, 30);
}

TEST_P(TrafficTable, Repeating_a_report_leaves_one_row_and_every_new_row_has_a_higher_sequence) {
  std::int64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(put({on_way(1, 10, std::chrono::seconds(0))}), 1U);
    const auto rows = ask(traffic_after(last, 100));
    ASSERT_EQ(rows.size(), 1U);
    last = rows[0].sequence;
  }
  EXPECT_EQ(ask(traffic_after(0, 100)).size(), 1U);
}

TEST_P(TrafficTable, What_is_over_or_taken_back_is_not_in_force_and_the_old_is_forgotten) {
  auto cleared = on_way(3, 1, std::chrono::seconds(0));
  cleared.kind = TrafficKind::cleared;
  put({on_way(1, 10, std::chrono::seconds(0)), on_way(2, 10, std::chrono::seconds(100)), cleared});
  EXPECT_EQ(ask(traffic_in_force(0, kNow, 100)).size(), 2U);
  EXPECT_EQ(ask(traffic_in_force(0, kNow + std::chrono::seconds(3650), 100)).size(), 1U);
  EXPECT_EQ(ask(traffic_in_force(0, kNow, 1)).size(), 1U);
  std::vector<Query> queries;
  queries.push_back(forget_traffic(kNow + std::chrono::seconds(3650)));
  complete(context, appender->append(std::move(queries)));
  EXPECT_EQ(ask(traffic_after(0, 100)).size(), 1U);
}

TEST_P(TrafficTable, Profiles_take_each_others_place_and_every_change_gives_another_mark) {
  const auto on = [](std::string source, std::int64_t way) {
    return ProfileView{.source = std::move(source), .way_id = way, .direction = WayDirection::forward};
  };
  const auto mark = [&] {
    return profiles_mark_from(
        complete(context, reader->run_one(profiles_mark(), async::Clock::now() + std::chrono::seconds(10))));
  };
  const auto change = [&](std::vector<Query> queries) {
    return complete(context, appender->append(std::move(queries)));
  };
  std::vector<ProfilesMark> marks{mark()};
  const auto expect_another = [&] {
    EXPECT_EQ(std::ranges::find(marks, mark()), marks.end());
    marks.push_back(mark());
  };
  change(put_profiles({on("a", 1), on("a", 2), on("b", 1)}));
  expect_another();
  change(put_profiles({on("a", 1)}));
  expect_another();
  const auto rows = ask(profiles_after(0, 100, std::nullopt));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(from_stored<ProfileView>(rows[2].body).way_id, 1);
  EXPECT_EQ(ask(profiles_after(0, 100, "a")).size(), 2U);
  EXPECT_EQ(ask(profiles_after(rows[0].sequence, 1, std::nullopt)).size(), 1U);
  EXPECT_EQ(change(drop_profiles("a", std::vector<std::string>{target_of(on("a", 1)), "way 9 forward"})).back().size(),
            1U);
  expect_another();  // the highest went
  change(put_profiles({on("a", 1)}));
  expect_another();
  EXPECT_EQ(change(drop_profiles("a", std::nullopt)).back().size(), 2U);
  expect_another();
  EXPECT_EQ(change(drop_profiles("nobody", std::nullopt)).back().size(), 0U);
  EXPECT_EQ(mark(), marks.back());
}

INSTANTIATE_TEST_SUITE_P(Stores, TrafficTable, testing::Values(false, true), [](const auto& info) {
  return info.param ? "postgres" : "sqlite";
});

}  // namespace
}  // namespace mms::routing
