// Traffic on live roads, and the workshop's bounds.
#include "routing/live_roads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>
#include <thread>

#include "routing/rules/route_answers.hpp"
#include "routing/tests/made_town.hpp"
#include "routing/workshop.hpp"

namespace mms::routing {
namespace {

using tests::corner;

constexpr Time kNow = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));

struct Street {
  LiveRoads roads{tests::made_town(), 2};
  RoutesView route(Time now = kNow) {
    RouteInput input;
    input.from = corner(2, 0);
    input.to = corner(2, 4);
    return find_routes(roads.graph(), [this](const Pricing& p) { return roads.priced(p); }, input, now).value();
  }
  std::vector<roads::TrafficReport> on_way(std::uint64_t way,
                                           std::string source,
                                           std::optional<double> speed_kmh,
                                           std::chrono::seconds holds,
                                           std::chrono::seconds at = {}) {
    std::vector<roads::TrafficReport> reports;
    for (const bool backward : {false, true}) {
      for (const auto edge : roads::edges_of_way(roads.graph(), way, backward)) {
        reports.push_back({edge, speed_kmh, !speed_kmh, source, kNow + at, kNow + at + holds});
      }
    }
    return reports;
  }
};

TEST(LiveRoads, A_closure_is_driven_around_and_its_end_opens_the_road) {
  Street street;
  const auto free = street.route().routes[0].duration_s;
  EXPECT_GT(street.roads.report(street.on_way(102, "a", {}, std::chrono::seconds(60)), kNow), 0U);
  const auto around = street.route().routes[0];
  EXPECT_GT(around.distance_m, 5 * 225);
  EXPECT_EQ(street.roads.traffic()->in_force, 8U);
  street.roads.report({}, kNow + std::chrono::seconds(61));
  EXPECT_NEAR(street.route().routes[0].duration_s, free, 0.1);
  EXPECT_EQ(street.roads.traffic()->in_force, 0U);
}

TEST(LiveRoads, A_later_report_elsewhere_drops_no_earlier_one) {
  Street street;
  street.route();
  street.roads.report(street.on_way(102, "a", 6, std::chrono::seconds(600)), kNow);
  const auto slow = street.route().routes[0].duration_s;
  for (int i = 0; i < 5; ++i) {
    street.roads.report(street.on_way(100, "a", 20 + i, std::chrono::seconds(600), std::chrono::seconds(i)), kNow);
  }
  EXPECT_NEAR(street.route().routes[0].duration_s, slow, 0.1);
  EXPECT_EQ(street.roads.traffic()->in_force, 16U);
}

TEST(LiveRoads, Metrics_made_before_and_after_a_report_agree) {
  Street before, after;
  before.route();
  before.roads.report(before.on_way(102, "a", 6, std::chrono::seconds(600)), kNow);
  after.roads.report(after.on_way(102, "a", 6, std::chrono::seconds(600)), kNow);
  EXPECT_EQ(before.route().routes[0].duration_s, after.route().routes[0].duration_s);
}

// Given: the fast row slow from 8 to 9 on Mondays. Then: who leaves before crosses the hour on the way, traffic goes
// before the profile, and what is over gives the profile back.
TEST(LiveRoads, Speeds_by_hour_hold_where_no_traffic_is_reported) {
  const Time monday = std::chrono::sys_days(std::chrono::year(2027) / 1 / 11);
  const auto at = [&](int minutes) { return monday + std::chrono::minutes(minutes); };
  Street street;
  const auto free = street.route(at(480)).routes[0].duration_s;
  EXPECT_EQ(street.route(at(480)).hourly_speeds, HourlySpeeds::none);
  roads::SpeedProfiles profiles(street.roads.graph().edges());
  roads::WeekOfSpeeds week;
  week.speed_dkmh[8] = 60;
  for (const bool backward : {false, true}) {
    for (const auto edge : roads::edges_of_way(street.roads.graph(), 102, backward)) profiles.set(edge, week);
  }
  street.roads.set_profiles(std::move(profiles));
  EXPECT_NEAR(street.route(at(420)).routes[0].duration_s, free, 0.1);
  const auto rush = street.route(at(481)).routes[0];
  EXPECT_EQ(street.route(at(481)).hourly_speeds, HourlySpeeds::exact);
  EXPECT_GT(rush.distance_m, 5 * 225);  // around the slow row
  EXPECT_GT(rush.duration_s, free + 10);
  EXPECT_NEAR(street.route(at(24 * 60 + 481)).routes[0].duration_s, free, 0.1);
  const auto into = street.route(at(480) - std::chrono::seconds(30)).routes[0];
  EXPECT_GT(into.duration_s, free + 1);
  EXPECT_LE(into.duration_s, rush.duration_s + 30);
  EXPECT_NEAR(into.duration_without_traffic_s, into.distance_m < 5 * 225 ? free : into.duration_without_traffic_s, 0.1);
  const Time now = at(481);
  std::vector<roads::TrafficReport> reports = street.on_way(102, "a", 55, std::chrono::hours(1));
  for (auto& report : reports) {
    report.reported_at = now;
    report.expires_at = now + std::chrono::minutes(5);
  }
  street.roads.report(reports, now);
  EXPECT_LT(street.route(now).routes[0].duration_s, free + 10);
  street.roads.report({}, now + std::chrono::minutes(6));
  EXPECT_NEAR(street.route(now).routes[0].duration_s, rush.duration_s, 0.1);
  street.roads.set_profiles({});
  EXPECT_NEAR(street.route(now).routes[0].duration_s, free, 0.1);
}

TEST(LiveRoads, A_matrix_has_the_speeds_of_the_departures_hour) {
  const Time monday = std::chrono::sys_days(std::chrono::year(2027) / 1 / 11);
  Street street;
  roads::SpeedProfiles profiles(street.roads.graph().edges());
  roads::WeekOfSpeeds week;
  week.utc_offset_s = 3600;
  week.speed_dkmh[8] = 60;
  profiles.set(roads::edges_of_way(street.roads.graph(), 102, false)[0], week);
  street.roads.set_profiles(std::move(profiles));
  MatrixInput input;
  for (const auto& place : {corner(2, 0), corner(2, 1), corner(2, 4)}) input.from.push_back(place);
  const auto ask = [&](Time departure) {
    input.departure = departure;
    return find_matrices(
               street.roads.graph(), [&](const Pricing& p) { return street.roads.priced(p); }, input, monday)
        .value();
  };
  const auto slow = ask(monday + std::chrono::minutes(7 * 60 + 30)), fast = ask(monday + std::chrono::hours(8));
  EXPECT_EQ(slow.hourly_speeds, HourlySpeeds::departure_hour);
  double more = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_GE(slow.matrices[0].rows.cells[i], fast.matrices[0].rows.cells[i]);
    more += slow.matrices[0].rows.cells[i] - fast.matrices[0].rows.cells[i];
  }
  EXPECT_GT(more, 10);
}

TEST(LiveRoads, Queries_run_on_while_traffic_changes_and_never_see_half_of_it) {
  Street street;
  const auto free = street.route().routes[0].duration_s;
  street.roads.report(street.on_way(102, "a", 12, std::chrono::seconds(600)), kNow);
  const auto slow = street.route().routes[0].duration_s;
  std::atomic<bool> stop{false};
  std::atomic<int> strange{0}, asked{0};
  std::vector<std::jthread> askers;
  for (int i = 0; i < 2; ++i) {
    askers.emplace_back([&] {
      while (!stop) {
        const auto found = street.route().routes[0].duration_s;
        ++asked;
        if (std::abs(found - free) > 0.1 && std::abs(found - slow) > 0.1) ++strange;
      }
    });
  }
  for (int i = 1; i < 200 || (asked < 50 && i < 100'000); ++i) {
    street.roads.report(
        street.on_way(102, "a", i % 2 == 0 ? 12 : 60, std::chrono::seconds(600), std::chrono::seconds(i)), kNow);
  }
  stop = true;
  askers.clear();
  EXPECT_EQ(strange, 0);
  EXPECT_GT(asked, 0);
}

TEST(Workshops, A_full_queue_refuses_at_once_and_a_late_turn_does_nothing) {
  boost::asio::io_context context(1);
  Workshop workshop(1, 1);
  std::promise<void> go_on;
  auto wait = go_on.get_future().share();
  std::atomic<int> begun{0};
  std::vector<vocabulary::ProblemKind> refused;
  int answered = 0;
  const auto ask = [&](async::Deadline deadline) {
    boost::asio::co_spawn(
        context,
        [](Workshop& w, async::Deadline d, std::shared_future<void> held,
           std::atomic<int>& count) -> async::Task<vocabulary::Result<int>> {
          co_return co_await w.run(d, [held, &count]() -> vocabulary::Result<int> {
            ++count;
            held.wait();
            return 7;
          });
        }(workshop, deadline, wait, begun),
        [&](const std::exception_ptr&, vocabulary::Result<int> answer) {
          if (answer) {
            ++answered;
          } else {
            refused.push_back(answer.error().kind);
          }
        });
  };
  const auto later = async::Clock::now() + std::chrono::seconds(30);
  ask(later);
  context.poll();
  while (begun == 0) std::this_thread::yield();
  ask(async::Clock::now());  // waits, and its turn will come too late
  ask(later);                // finds the queue full
  context.poll();
  ASSERT_EQ(refused, std::vector{vocabulary::ProblemKind::unavailable});
  go_on.set_value();
  workshop.stop();
  context.restart();
  context.run();
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(refused.back(), vocabulary::ProblemKind::request_timeout);
}

}  // namespace
}  // namespace mms::routing
