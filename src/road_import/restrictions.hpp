// Turn restrictions of OpenStreetMap as forbidden paths over directed edges.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "road_import/osm_roads.hpp"

namespace mms::road_import {

// Where the builder put things.
struct NetworkPlaces {
  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> segments_of_way;
  std::unordered_map<std::int64_t, std::uint32_t> junction_of_node;
};

// no_…: the whole manoeuvre is forbidden. only_…: every way to leave it before its end is forbidden.
// Answers the forbidden paths; `left_out` counts restrictions that fit no roads, or fit them in two ways.
std::vector<roads::ForbiddenPath> forbidden_paths(const std::vector<OsmRestriction>& restrictions,
                                                  const NetworkPlaces& places,
                                                  const roads::RoadNetwork& network,
                                                  std::size_t& left_out);

}  // namespace mms::road_import
