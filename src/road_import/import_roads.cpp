// The steps of an import: survey, ways and restrictions, places, network, order, file.
#include "road_import/import_roads.hpp"

#include <algorithm>
#include <fstream>
#include <map>

#include "road_import/dissection.hpp"
#include "road_import/osm_pbf.hpp"
#include "road_import/osm_roads.hpp"
#include "roads/build_road_file.hpp"

namespace mms::road_import {
namespace {

std::function<void(double)> step(const Progress& progress, std::string_view name) {
  if (!progress) return {};
  return [&progress, name](double share) { progress(name, share); };
}

// The country that most speed limits of the file refer to.
vocabulary::Result<std::string> survey_country(const std::filesystem::path& input, const Progress& progress) {
  std::map<std::string, std::size_t, std::less<>> votes;
  OsmVisitor visitor;
  visitor.way = [&votes](std::int64_t, std::span<const std::int64_t>, const Tags& tags) {
    if (const auto country = country_named_by(tags); !country.empty()) ++votes[std::string(country)];
  };
  if (auto done = read_osm_pbf(input, visitor, step(progress, "looking for the country")); !done)
    return std::unexpected(std::move(done).error());
  const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return most == votes.end() ? std::string() : most->first;
}

std::uint8_t vehicles_excepted(std::string_view except) {
  std::uint8_t mask = 0;
  for (std::size_t begin = 0; begin <= except.size();) {
    const std::size_t end = std::min(except.find(';', begin), except.size());
    const std::string_view word = except.substr(begin, end - begin);
    if (word == "motorcar" || word == "motor_vehicle") mask |= roads::mask_car;
    if (word == "hgv" || word == "goods" || word == "motor_vehicle") mask |= roads::mask_truck;
    begin = end + 1;
  }
  return mask;
}

void add_restriction(std::span<const Member> members, const Tags& tags, OsmRoads& osm) {
  if (tags["type"] != "restriction") return;
  struct Key {
    std::string_view key;
    std::uint8_t vehicles;
  };
  for (const Key key : {Key{"restriction", roads::mask_all}, Key{"restriction:motorcar", roads::mask_car},
                        Key{"restriction:hgv", roads::mask_truck}}) {
    const std::string_view value = tags[key.key];
    OsmRestriction restriction;
    restriction.only = value.starts_with("only_");
    restriction.vehicles = key.vehicles & static_cast<std::uint8_t>(~vehicles_excepted(tags["except"]));
    if ((!restriction.only && !value.starts_with("no_")) || restriction.vehicles == 0) continue;
    for (const Member& member : members) {
      if (member.kind == MemberKind::way && member.role == "from") restriction.from.push_back(member.id);
      if (member.kind == MemberKind::way && member.role == "to") restriction.to.push_back(member.id);
      if (member.kind == MemberKind::way && member.role == "via") restriction.via_ways.push_back(member.id);
      if (member.kind == MemberKind::node && member.role == "via") restriction.via_node = member.id;
    }
    if (restriction.via_node || !restriction.via_ways.empty()) osm.restrictions.push_back(std::move(restriction));
  }
}

vocabulary::Result<OsmRoads> read_roads(const std::filesystem::path& input,
                                        std::string_view country,
                                        const Progress& progress) {
  OsmRoads osm;
  OsmVisitor ways;
  ways.way = [&](std::int64_t id, std::span<const std::int64_t> nodes, const Tags& tags) {
    if (auto rules = rules_of_way(tags, country))
      osm.ways.push_back({id, {nodes.begin(), nodes.end()}, std::move(*rules)});
  };
  ways.relation = [&](std::int64_t, std::span<const Member> members, const Tags& tags) {
    add_restriction(members, tags, osm);
  };
  if (auto done = read_osm_pbf(input, ways, step(progress, "reading roads")); !done)
    return std::unexpected(std::move(done).error());

  std::vector<std::int64_t> wanted;
  for (const OsmWay& way : osm.ways) wanted.insert(wanted.end(), way.nodes.begin(), way.nodes.end());
  std::ranges::sort(wanted);
  wanted.erase(std::ranges::unique(wanted).begin(), wanted.end());
  OsmVisitor nodes;
  nodes.node = [&](std::int64_t id, roads::Coordinate place, const Tags& tags) {
    if (std::ranges::binary_search(wanted, id)) osm.nodes.push_back({id, place, rules_of_node(tags)});
  };
  if (auto done = read_osm_pbf(input, nodes, step(progress, "reading places")); !done)
    return std::unexpected(std::move(done).error());
  std::ranges::sort(osm.nodes, {}, &OsmNode::id);
  osm.nodes.erase(std::ranges::unique(osm.nodes, {}, &OsmNode::id).begin(), osm.nodes.end());
  return osm;
}

vocabulary::Result<void> write_in_place(const std::filesystem::path& output, std::span<const std::byte> bytes) {
  std::filesystem::path beside = output;
  beside += ".part";
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(beside, output, error);
  if (!out || error) {
    std::filesystem::remove(beside, error);
    return vocabulary::refuse(vocabulary::ProblemKind::unavailable, output.string() + " cannot be written");
  }
  return {};
}

}  // namespace

vocabulary::Result<ImportReport> import_roads(const std::filesystem::path& input,
                                              const std::filesystem::path& output,
                                              const Progress& progress,
                                              std::string_view country) {
  ImportReport report;
  report.country = country;
  if (country.empty()) {
    TRY(named, survey_country(input, progress));
    report.country = named;
  }
  TRY(osm, read_roads(input, report.country, progress));
  report.ways = osm.ways.size();
  report.restrictions = osm.restrictions.size();
  BuiltNetwork built = build_network(osm);
  osm = {};
  built.network.left_hand_traffic = drives_on_the_left(report.country);
  built.network.source = input.filename().string();
  built.network.attribution = "© OpenStreetMap contributors, ODbL 1.0";
  report.segments = built.network.segments.size();
  report.restrictions_left_out = built.restrictions_left_out;
  const auto order = order_by_dissection(roads::segment_graph(built.network), step(progress, "ordering"));
  if (progress) progress("building", 0);
  TRY(bytes, roads::build_road_file(std::move(built.network), order));
  if (progress) progress("building", 1);
  if (auto done = write_in_place(output, bytes); !done) return std::unexpected(std::move(done).error());
  TRY(graph, open_roads(output));
  report.states = graph->states();
  report.turns = graph->turns();
  report.arcs = graph->file().out_head.size() + graph->file().in_tail.size();
  report.file_bytes = bytes.size();
  return report;
}

}  // namespace mms::road_import
