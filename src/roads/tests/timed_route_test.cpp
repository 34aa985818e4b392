// Routes under speeds by hour equal an independent time-dependent Dijkstra, which knows no bounds.
#include "roads/timed_route.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <queue>

#include "made_network.hpp"
#include "roads/build_road_file.hpp"

namespace mms::roads::tests {
namespace {

constexpr WeekClock hour_ms = 3'600'000;

SpeedProfiles random_profiles(const RoadGraph& graph, Draw& draw, bool whole_hours) {
  SpeedProfiles profiles(graph.edges());
  for (DirectedEdge edge = 0; edge < graph.edges(); ++edge) {
    if (draw.chance(0.3)) continue;
    WeekOfSpeeds week;
    week.utc_offset_s = (static_cast<std::int32_t>(draw.below(5)) - 2) * (whole_hours ? 3600 : 1800);
    for (auto& speed : week.speed_dkmh) {
      if (draw.chance(0.9))
        speed = static_cast<std::uint16_t>(draw.chance(0.5) ? 10 + draw.below(30) : 300 + draw.below(600));
    }
    profiles.set(edge, week);
  }
  return profiles;
}

// Seconds to drive so many metres, hour by hour.
double reference_drive_s(const WeekOfSpeeds* week, double metres, double usual_kmh, bool truck, WeekClock at) {
  double driven = 0;
  while (true) {
    const WeekClock clock = week == nullptr ? at : at + week->utc_offset_s * 1000;
    const double said = week == nullptr ? 0 : week->speed_dkmh[static_cast<std::size_t>(clock / hour_ms % 168)] / 10.0;
    const double speed = (said == 0 ? usual_kmh : truck ? std::min(said, usual_kmh) : said) / 3.6;
    const WeekClock next = (clock / hour_ms + 1) * hour_ms - clock;
    const double seconds = static_cast<double>(next) / 1000;
    if (metres / speed <= seconds) return driven + metres / speed;
    metres -= speed * seconds;
    driven += seconds;
    at += next;
  }
}

class Reference {
 public:
  Reference(const RoadGraph& graph,
            const CostModel& model,
            const SpeedProfiles& profiles,
            std::span<const EdgeTraffic> traffic)
      : graph_(graph), model_(model), profiles_(profiles), traffic_(traffic) {}

  // Milliseconds; infinite without a way.
  WeekClock shortest(const RoadPosition& from, const RoadPosition& to, WeekClock at) const {
    std::vector<WeekClock> arrival(graph_.states(), never);
    using Entry = std::pair<WeekClock, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    WeekClock best = never;
    for (const DirectedEdge edge : {directed(from.segment, false), directed(from.segment, true)}) {
      const auto state = graph_.file().edge_state[edge];
      if (state == none) continue;
      const WeekClock whole = after(at, edge, 1 - before(edge, from));
      if (whole < arrival[state]) queue.emplace(arrival[state] = whole, state);
      const double ahead = before(edge, to) - before(edge, from);
      if (from.segment == to.segment && ahead >= 0 && after(at, edge, ahead) < never)
        best = std::min(best, ahead == 0 ? at : after(at, edge, ahead));
    }
    while (!queue.empty()) {
      const auto [when, state] = queue.top();
      queue.pop();
      if (when > arrival[state]) continue;
      const RoadFile& f = graph_.file();
      for (auto turn = f.turn_first[state]; turn < f.turn_first[state + 1]; ++turn) {
        if (!model_.may_turn(turn)) continue;
        const auto edge = graph_.edge_of(f.turns[turn].to);
        const WeekClock begin = when + model_.turn_weight(turn);
        if (segment_of(edge) == to.segment) best = std::min(best, after(begin, edge, before(edge, to)));
        const WeekClock end = after(begin, edge, 1);
        if (end < arrival[f.turns[turn].to]) queue.emplace(arrival[f.turns[turn].to] = end, f.turns[turn].to);
      }
    }
    return best == never ? never : best - at;
  }

  static constexpr WeekClock never = std::numeric_limits<WeekClock>::max();

 private:
  static double before(DirectedEdge edge, const RoadPosition& position) {
    return is_backward(edge) ? 1 - position.fraction : position.fraction;
  }
  // Weights are whole milliseconds, and at least one.
  WeekClock after(WeekClock at, DirectedEdge edge, double share) const {
    const double seconds = edge_s(edge, share, at);
    return std::isfinite(seconds) ? at + std::max<WeekClock>(1, std::llround(seconds * 1000)) : never;
  }
  double edge_s(DirectedEdge edge, double share, WeekClock at) const {
    const EdgeTraffic traffic = traffic_.empty() ? EdgeTraffic{edge, {}, false} : traffic_[edge];
    if (!model_.may_use(edge) || traffic.closed) return std::numeric_limits<double>::infinity();
    const Segment& s = graph_.segment(segment_of(edge));
    const bool truck = model_.vehicle().vehicle_class == VehicleClass::truck;
    const double usual = (truck ? s.truck_speed_dkmh : s.car_speed_dkmh)[edge & 1] / 10.0;
    const double metres = s.length_cm / 100.0 * share, signals = 2.0 * s.signals * share;
    if (traffic.speed_kmh) {
      return metres / ((truck ? std::min(*traffic.speed_kmh, usual) : *traffic.speed_kmh) / 3.6) + signals;
    }
    return reference_drive_s(profiles_.of(edge), metres, usual, truck, at) + signals;
  }

  const RoadGraph& graph_;
  const CostModel& model_;
  const SpeedProfiles& profiles_;
  std::span<const EdgeTraffic> traffic_;
};

std::vector<EdgeTraffic> random_traffic(const RoadGraph& graph, Draw& draw, double share) {
  std::vector<EdgeTraffic> traffic;
  for (DirectedEdge edge = 0; edge < graph.edges(); ++edge) {
    traffic.push_back({edge, {}, false});
    if (!draw.chance(share)) continue;
    if (draw.chance(0.3)) {
      traffic.back().closed = true;
    } else {
      traffic.back().speed_kmh = 3 + draw.below(90);
    }
  }
  return traffic;
}

// The fastest metric under the traffic, as LiveRoads makes it.
Metric fastest_metric(const CostModel& model, const SpeedProfiles& profiles, std::span<const EdgeTraffic> traffic) {
  auto speeds = fastest_speeds(model, profiles);
  for (const auto& one : traffic) {
    if (one.closed || one.speed_kmh) speeds.push_back(one);
  }
  return model.metric(speeds);
}

RoadPosition random_position(const RoadGraph& graph, Draw& draw) {
  return {draw.below(graph.segments()), draw.below(101) / 100.0, {}, 0, true};
}

TEST(TimedRoutes, equal_an_independent_time_dependent_dijkstra_before_and_after_traffic) {
  int found = 0, over_the_hour = 0, within = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Draw draw(7000 + seed);
    const auto network = made_town(3 + draw.below(7), 3 + draw.below(7), seed);
    const auto graph = *RoadGraph::open(*build_road_file(network, order_by_coordinates(network)));
    const auto profiles = random_profiles(*graph, draw, seed % 2 == 0);
    const CostModel model(*graph, seed % 3 == 0 ? usual_truck() : usual_car(), only(Objective::time));
    SearchSpace space(*graph);
    for (const double share : {0.0, 0.1}) {
      const auto traffic = random_traffic(*graph, draw, share);
      const auto fastest = fastest_metric(model, profiles, traffic);
      const TimedSpeeds speeds{profiles, traffic};
      const Reference reference(*graph, model, profiles, traffic);
      for (int i = 0; i < 30; ++i) {
        const auto from = random_position(*graph, draw), to = random_position(*graph, draw);
        const WeekClock at = week_clock(vocabulary::Time()) + (1 + draw.below(168)) * hour_ms - draw.below(300'000);
        const auto route = find_timed_route(*graph, model, fastest, speeds, from, to, at);
        const auto truth = reference.shortest(from, to, at);
        ASSERT_EQ(route ? WeekClock{route->weight} : Reference::never, truth) << seed << " " << i;
        if (i % 5 == 0) {
          auto now = speeds_at(profiles, at);
          std::ranges::copy_if(traffic, std::back_inserter(now), [](const auto& t) { return t.closed || t.speed_kmh; });
          const auto quick = find_route_within_hour(*graph, model.metric(now), profiles, from, to, at, space);
          if (quick) {
            EXPECT_NEAR(quick->weight, truth, 2);  // the parts of edges at both ends are rounded each by itself
            ++within;
          }
        }
        if (!route) continue;
        ++found;
        over_the_hour += at % hour_ms + route->weight > hour_ms ? 1 : 0;
      }
    }
  }
  EXPECT_GT(found, 1000);
  EXPECT_GT(over_the_hour, 200);
  EXPECT_GT(within, 20);
}

// The path's own speeds, summed with its turns, are what the search found (where no barrier lies on the way).
TEST(TimedRoutes, values_and_legs_of_a_driven_path_add_up_to_its_weight) {
  Draw draw(81);
  const auto network = made_town(8, 8, 82);
  const auto graph = *RoadGraph::open(*build_road_file(network, order_by_coordinates(network)));
  const auto profiles = random_profiles(*graph, draw, true);
  const CostModel model(*graph, usual_car(), only(Objective::time));
  const auto fastest = fastest_metric(model, profiles, {});
  const TimedSpeeds speeds{profiles, {}};
  int compared = 0;
  for (int i = 0; i < 100; ++i) {
    const WeekClock at = draw.below(168) * hour_ms + 5 * 86'400'000;
    auto route = find_timed_route(*graph, model, fastest, speeds, random_position(*graph, draw),
                                  random_position(*graph, draw), at);
    if (!route) continue;
    const auto end = drive(*graph, model, speeds, *route, at);
    const double seconds = values_of(*graph, model, *route)[static_cast<std::size_t>(Objective::time)];
    double barriers = 0;
    for (const auto turn : route->turns) barriers += model.turn_weight(turn) / 1000.0 - model.turn_values(turn)[0];
    EXPECT_NEAR(static_cast<double>(end - at) / 1000, seconds, 0.01);
    if (barriers > 1) continue;
    ++compared;
    EXPECT_NEAR(route->weight / 1000.0, seconds, 0.002 * static_cast<double>(route->edges.size()) + 0.01);
  }
  EXPECT_GT(compared, 20);
}

TEST(TimedRoutes, a_week_of_one_speed_is_traffic_of_that_speed) {
  Draw draw(91);
  const auto network = made_town(9, 9, 92);
  const auto graph = *RoadGraph::open(*build_road_file(network, order_by_coordinates(network)));
  SpeedProfiles profiles(graph->edges());
  std::vector<EdgeTraffic> constant;
  for (DirectedEdge edge = 0; edge < graph->edges(); edge += 2) {
    WeekOfSpeeds week;
    week.speed_dkmh.fill(static_cast<std::uint16_t>(50 + draw.below(900)));
    profiles.set(edge, week);
    constant.push_back({edge, week.speed_dkmh[0] / 10.0, false});
  }
  const CostModel model(*graph, usual_car(), only(Objective::time));
  const Metric metric = model.metric(constant);
  EXPECT_EQ(model.metric(speeds_at(profiles, 7)).out_weight, metric.out_weight);
  EXPECT_EQ(fastest_metric(model, profiles, {}).out_weight, metric.out_weight);
  SearchSpace space(*graph);
  for (int i = 0; i < 200; ++i) {
    const auto from = random_position(*graph, draw), to = random_position(*graph, draw);
    const auto timed = find_timed_route(*graph, model, metric, {profiles, {}}, from, to, 1'000'000);
    const auto plain = find_route(*graph, metric, from, to, space);
    ASSERT_EQ(timed.has_value(), plain.has_value());
    if (plain) EXPECT_NEAR(timed->weight, plain->weight, 2);
  }
}

TEST(TimedRoutes, who_begins_later_never_arrives_earlier) {
  Draw draw(95);
  for (int i = 0; i < 200; ++i) {
    WeekOfSpeeds week;
    week.utc_offset_s = static_cast<std::int32_t>(draw.below(96)) * 900 - 12 * 3600;
    for (auto& speed : week.speed_dkmh) speed = static_cast<std::uint16_t>(10 + draw.below(1200));
    const double length = 10 + draw.below(200'000);
    WeekClock at = week_clock(vocabulary::Time()) + draw.below(168) * hour_ms;
    double before = 0;
    for (int k = 0; k < 100; ++k, at += draw.below(180'000)) {
      const double arrival = static_cast<double>(at) / 1000 + drive_s(week, length, 50, at, [](double s) { return s; });
      EXPECT_GE(arrival, before - 1e-6);
      before = arrival;
    }
  }
}

TEST(TimedRoutes, the_week_begins_on_monday_and_its_hours_are_those_of_the_profiles_clock) {
  using namespace std::chrono_literals;
  const vocabulary::Time tuesday = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + 22h + 41min;
  EXPECT_EQ(hour_of(week_clock(tuesday)), 24U + 22U);
  EXPECT_EQ(hour_of(week_clock(vocabulary::Time() - 1h)), 3 * 24U - 1);  // 1969-12-31 was a Wednesday
  WeekOfSpeeds week;
  week.utc_offset_s = 2 * 3600;
  week.speed_dkmh[2 * 24] = 123;  // Wednesday, midnight to one
  EXPECT_EQ(speed_at(week, week_clock(tuesday)), 12.3);
  EXPECT_FALSE(speed_at(week, week_clock(tuesday + 20min)).has_value());
}

}  // namespace
}  // namespace mms::roads::tests
