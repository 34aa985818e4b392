// What tags mean for driving, as a table.
#include "road_import/way_rules.hpp"

#include <gtest/gtest.h>

namespace mms::road_import {
namespace {

using namespace roads;

constexpr std::uint32_t cars = car_forward | car_backward, trucks = truck_forward | truck_backward;

std::uint32_t flags_of(Tags tags) {
  const auto rules = rules_of_way(tags, "CH");
  return rules ? rules->flags : 0;
}

TEST(WayRules, access_and_direction) {
  EXPECT_EQ(flags_of({{{"highway", "primary"}}}), cars | trucks);
  EXPECT_EQ(flags_of({{{"highway", "motorway"}}}), car_forward | truck_forward);
  EXPECT_EQ(flags_of({{{"highway", "primary"}, {"oneway", "-1"}}}), car_backward | truck_backward);
  EXPECT_EQ(flags_of({{{"highway", "primary"}, {"oneway", "reversible"}}}), 0U);
  EXPECT_EQ(flags_of({{{"highway", "footway"}}}), 0U);
  EXPECT_EQ(flags_of({{{"highway", "track"}}}), 0U);
  EXPECT_EQ(flags_of({{{"highway", "track"}, {"motor_vehicle", "yes"}}}), cars | trucks);
  EXPECT_EQ(flags_of({{{"highway", "primary"}, {"access", "no"}, {"motorcar", "yes"}}}), cars);
  EXPECT_EQ(flags_of({{{"highway", "primary"}, {"hgv", "no"}}}), cars);
  EXPECT_EQ(flags_of({{{"highway", "service"}, {"access", "private"}}}),
            cars | trucks | destination_only_car | destination_only_truck | private_access);
  EXPECT_EQ(flags_of({{{"highway", "residential"}, {"motor_vehicle", "destination"}}}),
            cars | trucks | destination_only_car | destination_only_truck);
  EXPECT_EQ(flags_of({{{"highway", "residential"}, {"hgv", "delivery"}}}), cars | trucks | destination_only_truck);
  EXPECT_EQ(flags_of({{{"highway", "primary"}, {"toll:hgv", "yes"}}}), cars | trucks | toll_truck);
  EXPECT_EQ(flags_of({{{"route", "ferry"}}}), cars | trucks);
  EXPECT_EQ(flags_of({{{"highway", "tertiary"}, {"junction", "roundabout"}}}),
            car_forward | truck_forward | roundabout);
}

TEST(WayRules, speeds) {
  const auto speed = [](Tags tags, int side = 0) { return rules_of_way(tags, "CH")->car_speed_kmh[side]; };
  EXPECT_DOUBLE_EQ(speed({{{"highway", "primary"}}}), 65);
  EXPECT_DOUBLE_EQ(speed({{{"highway", "primary"}, {"maxspeed", "50"}}}), 40);
  EXPECT_DOUBLE_EQ(speed({{{"highway", "primary"}, {"maxspeed", "80"}, {"maxspeed:backward", "60"}}}, 1), 48);
  EXPECT_DOUBLE_EQ(speed({{{"highway", "motorway"}, {"maxspeed", "CH:motorway"}}}), 96);
  EXPECT_DOUBLE_EQ(speed({{{"highway", "residential"}, {"source:maxspeed", "CH:zone30"}}}), 24);
  EXPECT_DOUBLE_EQ(speed({{{"highway", "primary"}, {"surface", "gravel"}}}), 40);
  EXPECT_DOUBLE_EQ(rules_of_way({{{"highway", "motorway"}, {"maxspeed", "120"}}}, "CH")->truck_speed_kmh[0], 80);
}

TEST(TagValues, are_read_with_their_units) {
  EXPECT_NEAR(*parse_speed_kmh("30 mph", ""), 48.28, 0.01);
  EXPECT_DOUBLE_EQ(*parse_speed_kmh("none", ""), 140);
  EXPECT_DOUBLE_EQ(*parse_speed_kmh("AT:urban", ""), 50);
  EXPECT_FALSE(parse_speed_kmh("fast", "").has_value());
  EXPECT_FALSE(parse_speed_kmh("", "").has_value());
  EXPECT_FALSE(parse_speed_kmh("1e999", "").has_value());
  EXPECT_FALSE(parse_speed_kmh("nan", "").has_value());
  EXPECT_DOUBLE_EQ(*parse_length_m("3.8 m"), 3.8);
  EXPECT_NEAR(*parse_length_m("12'6\""), 3.81, 0.001);
  EXPECT_FALSE(parse_length_m("default").has_value());
  EXPECT_DOUBLE_EQ(*parse_weight_t("7.5"), 7.5);
  EXPECT_DOUBLE_EQ(*parse_weight_t("3500 kg"), 3.5);
  EXPECT_DOUBLE_EQ(*parse_duration_s("00:20"), 1200);
  EXPECT_DOUBLE_EQ(*parse_duration_s("PT1H30M"), 5400);
  EXPECT_DOUBLE_EQ(*parse_duration_s("90"), 5400);
  EXPECT_FALSE(parse_duration_s("soon").has_value());
}

TEST(NodeRules, barriers_and_signals) {
  EXPECT_TRUE(rules_of_node({{{"barrier", "bollard"}}}).blocks);
  EXPECT_FALSE(rules_of_node({{{"barrier", "gate"}}}).blocks);
  EXPECT_TRUE(rules_of_node({{{"barrier", "gate"}, {"access", "no"}}}).blocks);
  EXPECT_FALSE(rules_of_node({{{"barrier", "bollard"}, {"motor_vehicle", "yes"}}}).blocks);
  EXPECT_TRUE(rules_of_node({{{"highway", "traffic_signals"}}}).signal);
  EXPECT_EQ(rules_of_node({{{"barrier", "height_restrictor"}, {"maxheight", "2.1"}}}).height_limit_dm, 21);
}

}  // namespace
}  // namespace mms::road_import
