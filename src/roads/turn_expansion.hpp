// The turn-expanded graph: a state is a directed edge, an arc is a permitted turn; what CCH runs on.
#pragma once

#include <cstdint>
#include <vector>

#include "roads/road_network.hpp"

namespace mms::roads {

// Bits of Turn::flags.
enum TurnFlag : std::uint8_t {
  turn_forbidden_car = 1U << 0,
  turn_forbidden_truck = 1U << 1,
  turn_u = 1U << 2,
  turn_signal = 1U << 3,
};

struct Turn {
  std::uint32_t to = 0;         // state
  std::uint8_t penalty_ds = 0;  // tenths of a second lost
  std::uint8_t flags = 0;
  std::uint16_t reserved = 0;
};
static_assert(sizeof(Turn) == 8);

// States of one segment stand side by side, segments in the order that was asked for. A directed edge has one original
// state; further copies of it remember how a restriction over via ways was entered.
struct TurnExpansion {
  std::vector<std::uint32_t> state_first;  // segments + 1, by position in the order
  std::vector<DirectedEdge> state_edge;    // the edge of each state, in the network's numbering
  std::vector<std::uint32_t> edge_state;   // the original state of each directed edge; none where nobody may drive
  std::vector<std::uint32_t> turn_first;   // states + 1
  std::vector<Turn> turns;
};

// `order` lists every segment once. U-turns stand only where a road ends. Forbidden paths of more than two edges are
// compiled into an Aho–Corasick automaton (Aho, Corasick 1975) over directed edges.
TurnExpansion expand_turns(const RoadNetwork& network, const std::vector<std::uint32_t>& order);

}  // namespace mms::roads
