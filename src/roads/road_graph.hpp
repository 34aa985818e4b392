// An opened road file with what searches need beside it: depths, lower neighbours, turns by their target.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "roads/road_file.hpp"

namespace mms::roads {

// What a walk up the elimination tree reads at each state.
struct StateLink {
  std::uint32_t out_first = 0;
  std::uint32_t in_first = 0;
  std::uint32_t parent = none;
  std::uint32_t depth = 0;  // distance from the root; the ancestors of a state have all depths below its own
};

// A lower state z of some state x.
struct LowerArc {
  std::uint32_t lower = 0;  // z
  std::uint32_t arc = 0;    // x → z: its number among the in-arcs; z → x: among the out-arcs
  std::uint32_t start = 0;  // the first arc of z in the other direction whose upper end lies above x
};

// Threads: immutable, shared by all.
class RoadGraph {
 public:
  // `owner` keeps the bytes alive.
  // Refuses: as read_road_file.
  static vocabulary::Result<std::shared_ptr<const RoadGraph>> open(std::span<const std::byte> bytes,
                                                                   std::shared_ptr<const void> owner);
  static vocabulary::Result<std::shared_ptr<const RoadGraph>> open(std::vector<std::byte> bytes);

  const RoadFile& file() const { return file_; }
  std::uint32_t segments() const { return static_cast<std::uint32_t>(file_.segments.size()); }
  std::uint32_t edges() const { return segments() * 2; }
  std::uint32_t states() const { return static_cast<std::uint32_t>(file_.state_edge.size()); }
  std::uint32_t turns() const { return static_cast<std::uint32_t>(file_.turns.size()); }
  std::uint32_t levels() const { return levels_; }  // depth of the deepest state, plus one

  const Segment& segment(std::uint32_t number) const { return file_.segments[number]; }
  DirectedEdge edge_of(std::uint32_t state) const { return file_.state_edge[state]; }

  // states + 1, the last one only to end the arcs of the one before.
  std::span<const StateLink> links() const { return links_; }
  std::span<const std::uint16_t> out_depth() const { return out_depth_; }
  std::span<const std::uint16_t> in_depth() const { return in_depth_; }
  std::uint32_t subtree_first(std::uint32_t state) const { return subtree_first_[state]; }

  std::span<const LowerArc> reached(std::uint32_t state) const {
    return part(reached_first_, reached_, state);
  }  // x → z
  std::span<const LowerArc> reaching(std::uint32_t state) const {
    return part(reaching_first_, reaching_, state);
  }  // z → x
  // Numbers of the turns into a state, and the state that each turn leaves.
  std::span<const std::uint32_t> turns_into(std::uint32_t state) const { return part(into_first_, into_, state); }
  std::uint32_t turn_from(std::uint32_t turn) const { return turn_from_[turn]; }
  // The arc that carries a turn: its number among the out-arcs of the lower state, or in_arc_bit plus that among the
  // in-arcs; none for a turn from a state into itself.
  static constexpr std::uint32_t in_arc_bit = 0x80000000;
  std::uint32_t turn_arc(std::uint32_t turn) const { return turn_arc_[turn]; }

  // The segments of an OpenStreetMap way.
  std::span<const std::uint32_t> segments_of_way(std::uint64_t way_id) const;

 private:
  RoadGraph(RoadFile file, std::shared_ptr<const void> owner);
  vocabulary::Result<void> measure_depths();
  void list_lower();
  void list_turns();

  template <class T>
  static std::span<const T> part(const std::vector<std::uint32_t>& first, const std::vector<T>& all, std::uint32_t at) {
    return std::span(all).subspan(first[at], first[at + 1] - first[at]);
  }

  RoadFile file_;
  std::shared_ptr<const void> owner_;
  std::uint32_t levels_ = 0;
  std::vector<StateLink> links_;
  std::vector<std::uint16_t> out_depth_, in_depth_;
  std::vector<std::uint32_t> subtree_first_;
  std::vector<std::uint32_t> reached_first_, reaching_first_, into_first_;
  std::vector<LowerArc> reached_, reaching_;
  std::vector<std::uint32_t> into_, turn_from_, turn_arc_;
};

}  // namespace mms::roads
