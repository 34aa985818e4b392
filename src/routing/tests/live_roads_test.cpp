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
