// Builds states and turns; restrictions over via ways become copies of states, found by an automaton.
#include "roads/turn_expansion.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace mms::roads {
namespace {

constexpr std::uint32_t car_bits[2] = {car_forward, car_backward};
constexpr std::uint32_t truck_bits[2] = {truck_forward, truck_backward};

bool open_to(const Segment& segment, DirectedEdge edge, const std::uint32_t (&bits)[2]) {
  return (segment.flags & bits[edge & 1]) != 0;
}

// The prefixes of forbidden paths. Node 0 is the empty path; a node of depth 1 is a plain edge.
class PathAutomaton {
 public:
  explicit PathAutomaton(const std::vector<ForbiddenPath>& paths) {
    for (const ForbiddenPath& path : paths) insert(path);
    link_failures();
  }

  struct Step {
    std::uint32_t node = 0;      // where the longest remembered suffix stands
    std::uint8_t forbidden = 0;  // for these vehicles
  };
  Step follow(std::uint32_t node, DirectedEdge next) const {
    Step step;
    for (std::uint32_t at = node;; at = nodes_[at].failure) {
      const auto child = children_.find({at, next});
      if (child != children_.end()) {
        step.forbidden |= nodes_[child->second].forbidden;
        if (step.node == 0 && nodes_[child->second].inner) step.node = child->second;
      }
      if (at == 0) return step;
    }
  }
  // The node that stands for having come over `edge` without a past.
  std::uint32_t start(DirectedEdge edge) const { return follow(0, edge).node; }
  // A copy of its last edge is needed for these nodes.
  std::vector<std::pair<std::uint32_t, DirectedEdge>> copies() const {
    std::vector<std::pair<std::uint32_t, DirectedEdge>> result;
    for (std::uint32_t node = 1; node < nodes_.size(); ++node) {
      if (nodes_[node].inner && nodes_[node].depth >= 2) result.emplace_back(node, nodes_[node].edge);
    }
    return result;
  }

 private:
  struct Node {
    std::uint32_t failure = 0;
    std::uint32_t depth = 0;
    DirectedEdge edge = 0;
    std::uint8_t forbidden = 0;
    bool inner = false;
  };

  void insert(const ForbiddenPath& path) {
    std::uint32_t at = 0;
    for (const DirectedEdge edge : path.edges) {
      nodes_[at].inner = true;
      const auto [place, fresh] = children_.try_emplace({at, edge}, static_cast<std::uint32_t>(nodes_.size()));
      if (fresh) nodes_.push_back({0, nodes_[at].depth + 1, edge, 0, false});
      at = place->second;
    }
    nodes_[at].forbidden |= path.vehicles;
  }

  void link_failures() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> by_depth;  // child, parent
    for (const auto& [key, child] : children_) by_depth.emplace_back(child, key.first);
    std::ranges::sort(by_depth, {}, [this](const auto& pair) { return nodes_[pair.first].depth; });
    for (const auto& [child, parent] : by_depth) {
      if (parent == 0) continue;
      std::uint32_t at = nodes_[parent].failure;
      for (;; at = nodes_[at].failure) {
        const auto found = children_.find({at, nodes_[child].edge});
        if (found != children_.end()) {
          nodes_[child].failure = found->second;
          break;
        }
        if (at == 0) break;
      }
    }
  }

  std::vector<Node> nodes_{Node{}};
  std::map<std::pair<std::uint32_t, DirectedEdge>, std::uint32_t> children_;
};

// Seconds lost by turning, right-hand traffic: a logistic curve of the angle, a little dearer to the left, and up to
// two seconds more where oncoming traffic is crossed (the model of OSRM's car profile, 2026).
double turn_seconds(double angle_deg, bool crosses_oncoming) {
  constexpr double full = 7.5, bias = 1.075, oncoming = 2.0;
  if (angle_deg >= 0) return full / (1 + std::exp(-(13 / bias * angle_deg / 180 - 6.5 * bias)));
  const double seconds = full / (1 + std::exp(-(13 * bias * -angle_deg / 180 - 6.5 / bias)));
  return crosses_oncoming ? seconds + oncoming / (1 + std::exp(-(13 * -angle_deg / 180 - 3.25))) : seconds;
}

class Expander {
 public:
  Expander(const RoadNetwork& network, const std::vector<std::uint32_t>& order)
      : network_(network), order_(order), automaton_(network.forbidden) {}

  TurnExpansion run() {
    number_states();
    list_leaving();
    out_.turn_first.push_back(0);
    for (std::uint32_t state = 0; state < out_.state_edge.size(); ++state) {
      add_turns(out_.state_edge[state], node_of_state_[state]);
      out_.turn_first.push_back(static_cast<std::uint32_t>(out_.turns.size()));
    }
    return std::move(out_);
  }

 private:
  bool exists(DirectedEdge edge) const {
    const Segment& segment = network_.segments[segment_of(edge)];
    return open_to(segment, edge, car_bits) || open_to(segment, edge, truck_bits);
  }
  std::uint32_t tail(DirectedEdge edge) const {
    const Segment& segment = network_.segments[segment_of(edge)];
    return is_backward(edge) ? segment.head : segment.tail;
  }

  void number_states() {
    std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, DirectedEdge>>> copies;
    for (const auto& copy : automaton_.copies()) {
      if (exists(copy.second)) copies[segment_of(copy.second)].push_back(copy);
    }
    out_.edge_state.assign(network_.segments.size() * 2, none);
    out_.state_first.push_back(0);
    for (const std::uint32_t segment : order_) {
      for (const DirectedEdge edge : {directed(segment, false), directed(segment, true)}) {
        if (!exists(edge)) continue;
        out_.edge_state[edge] = static_cast<std::uint32_t>(out_.state_edge.size());
        add_state(edge, automaton_.start(edge));
      }
      if (const auto found = copies.find(segment); found != copies.end()) {
        for (const auto& [node, edge] : found->second) {
          state_of_node_[node] = static_cast<std::uint32_t>(out_.state_edge.size());
          add_state(edge, node);
        }
      }
      out_.state_first.push_back(static_cast<std::uint32_t>(out_.state_edge.size()));
    }
  }
  void add_state(DirectedEdge edge, std::uint32_t node) {
    out_.state_edge.push_back(edge);
    node_of_state_.push_back(node);
  }

  void list_leaving() {
    leaving_first_.assign(network_.junctions.size() + 1, 0);
    const auto edges = static_cast<DirectedEdge>(network_.segments.size() * 2);
    for (DirectedEdge edge = 0; edge < edges; ++edge) {
      if (exists(edge)) ++leaving_first_[tail(edge) + 1];
    }
    for (std::size_t i = 1; i < leaving_first_.size(); ++i) leaving_first_[i] += leaving_first_[i - 1];
    leaving_.resize(leaving_first_.back());
    auto next = leaving_first_;
    roads_at_.assign(network_.junctions.size(), 0);
    for (DirectedEdge edge = 0; edge < edges; ++edge) {
      ++roads_at_[tail(edge)];
      if (exists(edge)) leaving_[next[tail(edge)]++] = edge;
    }
  }

  // Where a road ends for a class of vehicles, it may turn round.
  bool is_dead_end(DirectedEdge edge, const std::uint32_t (&bits)[2]) const {
    const std::uint32_t junction = tail(reversed(edge));
    for (std::uint32_t i = leaving_first_[junction]; i < leaving_first_[junction + 1]; ++i) {
      const DirectedEdge next = leaving_[i];
      if (next != reversed(edge) && open_to(network_.segments[segment_of(next)], next, bits)) return false;
    }
    return true;
  }

  double end_bearing(DirectedEdge edge) const {
    const std::uint32_t first = network_.shape_first[segment_of(edge)],
                        last = network_.shape_first[segment_of(edge) + 1];
    return is_backward(edge) ? bearing_deg(network_.shape[first + 1], network_.shape[first])
                             : bearing_deg(network_.shape[last - 2], network_.shape[last - 1]);
  }
  double start_bearing(DirectedEdge edge) const {
    const double back = end_bearing(reversed(edge)) + 180;
    return back >= 360 ? back - 360 : back;
  }

  void add_turns(DirectedEdge edge, std::uint32_t node) {
    const std::uint32_t junction = tail(reversed(edge));
    for (std::uint32_t i = leaving_first_[junction]; i < leaving_first_[junction + 1]; ++i) {
      const DirectedEdge next = leaving_[i];
      const auto step = automaton_.follow(node, next);
      Turn turn;
      turn.flags = step.forbidden & mask_all;
      if (next == reversed(edge)) {
        if (!is_dead_end(edge, car_bits)) turn.flags |= turn_forbidden_car;
        if (!is_dead_end(edge, truck_bits)) turn.flags |= turn_forbidden_truck;
        turn.flags |= turn_u;
      }
      if ((turn.flags & mask_all) == mask_all) continue;
      price(turn, edge, next);
      const auto copy = state_of_node_.find(step.node);
      turn.to = copy == state_of_node_.end() ? out_.edge_state[next] : copy->second;
      out_.turns.push_back(turn);
    }
  }

  void price(Turn& turn, DirectedEdge edge, DirectedEdge next) const {
    double seconds = 0;
    if (turn.flags & turn_u) {
      seconds = 20;
    } else if (roads_at_[tail(next)] > 2) {
      const double angle = turn_angle_deg(end_bearing(edge), start_bearing(next));
      const bool at_roundabout =
          ((network_.segments[segment_of(edge)].flags | network_.segments[segment_of(next)].flags) & roundabout) != 0;
      seconds = turn_seconds(network_.left_hand_traffic ? -angle : angle, !at_roundabout);
    }
    if (network_.junctions[tail(next)].signal) {
      turn.flags |= turn_signal;
      seconds += 2;
    }
    turn.penalty_ds = static_cast<std::uint8_t>(std::lround(std::min(seconds * 10, 255.0)));
  }

  const RoadNetwork& network_;
  const std::vector<std::uint32_t>& order_;
  PathAutomaton automaton_;
  TurnExpansion out_;
  std::vector<std::uint32_t> node_of_state_;
  std::map<std::uint32_t, std::uint32_t> state_of_node_;
  std::vector<std::uint32_t> leaving_first_;
  std::vector<DirectedEdge> leaving_;
  std::vector<std::uint32_t> roads_at_;  // segments that meet at a junction
};

}  // namespace

TurnExpansion expand_turns(const RoadNetwork& network, const std::vector<std::uint32_t>& order) {
  return Expander(network, order).run();
}

}  // namespace mms::roads
