// Finds the edges that a restriction's members stand for.
#include "road_import/restrictions.hpp"

#include <algorithm>
#include <optional>

namespace mms::road_import {
namespace {

using namespace roads;

class Finder {
 public:
  Finder(const NetworkPlaces& places, const RoadNetwork& network) : places_(places), network_(network) {
    leaving_.resize(network.junctions.size());
    for (DirectedEdge edge = 0; edge < network.segments.size() * 2; ++edge) leaving_[tail(edge)].push_back(edge);
  }

  // Every manoeuvre that the restriction names, edge by edge.
  std::vector<std::vector<DirectedEdge>> manoeuvres(const OsmRestriction& restriction) const {
    std::vector<std::vector<DirectedEdge>> result;
    for (const std::int64_t from : restriction.from) {
      for (const std::int64_t to : restriction.to) {
        auto found = restriction.via_node ? over_node(from, *restriction.via_node, to)
                                          : over_ways(from, restriction.via_ways, to);
        result.insert(result.end(), found.begin(), found.end());
      }
    }
    return result;
  }
  const std::vector<DirectedEdge>& leaving(DirectedEdge after) const { return leaving_[head(after)]; }

 private:
  std::uint32_t tail(DirectedEdge edge) const {
    const Segment& s = network_.segments[segment_of(edge)];
    return is_backward(edge) ? s.head : s.tail;
  }
  std::uint32_t head(DirectedEdge edge) const { return tail(reversed(edge)); }

  std::vector<DirectedEdge> edges_of(std::int64_t way) const {
    std::vector<DirectedEdge> edges;
    if (const auto found = places_.segments_of_way.find(way); found != places_.segments_of_way.end()) {
      for (const std::uint32_t segment : found->second) {
        edges.push_back(directed(segment, false));
        edges.push_back(directed(segment, true));
      }
    }
    return edges;
  }

  std::vector<std::vector<DirectedEdge>> over_node(std::int64_t from, std::int64_t via, std::int64_t to) const {
    const auto junction = places_.junction_of_node.find(via);
    if (junction == places_.junction_of_node.end()) return {};
    std::vector<DirectedEdge> arriving, leaving;
    for (const DirectedEdge edge : edges_of(from)) {
      if (head(edge) == junction->second) arriving.push_back(edge);
    }
    for (const DirectedEdge edge : edges_of(to)) {
      if (tail(edge) == junction->second) leaving.push_back(edge);
    }
    std::vector<std::vector<DirectedEdge>> result;
    if (from == to) {  // a U-turn
      for (const DirectedEdge edge : arriving) result.push_back({edge, reversed(edge)});
    } else if (arriving.size() == 1 && leaving.size() == 1) {
      result.push_back({arriving.front(), leaving.front()});
    }
    return result;
  }

  std::vector<std::vector<DirectedEdge>> over_ways(std::int64_t from,
                                                   const std::vector<std::int64_t>& via,
                                                   std::int64_t to) const {
    constexpr std::size_t longest = 64;
    std::vector<std::vector<DirectedEdge>> via_edges, result;
    for (const std::int64_t way : via) via_edges.push_back(edges_of(way));
    const std::vector<DirectedEdge> to_edges = edges_of(to);
    for (const DirectedEdge first : edges_of(from)) {
      std::vector<DirectedEdge> path{first};
      std::size_t way = 0;
      bool entered = false;
      while (path.size() < longest) {
        if (entered && way + 1 == via.size()) {
          if (const auto last = next_among(to_edges, path)) {
            path.push_back(*last);
            result.push_back(path);
            break;
          }
        }
        std::optional<DirectedEdge> next =
            way + 1 < via.size() && entered ? next_among(via_edges[way + 1], path) : std::nullopt;
        if (next) {
          ++way;
        } else {
          next = next_among(via_edges[way], path);
        }
        if (!next) break;
        entered = true;
        path.push_back(*next);
      }
    }
    return result;
  }
  std::optional<DirectedEdge> next_among(const std::vector<DirectedEdge>& edges,
                                         const std::vector<DirectedEdge>& path) const {
    for (const DirectedEdge edge : edges) {
      const bool driven = std::ranges::any_of(path, [=](DirectedEdge e) { return segment_of(e) == segment_of(edge); });
      if (tail(edge) == head(path.back()) && !driven) return edge;
    }
    return {};
  }

  const NetworkPlaces& places_;
  const RoadNetwork& network_;
  std::vector<std::vector<DirectedEdge>> leaving_;
};

void forbid_leaving_early(const Finder& finder,
                          const std::vector<DirectedEdge>& path,
                          std::uint8_t vehicles,
                          std::vector<ForbiddenPath>& out) {
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    for (const DirectedEdge other : finder.leaving(path[i])) {
      if (other == path[i + 1] || other == reversed(path[i])) continue;
      ForbiddenPath early{{path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i) + 1}, vehicles};
      early.edges.push_back(other);
      out.push_back(std::move(early));
    }
  }
}

}  // namespace

std::vector<ForbiddenPath> forbidden_paths(const std::vector<OsmRestriction>& restrictions,
                                           const NetworkPlaces& places,
                                           const RoadNetwork& network,
                                           std::size_t& left_out) {
  const Finder finder(places, network);
  std::vector<ForbiddenPath> result;
  for (const OsmRestriction& restriction : restrictions) {
    const auto manoeuvres = finder.manoeuvres(restriction);
    if (manoeuvres.empty()) ++left_out;
    for (const auto& path : manoeuvres) {
      if (restriction.only) {
        forbid_leaving_early(finder, path, restriction.vehicles, result);
      } else {
        result.push_back({path, restriction.vehicles});
      }
    }
  }
  return result;
}

}  // namespace mms::road_import
