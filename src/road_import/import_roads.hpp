// From an .osm.pbf file to a road file, and back into memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "roads/road_graph.hpp"
#include "vocabulary/problem.hpp"

namespace mms::road_import {

// Told what is being done and how far it is, 0 to 1. May be empty.
using Progress = std::function<void(std::string_view step, double share)>;

struct ImportReport {
  std::string country;  // whose speed limits were taken as defaults; empty when the file did not say
  std::uint64_t ways = 0, segments = 0, states = 0, turns = 0, arcs = 0, restrictions = 0, restrictions_left_out = 0;
  std::uint64_t file_bytes = 0;
};

// Reads roads, restrictions and places, orders them and writes the road file: first beside `output`, then in its place,
// so that a reader never sees half of it. `country` (ISO 3166-1, "CH") overrides what the file says itself. Memory:
// roads only, about 200 bytes a road node. Refuses: not_found, bad_parameter (not PBF, damaged, no roads in it),
// unavailable (output cannot be written).
vocabulary::Result<ImportReport> import_roads(const std::filesystem::path& input,
                                              const std::filesystem::path& output,
                                              const Progress& progress,
                                              std::string_view country = {});

// Maps a road file into memory and checks it.
// Refuses: not_found, and what roads::read_road_file refuses.
vocabulary::Result<std::shared_ptr<const roads::RoadGraph>> open_roads(const std::filesystem::path& path);

}  // namespace mms::road_import
