// Chordal completion of the turn-expanded graph along an order: elimination tree and upward arcs of the CCH.
#pragma once

#include <cstdint>
#include <vector>

#include "roads/turn_expansion.hpp"

namespace mms::roads {

// parent[v] > v, or none at a root. The tree is that of the undirected graph in which the states of one segment are
// chained, so that the ancestors of a segment's first state include all its states, and everything that a search upward
// from any of them can meet (Dibbelt, Strasser, Wagner 2014, section 5; Liu 1990).
std::vector<std::uint32_t> elimination_tree(const TurnExpansion& graph);

// The order of segments in which the tree's numbering becomes a post-order: the fill stays the same, subtrees become
// intervals. `order` is the one that `graph` was expanded with.
std::vector<std::uint32_t> postorder_segments(const TurnExpansion& graph,
                                              const std::vector<std::uint32_t>& parent,
                                              const std::vector<std::uint32_t>& order);

// Upward arcs with direction kept: an arc exists only where a permitted path over lower states does (directed fill, as
// in Buchhold, Wagner, Zeitz, Zündorf 2020).
struct UpwardArcs {
  std::vector<std::uint32_t> out_first{0};  // v → head, head > v
  std::vector<std::uint32_t> out_head;
  std::vector<std::uint32_t> in_first{0};  // tail → v, tail > v
  std::vector<std::uint32_t> in_tail;
};
UpwardArcs complete(const TurnExpansion& graph);

}  // namespace mms::roads
