// Reads OpenStreetMap's PBF format, block by block, in bounded memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "road_import/osm_tags.hpp"
#include "roads/geometry.hpp"
#include "vocabulary/problem.hpp"

namespace mms::road_import {

enum class MemberKind : std::uint8_t { node, way, relation };
struct Member {
  MemberKind kind{};
  std::int64_t id = 0;
  std::string_view role;
};

// What a reader wants to see; an empty function skips that kind without decoding it.
struct OsmVisitor {
  std::function<void(std::int64_t id, roads::Coordinate place, const Tags& tags)> node;
  std::function<void(std::int64_t id, std::span<const std::int64_t> nodes, const Tags& tags)> way;
  std::function<void(std::int64_t id, std::span<const Member> members, const Tags& tags)> relation;
};

// Walks the whole file once. `progress` is told the share read, 0 to 1, after each block; it may be empty.
// Memory: one block, at most 32 MiB packed and unpacked (the format's own limit).
// Refuses: not_found (no such file), bad_parameter (not PBF, cut off, damaged, or of a kind that is not read).
vocabulary::Result<void> read_osm_pbf(const std::filesystem::path& path,
                                      const OsmVisitor& visitor,
                                      const std::function<void(double)>& progress);

}  // namespace mms::road_import
