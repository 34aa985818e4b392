// The laws of writing: members in order, absent ones left out, and what is written reads back the same.
#include "vocabulary/json_write.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "vocabulary/json_read.hpp"

namespace mms::vocabulary::json {
namespace {

enum class Gear { park, drive, default_ };
BOOST_DESCRIBE_ENUM(Gear, park, drive, default_)

struct Stop {
  double lat = 0;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(Stop, (), (lat, note))

struct Tour {
  TripId id;
  Gear gear = Gear::park;
  Time at;
  std::optional<int> count;
  std::vector<Stop> stops;
  std::map<std::string, std::string> labels;
  Raw parameters;
  Or<2> tries;
};
BOOST_DESCRIBE_STRUCT(Tour, (), (id, gear, at, count, stops, labels, parameters, tries))

Tour example() {
  Tour tour;
  tour.id = *TripId::from_text("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  tour.gear = Gear::default_;
  tour.at = *time_from_text("2026-05-04T12:00:00Z");
  tour.stops = {{.lat = 47.5, .note = {}}, {.lat = 1, .note = "a \"gate\""}};
  tour.labels = {{"b", "2"}, {"a", "1"}};
  tour.parameters.text = R"({"x":1})";
  return tour;
}

TEST(Write, MembersInOrderAbsentOnesLeftOut) {
  EXPECT_EQ(write(example()),
            R"({"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","gear":"default","at":"2026-05-04T12:00:00.000000Z",)"
            R"("stops":[{"lat":47.5},{"lat":1,"note":"a \"gate\""}],"labels":{"a":"1","b":"2"},"parameters":{"x":1},)"
            R"("tries":2})");
}

TEST(Write, WhatIsWrittenReadsBackTheSame) {
  const auto text = write(example());
  EXPECT_EQ(write(from_stored<Tour>(text)), text);
  EXPECT_EQ(write(from_stored<Tour>(write(Tour{}))), write(Tour{}));
}

TEST(Write, WholeNumbersOfEveryWidth) {
  EXPECT_EQ(write(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(write(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(write(std::vector<int>{1, -2}), "[1,-2]");
  EXPECT_EQ(write(1.5F), "1.5");
}

TEST(ObjectText, BuildsMembersAndObjects) {
  ObjectText object;
  EXPECT_EQ(object.text(), "{}");
  object.add("a", 1).add("none", std::optional<int>()).add("b", "x\ny").add_raw("c", "[true]");
  EXPECT_EQ(object.members(), R"("a":1,"b":"x\ny","c":[true])");
  EXPECT_EQ(object.text(), R"({"a":1,"b":"x\ny","c":[true]})");
}

}  // namespace
}  // namespace mms::vocabulary::json
