// Every index and order that searches rely on, checked once when a file is opened.
#include "roads/road_file_check.hpp"

#include <algorithm>

#include "roads/spatial_index.hpp"

namespace mms::roads {
namespace {

// Offsets of `parts` parts into `whole` elements.
bool is_partition(std::span<const std::uint32_t> first, std::size_t parts, std::size_t whole) {
  return first.size() == parts + 1 && first.front() == 0 && first.back() == whole && std::ranges::is_sorted(first);
}

bool is_sound(const Segment& s, const RoadFile& f) {
  const std::size_t strings = f.string_first.size() - 1;
  return s.name < strings && s.ref < strings && s.tail < f.junction_count && s.head < f.junction_count &&
         static_cast<int>(s.road_class) < road_class_count && s.surface <= Surface::ground;
}

bool segments_are_sound(const RoadFile& f) {
  const std::size_t segments = f.segments.size();
  if (segments == 0 || segments > 0x3FFFFFFF || f.junction_count > 0xFFFFFFFE) return false;
  if (!std::ranges::all_of(f.segments, [&f](const Segment& s) { return is_sound(s, f); })) return false;
  return f.by_way.size() == segments && std::ranges::all_of(f.by_way, [=](auto s) { return s < segments; }) &&
         std::ranges::is_sorted(f.by_way, {}, [&f](auto s) { return f.segments[s].way_id; });
}

bool shapes_are_sound(const RoadFile& f) {
  if (!is_partition(f.shape_first, f.segments.size(), f.shape.size())) return false;
  for (std::size_t s = 0; s < f.segments.size(); ++s) {
    if (f.shape_first[s + 1] - f.shape_first[s] < 2) return false;
  }
  return std::ranges::all_of(f.shape, [](Coordinate c) { return is_on_earth(c.latitude(), c.longitude()); });
}

bool states_are_sound(const RoadFile& f) {
  const std::size_t states = f.state_edge.size();
  if (states == 0 || states >= 0x7FFFFFFF || !is_partition(f.state_first, f.segments.size(), states)) return false;
  if (f.edge_state.size() != f.segments.size() * 2) return false;
  for (std::uint32_t s = 0; s < f.segments.size(); ++s) {
    for (std::uint32_t v = f.state_first[s]; v < f.state_first[s + 1]; ++v) {
      if (segment_of(f.state_edge[v]) != s || f.edge_state[f.state_edge[v]] == none) return false;
    }
  }
  for (DirectedEdge edge = 0; edge < f.edge_state.size(); ++edge) {
    const std::uint32_t state = f.edge_state[edge];
    if (state != none && (state >= states || f.state_edge[state] != edge)) return false;
  }
  return true;
}

bool turns_are_sound(const RoadFile& f) {
  if (!is_partition(f.turn_first, f.state_edge.size(), f.turns.size())) return false;
  const auto junction = [&f](DirectedEdge edge, bool at_end) {
    const Segment& segment = f.segments[segment_of(edge)];
    return is_backward(edge) == at_end ? segment.tail : segment.head;
  };
  for (std::size_t v = 0; v < f.state_edge.size(); ++v) {
    for (std::uint32_t t = f.turn_first[v]; t < f.turn_first[v + 1]; ++t) {
      if (f.turns[t].to >= f.state_edge.size()) return false;
      if (junction(f.state_edge[v], true) != junction(f.state_edge[f.turns[t].to], false)) return false;
    }
  }
  return true;
}

bool upward_is_sound(const RoadFile& f,
                     std::span<const std::uint32_t> first,
                     std::span<const std::uint32_t> upper,
                     std::span<const std::uint32_t> subtree) {
  if (!is_partition(first, f.state_edge.size(), upper.size())) return false;
  for (std::uint32_t v = 0; v < f.state_edge.size(); ++v) {
    for (std::uint32_t i = first[v]; i < first[v + 1]; ++i) {
      if (upper[i] >= f.state_edge.size() || upper[i] <= v || subtree[upper[i]] > v) return false;
      if (i > first[v] && upper[i] <= upper[i - 1]) return false;
    }
  }
  return true;
}

// A turn between two states needs its arc at the lower one.
bool turns_have_arcs(const RoadFile& f) {
  const auto has = [](std::span<const std::uint32_t> first, std::span<const std::uint32_t> upper, std::uint32_t v,
                      std::uint32_t u) {
    return std::ranges::binary_search(upper.subspan(first[v], first[v + 1] - first[v]), u);
  };
  for (std::uint32_t v = 0; v < f.state_edge.size(); ++v) {
    for (std::uint32_t t = f.turn_first[v]; t < f.turn_first[v + 1]; ++t) {
      const std::uint32_t to = f.turns[t].to;
      if (to > v && !has(f.out_first, f.out_head, v, to)) return false;
      if (to < v && !has(f.in_first, f.in_tail, to, v)) return false;
    }
  }
  return true;
}

bool segments_are_chained(const RoadFile& f) {
  for (std::size_t s = 0; s < f.segments.size(); ++s) {
    for (std::uint32_t v = f.state_first[s]; v + 1 < f.state_first[s + 1]; ++v) {
      if (f.parent[v] != v + 1) return false;
    }
  }
  return true;
}

bool pieces_are_sound(const RoadFile& f) {
  if (f.boxes.size() != packed_tree_boxes(f.pieces.size())) return false;
  return std::ranges::all_of(f.pieces, [&f](const ShapePiece& piece) {
    return piece.segment < f.segments.size() && piece.lines > 0 && piece.first >= f.shape_first[piece.segment] &&
           piece.first < f.shape_first[piece.segment + 1] &&
           piece.lines < f.shape_first[piece.segment + 1] - piece.first;
  });
}

}  // namespace

std::vector<std::uint32_t> subtree_first(std::span<const std::uint32_t> parent) {
  std::vector<std::uint32_t> first(parent.size());
  for (std::uint32_t v = 0; v < parent.size(); ++v) first[v] = v;
  for (std::uint32_t v = 0; v < parent.size(); ++v) {
    const std::uint32_t up = parent[v];
    if (up == none) continue;
    if (up <= v || up >= parent.size()) return {};
    first[up] = std::min(first[up], first[v]);
  }
  // As many states as the interval is long: then the interval is the subtree.
  std::vector<std::uint32_t> size(parent.size(), 1);
  for (std::uint32_t v = 0; v < parent.size(); ++v) {
    if (v - first[v] + 1 != size[v]) return {};
    if (parent[v] != none) size[parent[v]] += size[v];
  }
  return first;
}

std::string_view find_unsound_part(const RoadFile& f) {
  if (f.string_first.empty() || !is_partition(f.string_first, f.string_first.size() - 1, f.string_bytes.size()))
    return "names";
  if (!segments_are_sound(f)) return "segments";
  if (!shapes_are_sound(f)) return "shapes";
  if (!states_are_sound(f)) return "states";
  if (!turns_are_sound(f)) return "turns";
  if (f.parent.size() != f.state_edge.size()) return "elimination tree's states";
  const auto subtree = subtree_first(f.parent);
  if (subtree.empty() || !segments_are_chained(f)) return "elimination tree's branches";
  if (!upward_is_sound(f, f.out_first, f.out_head, subtree) || !upward_is_sound(f, f.in_first, f.in_tail, subtree))
    return "arcs";
  if (!turns_have_arcs(f)) return "arcs of turns";
  if (!pieces_are_sound(f)) return "spatial index's pieces";
  return {};
}

}  // namespace mms::roads
