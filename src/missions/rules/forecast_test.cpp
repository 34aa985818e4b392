// Forecasts equal a plain recursion over the graph, and follow the kinds of edges.
#include "missions/rules/forecast.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "missions/rules/mission_fixture.hpp"

namespace mms::missions {
namespace {

using std::chrono::seconds;

MissionId id_of(std::uint64_t n) {
  return {vocabulary::make_uuid_v7(kNow, n, n)};
}

ForecastMission waiting(std::uint64_t n, double takes) {
  return {.id = id_of(n), .status = MissionStatus::pending, .estimate = Estimate{takes, EstimateFrom::timeout}};
}

ForecastMission running(std::uint64_t n, double takes, Time since) {
  auto mission = waiting(n, takes);
  mission.status = MissionStatus::running;
  mission.started_at = since;
  return mission;
}

ForecastEdge edge(std::uint64_t predecessor,
                  std::uint64_t successor,
                  DependencyType type = DependencyType::finish_to_start,
                  double lag_s = 0) {
  return {
      .successor = id_of(successor), .predecessor = id_of(predecessor), .type = type, .lag_s = lag_s, .settlement = {}};
}

std::map<MissionId, ForecastMission> all(const std::vector<ForecastMission>& missions) {
  std::map<MissionId, ForecastMission> map;
  for (const auto& mission : missions) map.emplace(mission.id, mission);
  return map;
}

std::vector<MissionId> ids(std::initializer_list<std::uint64_t> numbers) {
  std::vector<MissionId> list;
  for (const auto n : numbers) list.push_back(id_of(n));
  return list;
}

TEST(Forecast, EachKindOfEdgeHoldsWhatItIsMadeToHold) {
  using enum DependencyType;
  const auto missions = all({running(1, 100, kNow - seconds(40)), waiting(2, 30)});
  const auto at = [&](DependencyType type, double lag) {
    return forecast(missions, {edge(1, 2, type, lag)}, kNow).at(id_of(2));
  };
  EXPECT_EQ(at(finish_to_start, 5).start, kNow + seconds(65));
  EXPECT_EQ(at(finish_to_start, 5).end, kNow + seconds(95));
  EXPECT_EQ(at(start_to_start, 50).start, kNow + seconds(10));
  EXPECT_EQ(at(start_to_start, 0).start, kNow);
  EXPECT_EQ(at(finish_to_finish, 5).start, kNow);
  EXPECT_EQ(at(finish_to_finish, 5).end, kNow + seconds(65));
  EXPECT_EQ(at(finish_to_finish, 0).end, kNow + seconds(60));
}

TEST(Forecast, SettledEdgesHoldNobodyAndHopelessOnesForEver) {
  const auto missions = all({running(1, 100, kNow), waiting(2, 30), waiting(3, 1)});
  auto one = edge(1, 2);
  const auto start = [&] { return forecast(missions, {one, edge(2, 3)}, kNow).at(id_of(3)).start; };
  one.settlement = {.state = DependencyState::satisfied, .at = kNow - seconds(9)};
  EXPECT_EQ(start(), kNow + seconds(30));
  one.settlement = {.state = DependencyState::waiting, .at = kNow + seconds(9)};  // its lag runs
  EXPECT_EQ(start(), kNow + seconds(39));
  one.settlement = {.state = DependencyState::unsatisfiable, .at = kNow};
  EXPECT_EQ(start(), std::nullopt);
  one.settlement = {};
  one.condition = DependencyCondition::failure;
  EXPECT_EQ(start(), std::nullopt) << "nobody plans a failure";
}

TEST(Forecast, ScheduleProgressAndUnknownDurationsCount) {
  auto missions = all({running(1, 100, kNow - seconds(500)), waiting(2, 30)});
  EXPECT_EQ(forecast(missions, {edge(1, 2)}, kNow).at(id_of(2)).start, kNow) << "overdue: now at the earliest";
  missions.at(id_of(1)).progress = 0.25;
  EXPECT_EQ(forecast(missions, {edge(1, 2)}, kNow).at(id_of(2)).start, kNow + seconds(75));
  missions.at(id_of(2)).earliest = kNow + seconds(80);
  const auto late = forecast(missions, {edge(1, 2)}, kNow);
  EXPECT_EQ(late.at(id_of(2)).start, kNow + seconds(80));
  EXPECT_EQ(critical_path(missions, late, id_of(2)), ids({2})) << "its schedule decides";
  EXPECT_FALSE(late.at(id_of(2)).is_lower_bound);
  missions.at(id_of(1)).estimate.reset();
  const auto unknown = forecast(missions, {edge(1, 2)}, kNow);
  EXPECT_TRUE(unknown.at(id_of(2)).is_lower_bound);
  EXPECT_EQ(unknown.at(id_of(2)).end, kNow + seconds(110));
}

TEST(Forecast, TheCriticalPathIsWhatDecidesAndSkipsWhatHasEnded) {
  auto done = waiting(9, 1);
  done.status = MissionStatus::completed;
  done.started_at = done.ended_at = kNow - seconds(1);
  const auto missions = all({done, waiting(1, 10), waiting(2, 50), waiting(3, 5), waiting(4, 1)});
  auto settled = edge(9, 1);
  settled.settlement = {.state = DependencyState::satisfied, .at = kNow};
  const auto forecasts = forecast(
      missions, {settled, edge(1, 3), edge(2, 3), edge(3, 4), edge(2, 4, DependencyType::finish_to_finish, 60)}, kNow);
  EXPECT_EQ(forecasts.at(id_of(4)).start, kNow + seconds(55));
  EXPECT_EQ(forecasts.at(id_of(4)).end, kNow + seconds(110));
  EXPECT_EQ(critical_path(missions, forecasts, id_of(4)), ids({2, 4}));
  EXPECT_EQ(critical_path(missions, forecasts, id_of(3)), ids({2, 3}));
  EXPECT_EQ(critical_path(missions, forecasts, id_of(1)), ids({1}));
}

TEST(Forecast, EqualsARecursionOnRandomGraphsAndALongerMissionMakesNothingEarlier) {
  std::mt19937 chance(5);
  const auto draw = [&](int below) { return static_cast<int>(chance() % static_cast<unsigned>(below)); };
  for (int round = 0; round < 300; ++round) {
    const int count = 2 + draw(12);
    std::vector<ForecastMission> list;
    std::vector<ForecastEdge> edges;
    for (int n = 0; n < count; ++n) {
      list.push_back(waiting(static_cast<std::uint64_t>(n), draw(100)));
      for (int before = 0; before < n; ++before) {
        if (draw(3) == 0) {
          edges.push_back(edge(static_cast<std::uint64_t>(before), static_cast<std::uint64_t>(n),
                               static_cast<DependencyType>(draw(3)), draw(20)));
        }
      }
    }
    auto missions = all(list);
    std::function<Time(MissionId)> end_of;
    const std::function<Time(MissionId)> start_of = [&](MissionId id) {
      Time at = kNow;
      for (const auto& e : edges) {
        if (e.successor != id || e.type == DependencyType::finish_to_finish) continue;
        const auto from = e.type == DependencyType::start_to_start ? start_of(e.predecessor) : end_of(e.predecessor);
        at = std::max(at, from + vocabulary::seconds(e.lag_s));
      }
      return at;
    };
    end_of = [&](MissionId id) {
      Time at = start_of(id) + vocabulary::seconds(missions.at(id).estimate->seconds);
      for (const auto& e : edges) {
        if (e.successor != id || e.type != DependencyType::finish_to_finish) continue;
        at = std::max(at, end_of(e.predecessor) + vocabulary::seconds(e.lag_s));
      }
      return at;
    };
    const auto before = forecast(missions, edges, kNow);
    for (const auto& [id, course] : before) {
      EXPECT_EQ(course.start, start_of(id));
      EXPECT_EQ(course.end, end_of(id));
      const auto path = critical_path(missions, before, id);
      EXPECT_EQ(path.back(), id);
    }
    missions.at(id_of(static_cast<std::uint64_t>(draw(count)))).estimate->seconds += 50;
    for (const auto& [id, course] : forecast(missions, edges, kNow)) {
      EXPECT_GE(*course.start, *before.at(id).start);
      EXPECT_GE(*course.end, *before.at(id).end);
    }
  }
}

TEST(Forecast, HistoryCountsFromFiveMissionsOnElseTheTimeout) {
  auto mission = mission_in(MissionStatus::ready);
  const std::vector<double> took{50, 10, 20, 1000, 30};
  EXPECT_EQ(estimate_of(mission, {}), std::nullopt);
  mission.timeout_s = 600;
  EXPECT_EQ(estimate_of(mission, std::span(took).first(4)), (Estimate{600, EstimateFrom::timeout}));
  EXPECT_EQ(estimate_of(mission, took), (Estimate{30, EstimateFrom::history}));
}

TEST(Forecast, ALongChainIsWalkedWithoutRecursion) {
  std::map<MissionId, ForecastMission> missions;
  std::vector<ForecastEdge> edges;
  constexpr std::uint64_t kLong = 50'000;
  for (std::uint64_t n = 0; n < kLong; ++n) {
    missions.emplace(id_of(n), waiting(n, 1));
    if (n > 0) edges.push_back(edge(n, n - 1));
  }
  EXPECT_EQ(forecast(missions, edges, kNow).at(id_of(0)).end, kNow + seconds(kLong));
}

}  // namespace
}  // namespace mms::missions
