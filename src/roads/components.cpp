// Strongly connected components by Tarjan's algorithm (1972) with a stack of its own.
#include "roads/components.hpp"

#include <algorithm>
#include <vector>

namespace mms::roads {
namespace {

class Tarjan {
 public:
  Tarjan(const RoadNetwork& network,
         const TurnExpansion& graph,
         std::uint32_t forward,
         std::uint32_t backward,
         std::uint8_t forbidden)
      : network_(network), graph_(graph), open_bits_{forward, backward}, forbidden_(forbidden) {
    const std::size_t states = graph.state_edge.size();
    number_.assign(states, 0);
    low_.assign(states, 0);
    component.assign(states, none);
    for (std::uint32_t v = 0; v < states; ++v) {
      if (number_[v] == 0 && is_open(v)) explore(v);
    }
  }

  std::vector<std::uint32_t> component;  // of each state; none where closed
  std::uint32_t count = 0;

 private:
  struct Frame {
    std::uint32_t state, turn;
  };

  bool is_open(std::uint32_t state) const {
    const DirectedEdge edge = graph_.state_edge[state];
    return (network_.segments[segment_of(edge)].flags & open_bits_[edge & 1]) != 0;
  }
  void enter(std::uint32_t v) {
    number_[v] = low_[v] = ++counter_;
    waiting_.push_back(v);
    frames_.push_back({v, graph_.turn_first[v]});
  }
  void explore(std::uint32_t root) {
    enter(root);
    while (!frames_.empty()) {
      auto& [v, turn] = frames_.back();
      if (turn < graph_.turn_first[v + 1]) {
        const Turn& next = graph_.turns[turn++];
        if ((next.flags & forbidden_) != 0 || !is_open(next.to)) continue;
        if (number_[next.to] == 0) {
          enter(next.to);
        } else if (component[next.to] == none) {
          low_[v] = std::min(low_[v], number_[next.to]);
        }
      } else {
        leave(v);
      }
    }
  }
  void leave(std::uint32_t v) {
    frames_.pop_back();
    if (!frames_.empty()) low_[frames_.back().state] = std::min(low_[frames_.back().state], low_[v]);
    if (low_[v] != number_[v]) return;
    for (std::uint32_t w = none; w != v;) {
      w = waiting_.back();
      waiting_.pop_back();
      component[w] = count;
    }
    ++count;
  }

  const RoadNetwork& network_;
  const TurnExpansion& graph_;
  std::uint32_t open_bits_[2];
  std::uint8_t forbidden_;
  std::vector<std::uint32_t> number_, low_, waiting_;
  std::vector<Frame> frames_;
  std::uint32_t counter_ = 0;
};

void mark(RoadNetwork& network,
          const TurnExpansion& graph,
          const Tarjan& tarjan,
          std::uint32_t forward_bit,
          std::uint32_t backward_bit) {
  std::vector<std::uint32_t> size(tarjan.count, 0);
  for (const std::uint32_t c : tarjan.component) {
    if (c != none) ++size[c];
  }
  const auto largest = static_cast<std::uint32_t>(std::ranges::max_element(size) - size.begin());
  for (DirectedEdge edge = 0; edge < graph.edge_state.size(); ++edge) {
    const std::uint32_t state = graph.edge_state[edge];
    if (state != none && !size.empty() && tarjan.component[state] == largest) {
      network.segments[segment_of(edge)].flags |= is_backward(edge) ? backward_bit : forward_bit;
    }
  }
}

}  // namespace

void mark_largest_components(RoadNetwork& network, const TurnExpansion& graph) {
  const Tarjan car(network, graph, car_forward, car_backward, turn_forbidden_car);
  const Tarjan truck(network, graph, truck_forward, truck_backward, turn_forbidden_truck);
  mark(network, graph, car, main_car_forward, main_car_backward);
  mark(network, graph, truck, main_truck_forward, main_truck_backward);
}

}  // namespace mms::roads
