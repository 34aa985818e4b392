// What the tags of a way or node say about driving: who may, how fast, how heavy; with defaults where they are silent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "road_import/osm_tags.hpp"
#include "roads/road_network.hpp"

namespace mms::road_import {

struct WayRules {
  roads::RoadClass road_class{};
  roads::Surface surface{};
  std::uint32_t flags = 0;           // roads::SegmentFlag
  double car_speed_kmh[2] = {0, 0};  // expected, forward and backward
  double truck_speed_kmh[2] = {0, 0};
  std::uint8_t height_limit_dm = 0;  // 0: none
  std::uint8_t width_limit_dm = 0;
  std::uint16_t weight_limit_100kg = 0;
  std::optional<double> duration_s;  // of a ferry
  std::string name, ref;
};

// Nothing when neither cars nor trucks may use it, even to reach a place on it. `country` is an ISO 3166-1 code in
// capitals, or empty. Classes, access and speeds follow OSRM's car profile, so that routes can be compared; see the
// table in the .cpp.
std::optional<WayRules> rules_of_way(const Tags& tags, std::string_view country);

struct NodeRules {
  bool blocks = false;  // a barrier that no motor vehicle passes
  bool signal = false;
  std::uint8_t height_limit_dm = 0;
  bool operator==(const NodeRules&) const = default;
};
NodeRules rules_of_node(const Tags& tags);

// "CH" of "CH:urban", in the tags that give speed limits by reference to a law; empty otherwise.
std::string_view country_named_by(const Tags& tags);

bool drives_on_the_left(std::string_view country);

// km/h of a maxspeed value; nothing when it is no speed. "none" is 140.
std::optional<double> parse_speed_kmh(std::string_view text, std::string_view country);
std::optional<double> parse_length_m(std::string_view text);
std::optional<double> parse_weight_t(std::string_view text);
// "01:30", "90" (minutes) or "PT1H30M".
std::optional<double> parse_duration_s(std::string_view text);

}  // namespace mms::road_import
