// Traffic reports: sources beside each other, ends, contradictions, and what they do to routes.
#include "roads/traffic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <thread>
#include <tuple>

#include "made_network.hpp"
#include "roads/build_road_file.hpp"
#include "roads/geodesic.hpp"
#include "roads/live_metric.hpp"

namespace mms::roads::tests {
namespace {

using vocabulary::seconds;
using vocabulary::Time;

const Time noon = Time() + seconds(1'764'000'000);

class TrafficTest : public testing::Test {
 protected:
  TrafficTest()
      : network_(made_town(10, 10, 51)),
        graph_(*RoadGraph::open(*build_road_file(network_, order_by_coordinates(network_)))),
        traffic_(*graph_) {}
  static TrafficReport speed(DirectedEdge edge, double kmh, const char* source, double at_s = 0, double until_s = 60) {
    return {edge, kmh, false, source, noon + seconds(at_s), noon + seconds(until_s)};
  }
  static TrafficReport closed(DirectedEdge edge, const char* source, double at_s = 0, double until_s = 60) {
    return {edge, {}, true, source, noon + seconds(at_s), noon + seconds(until_s)};
  }
  std::vector<EdgeTraffic> report(const TrafficReport& r, double now_s = 0) {
    return traffic_.report({&r, 1}, noon + seconds(now_s));
  }

  RoadNetwork network_;
  std::shared_ptr<const RoadGraph> graph_;
  Traffic traffic_;
};

TEST_F(TrafficTest, later_reports_never_drop_those_of_other_edges_or_sources) {
  EXPECT_EQ(report(speed(3, 20, "a")).size(), 1U);
  EXPECT_EQ(report(speed(4, 30, "a", 1)).size(), 1U);
  EXPECT_EQ(*traffic_.by_edge()[3].speed_kmh, 20);
  EXPECT_EQ(report(speed(3, 25, "b", 2, 30)).size(), 1U);
  EXPECT_EQ(*traffic_.by_edge()[3].speed_kmh, 25);
  const auto back = traffic_.expire(noon + seconds(30));
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(*traffic_.by_edge()[3].speed_kmh, 20);
  EXPECT_EQ(traffic_.expire(noon + seconds(60)).size(), 2U);
  EXPECT_TRUE(traffic_.in_force().empty());
  EXPECT_FALSE(traffic_.next_expiry().has_value());
}

TEST_F(TrafficTest, a_closure_wins_over_speeds_until_it_ends_or_is_taken_back) {
  report(closed(7, "police", 0, 100));
  EXPECT_TRUE(report(speed(7, 50, "cars", 5)).empty());
  EXPECT_TRUE(traffic_.by_edge()[7].closed);
  EXPECT_EQ(report({7, {}, false, "police", noon + seconds(6), noon + seconds(90)}).size(), 1U);
  EXPECT_FALSE(traffic_.by_edge()[7].closed);
  EXPECT_EQ(*traffic_.by_edge()[7].speed_kmh, 50);
}

// Given: a way's report, then a shorter one of the same source on one of its edges. Then: the edge goes back to the
// way's.
TEST_F(TrafficTest, what_was_said_of_an_edge_gives_way_to_what_its_source_still_says_of_the_way) {
  auto way = speed(3, 20, "a", 0, 100), edge = speed(3, 10, "a", 1, 30);
  way.target = 1;
  edge.target = 2;
  report(way);
  report(edge, 1);
  EXPECT_EQ(*traffic_.by_edge()[3].speed_kmh, 10);
  ASSERT_EQ(traffic_.expire(noon + seconds(30)).size(), 1U);
  EXPECT_EQ(*traffic_.by_edge()[3].speed_kmh, 20);
  // Taken back for a while: the same.
  TrafficReport back{3, {}, false, "a", noon + seconds(40), noon + seconds(50)};
  back.target = 2;
  report(back, 40);
  EXPECT_FALSE(traffic_.by_edge()[3].speed_kmh.has_value());
  traffic_.expire(noon + seconds(50));
  EXPECT_EQ(*traffic_.by_edge()[3].speed_kmh, 20);
  EXPECT_EQ(traffic_.expire(noon + seconds(100)).size(), 1U);
  EXPECT_TRUE(traffic_.in_force().empty());
}

// What is in force depends on nothing but what was said and is not over: a service that starts anew comes to the same.
TEST_F(TrafficTest, what_is_in_force_is_that_of_one_who_hears_only_what_is_not_over) {
  Draw draw(53);
  std::vector<TrafficReport> said;
  for (int now = 0; now < 400; ++now) {
    const char* source = draw.chance(0.5) ? "a" : "b";
    auto r = draw.chance(0.3) ? closed(draw.below(5), source, now, now + 1 + draw.below(40))
                              : speed(draw.below(5), 1 + draw.below(90), source, now, now + 1 + draw.below(40));
    if (draw.chance(0.2)) r.closed = false, r.speed_kmh.reset();
    r.target = draw.below(3);
    r.observed = r.source == "b" && !r.closed;
    said.push_back(r);
    traffic_.expire(noon + seconds(now));
    report(r, now);
    // The table keeps the last word on each target.
    std::map<std::tuple<DirectedEdge, std::string, std::uint64_t>, TrafficReport> table;
    for (const auto& one : said) table[{one.edge, one.source, one.target}] = one;
    std::vector<TrafficReport> rows;
    for (const auto& [key, row] : table) rows.push_back(row);
    std::ranges::sort(rows, {}, &TrafficReport::reported_at);
    Traffic anew(*graph_);
    anew.report(rows, noon + seconds(now));
    for (DirectedEdge edge = 0; edge < 5; ++edge) {
      ASSERT_EQ(anew.by_edge()[edge].closed, traffic_.by_edge()[edge].closed) << now;
      ASSERT_EQ(anew.by_edge()[edge].speed_kmh, traffic_.by_edge()[edge].speed_kmh) << now;
    }
  }
}

TEST_F(TrafficTest, what_vehicles_observe_overrides_neither_a_closure_nor_anybodys_speed) {
  auto seen = speed(7, 15, "observed", 50, 200);
  seen.observed = true;
  report(seen, 50);
  EXPECT_EQ(*traffic_.by_edge()[7].speed_kmh, 15);
  report(speed(7, 60, "operator", 10, 100), 50);
  EXPECT_EQ(*traffic_.by_edge()[7].speed_kmh, 60);
  report(closed(7, "police", 10, 90), 50);
  EXPECT_TRUE(traffic_.by_edge()[7].closed);
  traffic_.expire(noon + seconds(100));
  EXPECT_EQ(*traffic_.by_edge()[7].speed_kmh, 15);
}

TEST_F(TrafficTest, late_stale_and_senseless_reports_change_nothing) {
  report(speed(7, 50, "cars", 10));
  EXPECT_TRUE(report(speed(7, 10, "cars", 5)).empty());
  EXPECT_TRUE(report(speed(8, 10, "cars", 0, 5), 6).empty());
  EXPECT_TRUE(report(speed(8, -1, "cars")).empty());
  EXPECT_TRUE(report(speed(8, std::nan(""), "cars")).empty());
  EXPECT_TRUE(report(speed(none, 10, "cars")).empty());
  EXPECT_EQ(traffic_.in_force().size(), 1U);
}

TEST_F(TrafficTest, the_metric_follows_and_returns) {
  const CostModel model(*graph_, usual_car(), only(Objective::time));
  LiveMetric live(model.metric());
  const auto before = live.current();
  Draw draw(52);
  std::vector<TrafficReport> reports;
  for (int i = 0; i < 40; ++i)
    reports.push_back(draw.chance(0.2) ? closed(draw.below(graph_->edges()), "a")
                                       : speed(draw.below(graph_->edges()), 7, "a"));
  const auto changed = traffic_.report(reports, noon);
  live.replace(with_changes(*graph_, *live.current(), model.changes(changed)));
  EXPECT_NE(live.current()->out_weight, before->out_weight);
  EXPECT_EQ(live.current()->out_weight, model.metric(traffic_.in_force()).out_weight);
  live.replace(with_changes(*graph_, *live.current(), model.changes(traffic_.expire(noon + seconds(1000)))));
  EXPECT_EQ(live.current()->out_weight, before->out_weight);
  EXPECT_EQ(live.current()->in_weight, before->in_weight);
}

// Given: closing and opening one road over and over, while others ask. Then: every answer is that of one of the two
// metrics.
TEST_F(TrafficTest, queries_run_on_while_the_metric_is_replaced) {
  const CostModel model(*graph_, usual_car(), only(Objective::time));
  const RoadPosition from{1, 0.5, {}, 0, true}, to{graph_->segments() / 2, 0.5, {}, 0, true};
  SearchSpace mine(*graph_);
  const Metric open = model.metric();
  const auto free_route = find_route(*graph_, open, from, to, mine);
  ASSERT_TRUE(free_route && free_route->edges.size() > 4);
  const EdgeTraffic slow{free_route->edges[2], 1.0, false}, free{free_route->edges[2], {}, false};
  const Metric slowed = with_changes(*graph_, open, model.changes({&slow, 1}));
  const Weight slow_weight = find_route(*graph_, slowed, from, to, mine)->weight;
  EXPECT_GT(slow_weight, free_route->weight);
  LiveMetric live(open);
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      SearchSpace space(*graph_);
      while (!done) {
        const auto route = find_route(*graph_, *live.current(), from, to, space);
        if (!route || (route->weight != slow_weight && route->weight != free_route->weight)) ++wrong;
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    const EdgeTraffic& traffic = i % 2 == 0 ? slow : free;
    live.replace(with_changes(*graph_, *live.current(), model.changes({&traffic, 1})));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(TrafficTest, ways_and_lines_name_edges) {
  const std::uint64_t way = graph_->segment(5).way_id;
  const auto edges = edges_of_way(*graph_, way, true);
  EXPECT_FALSE(edges.empty());
  for (const DirectedEdge edge : edges) EXPECT_EQ(graph_->segment(segment_of(edge)).way_id, way);
  EXPECT_TRUE(edges_of_way(*graph_, 123'456'789, false).empty());
  const CostModel model(*graph_, usual_car(), only(Objective::distance));
  const Metric distances = model.metric();
  std::uint32_t segment = 0;
  while ((graph_->segment(segment).flags & car_backward) == 0) ++segment;
  const auto shape = graph_->file().shape_of(segment);
  const std::vector<Coordinate> line{between(shape.back(), shape.front(), 0.2),
                                     between(shape.back(), shape.front(), 0.8)};
  EXPECT_EQ(edges_along(*graph_, model, distances, line), std::vector<DirectedEdge>{directed(segment, true)});
}

TEST(Geodesic, is_the_great_circle_times_the_detour_factor) {
  const Coordinate zurich = coordinate(47.3769, 8.5417), bern = coordinate(46.9480, 7.4474);
  const GeodesicLeg leg = geodesic_leg(zurich, bern);
  EXPECT_NEAR(leg.distance_m, 95'500 * 1.3, 1000);
  EXPECT_NEAR(leg.duration_s, leg.distance_m / (50 / 3.6), 1e-6);
  EXPECT_EQ(geodesic_matrix(std::vector{zurich, bern}, std::vector{zurich, bern})[0].distance_m, 0);
}

}  // namespace
}  // namespace mms::roads::tests
