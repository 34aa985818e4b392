// Laws of the watch: what the order of arrival may not change, and where a breach begins and is over.
#include "monitor/rules/watch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::monitor {

void PrintTo(const Finding& f, std::ostream* out) {
  *out << f.key
       << (f.what == What::begins ? " begins "
           : f.what == What::over ? " over "
                                  : " goes on ")
       << vocabulary::to_text(f.moment) << " x" << f.times;
}

namespace {

using namespace std::chrono_literals;

const Time kStart = Time(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)) + 8h;

Time at(double s) {
  return kStart + vocabulary::seconds(s);
}
Coordinates place(double north_m, double east_m) {
  return {.latitude = {north_m / 111'195}, .longitude = {east_m / 111'195}};
}

// Repeatable numbers (a linear congruence: rooms of rules have no random engine, nor need one here).
class Numbers {
 public:
  explicit Numbers(unsigned seed) : state_(seed) {}
  double next(double low = 0, double high = 1) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return low + (high - low) * static_cast<double>(state_ >> 33) / static_cast<double>(1ULL << 31);
  }

 private:
  std::uint64_t state_;
};

Requirement requirement(std::string key) {
  Requirement r;
  r.key = std::move(key);
  return r;
}
Requirement speed(double most) {
  auto r = requirement("speed");
  r.max_speed_mps = most;
  return r;
}
Requirement keep_out(double north_m, double east_m, double radius_m) {
  auto r = requirement("keep_out");
  r.keep_out = vehicles::Area{.circle = vehicles::Circle{place(north_m, east_m), {radius_m}}, .polygon = {}};
  return r;
}
std::vector<Requirement> many() {
  std::vector<Requirement> all{speed(10), keep_out(60, 0, 30)};
  all.push_back(requirement("inside"));
  all.back().stay_inside = vehicles::Area{.circle = vehicles::Circle{place(0, 0), {150}}, .polygon = {}};
  all.push_back(requirement("battery"));
  all.back().min_battery_percent = 30;
  all.push_back(requirement("route"));
  all.back().max_deviation_m = 40;
  all.push_back(requirement("stage"));
  all.back().required_onboard_stage = "hauling";
  return all;
}

Report report_at(double s) {
  Report report;
  report.recorded_at = report.received_at = at(s);
  return report;
}

// A vehicle that drives to and fro across every limit for two minutes.
std::vector<Report> drive(Numbers& numbers) {
  std::vector<Report> all;
  double north = 0;
  for (double s = 1; s < 120; s += numbers.next(0.1, 1.2)) {
    auto report = report_at(s);
    north += numbers.next(-40, 42);
    north = std::clamp(north, -190.0, 190.0);
    report.position = place(north, numbers.next(-20, 20));
    report.speed_mps = 10 + 3 * std::sin(s / 7) + numbers.next(-1, 1);
    if (numbers.next() < 0.5) {
      report.source = ReportSource::track;
      report.deviation_m = 40 + 30 * std::sin(s / 9) + numbers.next(-8, 8);
    } else {
      report.battery_percent = 31 + 4 * std::sin(s / 11) + numbers.next(-1, 1);
      if (numbers.next() < 0.2) report.onboard_stage = numbers.next() < 0.5 ? "hauling" : "parked";
    }
    if (numbers.next() < 0.1) {
      auto twin = report;
      twin.source = twin.source == ReportSource::track ? ReportSource::state : ReportSource::track;
      all.push_back(twin);
    }
    all.push_back(std::move(report));
  }
  return all;
}

// Each delayed by less than `most_s`, some once more.
std::vector<Report> disturbed(std::vector<Report> all, double most_s, Numbers& numbers) {
  const auto count = all.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (numbers.next() < 0.2) all.push_back(all[i]);
  }
  for (auto& report : all) report.received_at += vocabulary::seconds(numbers.next(0, most_s));
  return all;
}

struct Told {
  std::vector<Finding> findings;
  std::int64_t late = 0;
};

// Looks now and then, as the runner does; what is kept goes through its stored form.
Told watched(const std::vector<Requirement>& requirements,
             const std::vector<Report>& stream,
             Numbers& numbers,
             Duration window = kWindow) {
  Told told;
  Watch watch;
  Time last = Time::min();
  for (double now = 0; now < 130; now += numbers.next(0.05, 2)) {
    std::vector<Report> arrived;
    std::ranges::copy_if(stream, std::back_inserter(arrived),
                         [&](const Report& r) { return r.received_at > last && r.received_at <= at(now); });
    last = at(now);
    auto seen = observe(std::move(watch), std::move(arrived),
                        {.requirements = requirements, .since = kStart, .until = {}, .now = at(now), .window = window});
    std::ranges::move(seen.findings, std::back_inserter(told.findings));
    told.late += seen.late;
    watch = vocabulary::json::from_stored<Watch>(vocabulary::json::write(seen.watch));
    EXPECT_EQ(watch, seen.watch);
  }
  return told;
}

TEST(Watch, ShuffledDoubledAndDelayedReportsGiveTheFindingsOfTheOrderedOnes) {
  const auto requirements = many();
  std::size_t begun = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    Numbers numbers(seed);
    const auto ordered = drive(numbers);
    const auto expected = watched(requirements, ordered, numbers);
    const auto found = watched(requirements, disturbed(ordered, 1.999, numbers), numbers);
    ASSERT_EQ(found.findings, expected.findings) << "seed " << seed;
    begun += static_cast<std::size_t>(
        std::ranges::count_if(expected.findings, [](const auto& f) { return f.what == What::begins; }));
  }
  EXPECT_GT(begun, 1000U);  // the drives do break what is required
}

// The law above notices a watch that does not wait, and one that waits too little.
TEST(Watch, ThatLawSeesAWindowThatIsTooShort) {
  const auto requirements = many();
  for (const Duration window : {0ms, 700ms}) {
    int differ = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
      Numbers numbers(seed);
      const auto ordered = drive(numbers);
      const auto expected = watched(requirements, ordered, numbers, window);
      differ += watched(requirements, disturbed(ordered, 1.999, numbers), numbers, window).findings == expected.findings
                    ? 0
                    : 1;
    }
    EXPECT_GT(differ, 15) << window;
  }
}

TEST(Watch, WhatIsBeyondTheWindowRaisesNothingAndIsCounted) {
  Numbers numbers(1);
  auto calm = report_at(10);
  calm.speed_mps = 5;
  auto fast = report_at(7.9);
  fast.received_at = at(10.1);
  fast.speed_mps = 50;
  auto in_time = fast;
  in_time.recorded_at = at(8);
  EXPECT_EQ(watched({speed(10)}, {calm, fast}, numbers).late, 1);
  EXPECT_TRUE(watched({speed(10)}, {calm, fast}, numbers).findings.empty());
  const auto told = watched({speed(10)}, {calm, in_time}, numbers);
  EXPECT_EQ(told.late, 0);
  ASSERT_EQ(told.findings.size(), 2U);
  EXPECT_EQ(told.findings[0].moment, at(8));
  EXPECT_EQ(told.findings[0].words, "50.0 m/s, at most 10 m/s are allowed");
  EXPECT_EQ(told.findings[1].what, What::over);
}

// A clock that runs ahead, once.
TEST(Watch, OneReportFromTheFutureMakesNoOtherLate) {
  Numbers numbers(1);
  std::vector<Report> stream;
  for (int s = 1; s < 60; ++s) {
    stream.push_back(report_at(s));
    stream.back().speed_mps = s == 30 ? 20 : 5;
    if (s == 20) stream.back().recorded_at = at(50);
  }
  const auto told = watched({speed(10)}, stream, numbers);
  EXPECT_EQ(told.late, 0);
  ASSERT_EQ(told.findings.size(), 2U);
  EXPECT_EQ(told.findings[0].moment, at(30));
}

// As one who plays a drive back sends it.
TEST(Watch, ABatchFromTheFutureIsJudgedInItsOrder) {
  Numbers numbers(1);
  std::vector<Report> stream;
  for (int s = 0; s < 50; ++s) {
    stream.push_back(report_at(1 + s));
    stream.back().received_at = at(1);
    stream.back().position = place(-250 + 10 * s, 0);
    stream.back().speed_mps = s == 40 ? 20 : 5;
  }
  const auto told = watched({speed(10), keep_out(0, 0, 30)}, stream, numbers);
  EXPECT_EQ(told.late, 0);
  std::vector<std::string> begun;
  for (const auto& f : told.findings) {
    if (f.what == What::begins) begun.push_back(f.key);
  }
  EXPECT_EQ(begun, (std::vector<std::string>{"keep_out", "speed"}));
}

TEST(Watch, ABreachThatGoesOnIsToldNowAndThenWithAllItsSightings) {
  Numbers numbers(2);
  std::vector<Report> stream;
  for (int s = 1; s <= 60; ++s) {
    stream.push_back(report_at(s));
    stream.back().speed_mps = s <= 30 ? 12 : 5;
  }
  const auto told = watched({speed(10)}, stream, numbers);
  std::int64_t seen = 0;
  for (const auto& f : told.findings) seen += f.what == What::over ? 0 : f.times;
  EXPECT_EQ(seen, 30);
  EXPECT_EQ(told.findings.size(), 8U);  // begins, six times more, over
  EXPECT_EQ(told.findings.back().moment, at(31));
}

TEST(Watch, WhoStandsAtTheLimitIsOverAfterAWhile) {
  Numbers numbers(3);
  std::vector<Report> stream;
  for (int s = 1; s <= 40; ++s) {
    stream.push_back(report_at(s));
    stream.back().speed_mps = s == 5 || s == 12 ? 10.1 : 9.9;
  }
  const auto told = watched({speed(10)}, stream, numbers);
  ASSERT_EQ(told.findings.size(), 3U);
  EXPECT_EQ(told.findings[0].moment, at(5));
  EXPECT_EQ(told.findings[1].moment, at(12));  // no new breach
  EXPECT_EQ(told.findings[2].what, What::over);
  EXPECT_EQ(told.findings[2].moment, at(23));  // ten seconds of 9.9
}

TEST(Watch, AZoneThatIsCrossedBetweenTwoReportsIsFoundUnlessNobodyKnowsTheWay) {
  for (const auto& [gap_s, count] : {std::pair(8.0, 2U), std::pair(400.0, 0U)}) {
    auto before = report_at(1);
    before.position = place(-100, 5);
    auto after = report_at(1 + gap_s);
    after.position = place(100, 5);
    const std::vector<Requirement> requirements{keep_out(0, 0, 30)};
    auto seen = observe({}, {before, after},
                        {.requirements = requirements, .since = kStart, .until = {}, .now = at(gap_s + 10)});
    auto later = report_at(gap_s + 3);
    later.position = place(110, 5);
    auto over = observe(seen.watch, {later},
                        {.requirements = requirements, .since = kStart, .until = {}, .now = at(gap_s + 20)});
    ASSERT_EQ(seen.findings.size() + over.findings.size(), count);
    if (count == 0) continue;
    EXPECT_EQ(seen.findings[0].words, "crossed the area that it must keep out of, between two reports");
    EXPECT_NEAR(seen.findings[0].location->latitude, 0, 1e-6);
    EXPECT_EQ(over.findings[0].what, What::over);
  }
}

TEST(Watch, SilenceBeginsByOurClockAndIsOverWithTheNextReport) {
  auto heartbeat = requirement("heartbeat");
  heartbeat.heartbeat_timeout_s = 5;
  const std::vector<Requirement> requirements{heartbeat};
  const auto look = [&](const Watch& watch, std::vector<Report> arrived, double now, double listening = 0) {
    return observe(
        watch, std::move(arrived),
        {.requirements = requirements, .since = kStart, .until = {}, .now = at(now), .listening_since = at(listening)});
  };
  auto report = report_at(2);
  report.recorded_at = at(-1000);  // whatever its own clock says
  auto seen = look({}, {report}, 6);
  EXPECT_TRUE(seen.findings.empty());
  EXPECT_EQ(seen.due_at, at(7) + kGrace);
  EXPECT_TRUE(look(seen.watch, {}, 9, 4.5).findings.empty());  // nobody listened before
  seen = look(seen.watch, {}, 7.4);
  ASSERT_EQ(seen.findings.size(), 1U);
  EXPECT_EQ(seen.findings[0].moment, at(7));
  EXPECT_TRUE(look(seen.watch, {}, 20).findings.empty());
  const auto over = look(seen.watch, {report_at(21)}, 21.1);
  ASSERT_EQ(over.findings.size(), 1U);
  EXPECT_EQ(over.findings[0].what, What::over);
  EXPECT_EQ(over.findings[0].moment, at(21));
}

TEST(Watch, AnEnvironmentIsBrokenWhereTheVehicleIsAndOverWhenItsReadingExpires) {
  auto calm = requirement("calm");
  calm.environment = safety::EnvironmentLimits{
      .max_wind_speed_mps = 10, .min_visibility_m = {}, .max_temperature_c = {}, .max_precipitation_mmph = {}};
  const std::vector<Requirement> requirements{calm};
  vehicles::EnvironmentReading gale;
  gale.area = vehicles::Area{.circle = vehicles::Circle{place(0, 0), {100}}, .polygon = {}};
  gale.wind_speed_mps = 20;
  gale.expires_at = at(30);
  const auto look = [&](const Watch& watch, std::vector<Report> arrived, double now) {
    return observe(
        watch, std::move(arrived),
        {.requirements = requirements, .since = kStart, .until = {}, .now = at(now), .environment = {&gale}});
  };
  auto away = report_at(1);
  away.position = place(500, 0);
  auto seen = look({}, {away}, 4);
  EXPECT_TRUE(seen.findings.empty());
  auto within = report_at(5);
  within.position = place(50, 0);
  seen = look(seen.watch, {within}, 8);
  ASSERT_EQ(seen.findings.size(), 1U);
  std::vector<Finding> rest;
  for (int now = 9; now < 60; ++now) {
    seen = look(seen.watch, {}, now);
    std::ranges::move(seen.findings, std::back_inserter(rest));
  }
  ASSERT_FALSE(rest.empty());
  EXPECT_EQ(rest.back().what, What::over);
  EXPECT_EQ(rest.back().moment, at(40));
}

TEST(Watch, WhatIsRecordedAfterTheRunBeginsNoBreachAndMayEndOne) {
  const std::vector<Requirement> requirements{speed(10)};
  const auto look = [&](const Watch& watch, double s, double mps, std::optional<Time> until) {
    auto report = report_at(s);
    report.speed_mps = mps;
    return observe(watch, {report}, {.requirements = requirements, .since = kStart, .until = until, .now = at(s + 5)});
  };
  EXPECT_TRUE(look({}, 10, 20, at(9)).findings.empty());
  EXPECT_EQ(look({}, 10, 20, at(11)).findings.size(), 1U);  // it was running then
  const auto broken = look({}, 10, 20, {});
  const auto over = look(broken.watch, 20, 5, at(12));
  ASSERT_EQ(over.findings.size(), 1U);
  EXPECT_EQ(over.findings[0].what, What::over);
  EXPECT_TRUE(last_words(broken.watch).empty());
  ASSERT_EQ(last_words(look(broken.watch, 12, 20, {}).watch).size(), 1U);
}

}  // namespace
}  // namespace mms::monitor
