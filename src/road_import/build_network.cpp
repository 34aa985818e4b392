// Cuts ways into segments between junctions.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "road_import/osm_roads.hpp"
#include "road_import/restrictions.hpp"

namespace mms::road_import {
namespace {

using namespace roads;

class Builder {
 public:
  explicit Builder(const OsmRoads& osm) : osm_(osm), uses_(osm.nodes.size(), 0), junction_(osm.nodes.size(), none) {}

  BuiltNetwork run() {
    for (const OsmWay& way : osm_.ways) count_uses(way);
    for (const OsmWay& way : osm_.ways) cut(way);
    BuiltNetwork built;
    network_.forbidden = forbidden_paths(osm_.restrictions, places_, network_, built.restrictions_left_out);
    built.network = std::move(network_);
    return built;
  }

 private:
  // Number of the node, none when the extract does not hold it.
  std::uint32_t find(std::int64_t id) const {
    const auto found = std::ranges::lower_bound(osm_.nodes, id, {}, &OsmNode::id);
    return found == osm_.nodes.end() || found->id != id ? none : static_cast<std::uint32_t>(found - osm_.nodes.begin());
  }

  void count_uses(const OsmWay& way) {
    for (std::size_t i = 0; i < way.nodes.size(); ++i) {
      const std::uint32_t node = find(way.nodes[i]);
      if (node == none) continue;
      const bool is_end = i == 0 || i + 1 == way.nodes.size();
      uses_[node] = static_cast<std::uint8_t>(std::min(250, uses_[node] + (is_end ? 2 : 1)));
    }
  }
  bool is_junction(std::uint32_t node) const {
    const NodeRules& rules = osm_.nodes[node].rules;
    return uses_[node] >= 2 || rules.blocks || rules.height_limit_dm != 0;
  }
  // A blocked node is another dead end for every road that comes to it.
  std::uint32_t junction_at(std::uint32_t node) {
    if (junction_[node] != none && !osm_.nodes[node].rules.blocks) return junction_[node];
    junction_[node] = static_cast<std::uint32_t>(network_.junctions.size());
    network_.junctions.push_back({osm_.nodes[node].place, osm_.nodes[node].rules.signal});
    places_.junction_of_node[osm_.nodes[node].id] = junction_[node];
    return junction_[node];
  }

  void cut(const OsmWay& way) {
    std::vector<std::uint32_t> run;
    const auto flush = [&] {
      if (run.size() >= 2) add_segment(way, run);
      run.clear();
    };
    for (const std::int64_t id : way.nodes) {
      const std::uint32_t node = find(id);
      if (node == none) {
        flush();
        continue;
      }
      if (!run.empty() && run.back() == node) continue;
      run.push_back(node);
      if (run.size() >= 2 && is_junction(node)) {
        flush();
        run.push_back(node);
      }
    }
    flush();
  }

  void add_segment(const OsmWay& way, const std::vector<std::uint32_t>& nodes) {
    const WayRules& rules = way.rules;
    Segment segment;
    segment.way_id = static_cast<std::uint64_t>(way.id);
    double length = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const OsmNode& node = osm_.nodes[nodes[i]];
      if (i > 0) length += meters_between(osm_.nodes[nodes[i - 1]].place, node.place);
      if (i > 0 && i + 1 < nodes.size() && node.rules.signal && segment.signals < 255) ++segment.signals;
      if (i == 0 || i + 1 == nodes.size() || node.place != network_.shape.back()) network_.shape.push_back(node.place);
    }
    network_.shape_first.push_back(static_cast<std::uint32_t>(network_.shape.size()));
    segment.tail = junction_at(nodes.front());
    segment.head = junction_at(nodes.back());
    segment.length_cm = static_cast<std::uint32_t>(std::clamp(std::lround(length * 100), 1L, 900'000'000L));
    segment.name = string(rules.name);
    segment.ref = string(rules.ref);
    segment.flags = rules.flags;
    segment.road_class = rules.road_class;
    segment.surface = rules.surface;
    segment.height_limit_dm = lower_limit(rules.height_limit_dm, nodes);
    segment.width_limit_dm = rules.width_limit_dm;
    segment.weight_limit_100kg = rules.weight_limit_100kg;
    const double ferry_kmh = rules.duration_s ? std::clamp(way_length_m(way) / *rules.duration_s * 3.6, 0.5, 100.0) : 0;
    for (int side = 0; side < 2; ++side) {
      segment.car_speed_dkmh[side] = tenths(ferry_kmh > 0 ? ferry_kmh : rules.car_speed_kmh[side]);
      segment.truck_speed_dkmh[side] = tenths(ferry_kmh > 0 ? ferry_kmh : rules.truck_speed_kmh[side]);
    }
    places_.segments_of_way[way.id].push_back(static_cast<std::uint32_t>(network_.segments.size()));
    network_.segments.push_back(segment);
  }
  static std::uint16_t tenths(double kmh) {
    return static_cast<std::uint16_t>(std::clamp(std::lround(kmh * 10), 5L, 2500L));
  }

  std::uint8_t lower_limit(std::uint8_t limit, const std::vector<std::uint32_t>& nodes) const {
    for (const std::uint32_t node : {nodes.front(), nodes.back()}) {
      const std::uint8_t there = osm_.nodes[node].rules.height_limit_dm;
      if (there != 0 && (limit == 0 || there < limit)) limit = there;
    }
    return limit;
  }
  double way_length_m(const OsmWay& way) const {
    double length = 0;
    for (std::size_t i = 1; i < way.nodes.size(); ++i) {
      const std::uint32_t a = find(way.nodes[i - 1]), b = find(way.nodes[i]);
      if (a != none && b != none) length += meters_between(osm_.nodes[a].place, osm_.nodes[b].place);
    }
    return length;
  }
  std::uint32_t string(const std::string& text) {
    if (text.empty()) return 0;
    const auto [place, fresh] = strings_.try_emplace(text, static_cast<std::uint32_t>(network_.strings.size()));
    if (fresh) network_.strings.push_back(text);
    return place->second;
  }

  const OsmRoads& osm_;
  std::vector<std::uint8_t> uses_;
  std::vector<std::uint32_t> junction_;
  RoadNetwork network_;
  NetworkPlaces places_;
  std::unordered_map<std::string, std::uint32_t> strings_;
};

}  // namespace

BuiltNetwork build_network(const OsmRoads& roads) {
  return Builder(roads).run();
}

}  // namespace mms::road_import
