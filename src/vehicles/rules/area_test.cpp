// Laws of areas: what is sound, what is inside, and that neither depends on how it is written.
#include "vehicles/rules/area.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mms::vehicles {
namespace {

using Points = std::vector<std::pair<double, double>>;  // latitude, longitude

Coordinates at(double latitude, double longitude) {
  return {.latitude = {latitude}, .longitude = {longitude}};
}

double wrapped(double longitude) {
  return longitude - 360 * std::round(longitude / 360);
}

// The polygon moved `east` degrees, around the earth where it comes to that.
Area polygon(const Points& points, double east = 0) {
  Area area;
  area.polygon.emplace();
  for (const auto& [latitude, longitude] : points) area.polygon->push_back(at(latitude, wrapped(longitude + east)));
  return area;
}

std::string fault_of(const Area& area) {
  const auto faults = faults_of(area, "/a");
  return faults.empty() ? "" : faults.front().pointer + ' ' + faults.front().code;
}

// A pit with a notch in its north side.
const Points kNotched{{0, 0}, {0, 4}, {4, 4}, {4, 3}, {1, 2}, {4, 1}, {4, 0}};

// Repeatable numbers from 0 to 1 (a linear congruence: rooms of rules have no random engine, nor need one here).
class Numbers {
 public:
  explicit Numbers(unsigned seed) : state_(seed) {}
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 33) / static_cast<double>(1ULL << 31);
  }

 private:
  std::uint64_t state_;
};

TEST(Area, APointIsInsideOnBothSidesOfANotchAndNotWithinIt) {
  const auto area = polygon(kNotched);
  EXPECT_TRUE(contains(area, at(3, 0.5)));
  EXPECT_TRUE(contains(area, at(3, 3.5)));
  EXPECT_TRUE(contains(area, at(0.5, 2)));
  EXPECT_FALSE(contains(area, at(3, 2)));
  EXPECT_FALSE(contains(area, at(-0.1, 2)));
  EXPECT_FALSE(contains(area, at(2, 5)));
}

TEST(Area, TheBorderBelongsToIt) {
  const auto area = polygon(kNotched);
  for (const auto& [latitude, longitude] : kNotched) EXPECT_TRUE(contains(area, at(latitude, longitude)));
  EXPECT_TRUE(contains(area, at(0, 2.5)));
  EXPECT_TRUE(contains(area, at(2.5, 2.5)));
  EXPECT_FALSE(contains(area, at(2.5, 2.4999)));
}

TEST(Area, WhereItBeginsAndWhichWayItGoesDoesNotMatter) {
  Numbers numbers(7);
  for (std::size_t start = 0; start < kNotched.size(); ++start) {
    auto points = kNotched;
    std::ranges::rotate(points, points.begin() + static_cast<std::ptrdiff_t>(start));
    const auto forward = polygon(points);
    std::ranges::reverse(points);
    const auto backward = polygon(points);
    EXPECT_EQ(fault_of(forward), "");
    EXPECT_EQ(fault_of(backward), "");
    for (int i = 0; i < 500; ++i) {
      const auto place = at(numbers.next() * 6 - 1, numbers.next() * 6 - 1);
      ASSERT_EQ(contains(forward, place), contains(polygon(kNotched), place));
      ASSERT_EQ(contains(backward, place), contains(forward, place));
    }
  }
}

TEST(Area, TheAntimeridianIsNoBorder) {
  Numbers numbers(11);
  for (const double east : {90.0, 177.0, 178.0, 180.0, -178.0, -90.0}) {
    const auto moved = polygon(kNotched, east);
    EXPECT_EQ(fault_of(moved), "") << east;
    for (int i = 0; i < 500; ++i) {
      const double latitude = numbers.next() * 6 - 1;
      const double longitude = numbers.next() * 6 - 1;
      ASSERT_EQ(contains(moved, at(latitude, wrapped(longitude + east))),
                contains(polygon(kNotched), at(latitude, longitude)))
          << east << ' ' << latitude << ' ' << longitude;
    }
  }
}

TEST(Area, APolygonWithManyCornersIsAlmostItsCircle) {
  constexpr int kCorners = 1000;
  const auto center = at(47, 8);
  Points points;
  for (int i = 0; i < kCorners; ++i) {
    const double angle = 2 * std::numbers::pi * i / kCorners;
    // 1,000 m in degrees at this latitude.
    points.emplace_back(47 + std::sin(angle) * 1000 / 111'195,
                        8 + std::cos(angle) * 1000 / (111'195 * std::cos(47 * std::numbers::pi / 180)));
  }
  const auto ring = polygon(points);
  const Area circle{.circle = Circle{center, {1000}}, .polygon = {}};
  EXPECT_EQ(fault_of(ring), "");
  Numbers numbers(3);
  for (int i = 0; i < 300; ++i) {
    const auto place = at(47 + (numbers.next() - 0.5) * 0.025, 8 + (numbers.next() - 0.5) * 0.035);
    const double away = vocabulary::distance_m(center, place);
    if (std::abs(away - 1000) < 5) continue;
    ASSERT_EQ(contains(ring, place), contains(circle, place)) << away;
    ASSERT_EQ(contains(circle, place), away <= 1000);
  }
}

TEST(Area, AWayIsFoundInsideExactlyWhenOneOfItsPlacesIs) {
  Numbers numbers(5);
  const Area circle{.circle = Circle{at(2, 2), {80'000}}, .polygon = {}};
  int crossed = 0;
  for (const double east : {0.0, 178.0}) {
    const auto notched = polygon(kNotched, east);
    for (int i = 0; i < 400; ++i) {
      const double a = numbers.next() * 7 - 1.5;
      const double b = numbers.next() * 7 - 1.5;
      const double c = numbers.next() * 7 - 1.5;
      const double d = numbers.next() * 7 - 1.5;
      const auto from = at(a, wrapped(b + east));
      const auto to = at(c, wrapped(d + east));
      int inside = 0;
      constexpr int kSteps = 600;
      for (int step = 0; step <= kSteps; ++step) {
        const double share = static_cast<double>(step) / kSteps;
        inside += contains(notched, at(a + (c - a) * share, wrapped(b + (d - b) * share + east))) ? 1 : 0;
      }
      // What lies between two steps is too short to be held against it.
      if (inside > 1) {
        const auto found = find_inside(notched, from, to);
        ASSERT_TRUE(found) << i;
        EXPECT_LT(rim_distance_m(notched, *found) * (contains(notched, from) ? 0 : 1), 1);
        crossed += contains(notched, from) || contains(notched, to) ? 0 : 1;
      } else if (inside == 0 && find_inside(notched, from, to)) {
        EXPECT_LT(rim_distance_m(notched, *find_inside(notched, from, to)), 3000);
      }
      ASSERT_EQ(find_outside(notched, from, to).has_value(), inside < kSteps) << i;
    }
  }
  EXPECT_GT(crossed, 10);
  EXPECT_TRUE(find_inside(circle, at(2, 0), at(2, 4)));
  EXPECT_FALSE(find_inside(circle, at(0, 0), at(0, 4)));
  EXPECT_FALSE(find_outside(circle, at(2, 2), at(2.5, 2.5)));
}

TEST(Area, TheRimIsAsFarAsTheNearestEdge) {
  EXPECT_NEAR(rim_distance_m(polygon(kNotched), at(0.001, 2)), 111.2, 0.2);
  EXPECT_NEAR(rim_distance_m(polygon(kNotched, 178), at(0.001, -180)), 111.2, 0.2);
  const Area circle{.circle = Circle{at(60, 5), {500}}, .polygon = {}};
  EXPECT_NEAR(rim_distance_m(circle, at(60, 5)), 500, 1e-6);
  EXPECT_NEAR(rim_distance_m(circle, at(60.009, 5)), 500.8, 0.5);
}

TEST(Area, WhatIsUnsoundIsNamed) {
  EXPECT_EQ(fault_of({}), "/a not_exactly_one");
  auto both = polygon(kNotched);
  both.circle = Circle{at(0, 0), {5}};
  EXPECT_EQ(fault_of(both), "/a not_exactly_one");
  EXPECT_EQ(fault_of(polygon({{0, 0}, {1, 1}})), "/a/polygon too_few_points");
  EXPECT_EQ(fault_of(polygon({})), "/a/polygon too_few_points");
  EXPECT_EQ(fault_of(polygon({{0, 0}, {0, 1}, {1, 1}, {0, 0}})), "/a/polygon repeated_point");
  EXPECT_EQ(fault_of(polygon({{0, 0}, {0, 1}, {0, 1}, {1, 1}})), "/a/polygon/2 repeated_point");
  EXPECT_EQ(fault_of(polygon({{0, 0}, {0, 120}, {10, -120}})), "/a/polygon too_wide");
}

TEST(Area, EdgesThatCrossOrTouchAreRefused) {
  // A bow tie, a line, a spike, a corner on another edge, two rooms that meet in one point.
  for (const auto& points :
       {Points{{0, 0}, {1, 1}, {0, 1}, {1, 0}}, Points{{0, 0}, {1, 1}, {2, 2}}, Points{{0, 0}, {0, 4}, {0, 2}, {3, 2}},
        Points{{0, 0}, {0, 4}, {4, 4}, {0, 2}, {4, 0}}, Points{{0, 0}, {0, 2}, {1, 1}, {2, 2}, {2, 0}, {1, 1}}}) {
    for (const double east : {0.0, 179.0}) {
      EXPECT_EQ(fault_of(polygon(points, east)), "/a/polygon touches_itself");
      auto turned = points;
      std::ranges::reverse(turned);
      EXPECT_EQ(fault_of(polygon(turned, east)), "/a/polygon touches_itself");
    }
  }
}

TEST(Area, AStarOfAThousandPointsIsSoundAndOneSwapSpoilsIt) {
  Points star;
  for (int i = 0; i < 1000; ++i) {
    const double angle = 2 * std::numbers::pi * i / 1000;
    const double radius = i % 2 == 0 ? 1.0 : 0.6;
    star.emplace_back(radius * std::sin(angle), radius * std::cos(angle));
  }
  EXPECT_EQ(fault_of(polygon(star)), "");
  std::swap(star[100], star[600]);
  EXPECT_EQ(fault_of(polygon(star)), "/a/polygon touches_itself");
}

}  // namespace
}  // namespace mms::vehicles
