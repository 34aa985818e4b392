// The roads of an OpenStreetMap extract, and the network that they make.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "road_import/way_rules.hpp"
#include "roads/road_network.hpp"

namespace mms::road_import {

struct OsmWay {
  std::int64_t id = 0;
  std::vector<std::int64_t> nodes;
  WayRules rules;
};

// A turn restriction relation. Exactly one of via_node and via_ways is set.
struct OsmRestriction {
  std::vector<std::int64_t> from, to;
  std::optional<std::int64_t> via_node;
  std::vector<std::int64_t> via_ways;
  bool only = false;
  std::uint8_t vehicles = roads::mask_all;
};

struct OsmNode {
  std::int64_t id = 0;
  roads::Coordinate place;
  NodeRules rules;
};

struct OsmRoads {
  std::vector<OsmWay> ways;
  std::vector<OsmRestriction> restrictions;
  std::vector<OsmNode> nodes;  // sorted by id
};

struct BuiltNetwork {
  roads::RoadNetwork network;
  std::size_t restrictions_left_out = 0;  // members missing, or not connected the way they say
};

// Ways are cut where they meet, end or are blocked. Nodes that are missing from the extract end a way.
BuiltNetwork build_network(const OsmRoads& roads);

}  // namespace mms::road_import
