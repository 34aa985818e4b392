// Elimination tree by Liu's algorithm, directed fill by merging the lists of lower neighbours.
#include "roads/elimination.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mms::roads {
namespace {

struct Csr {
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> value;
};

// For each state the states that have a turn into it.
Csr turns_into(const TurnExpansion& graph) {
  const std::size_t states = graph.state_edge.size();
  Csr into{std::vector<std::uint32_t>(states + 1, 0), std::vector<std::uint32_t>(graph.turns.size())};
  for (const Turn& turn : graph.turns) ++into.first[turn.to + 1];
  std::partial_sum(into.first.begin(), into.first.end(), into.first.begin());
  auto next = into.first;
  for (std::uint32_t from = 0; from < states; ++from) {
    for (std::uint32_t t = graph.turn_first[from]; t < graph.turn_first[from + 1]; ++t) {
      into.value[next[graph.turns[t].to]++] = from;
    }
  }
  return into;
}

// first state of the segment that each state belongs to
std::vector<bool> follows_in_segment(const TurnExpansion& graph) {
  std::vector<bool> follows(graph.state_edge.size(), true);
  for (std::size_t i = 0; i + 1 < graph.state_first.size(); ++i) {
    if (graph.state_first[i] < graph.state_first[i + 1]) follows[graph.state_first[i]] = false;
  }
  return follows;
}

class Forest {
 public:
  explicit Forest(std::size_t states) : parent_(states, none), ancestor_(states, none) {}

  void connect(std::uint32_t lower, std::uint32_t upper) {
    std::uint32_t at = lower;
    while (ancestor_[at] != none && ancestor_[at] != upper) at = std::exchange(ancestor_[at], upper);
    if (ancestor_[at] == none && at != upper) {
      ancestor_[at] = upper;
      parent_[at] = upper;
    }
  }
  std::vector<std::uint32_t> take() { return std::move(parent_); }

 private:
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> ancestor_;
};

}  // namespace

std::vector<std::uint32_t> elimination_tree(const TurnExpansion& graph) {
  const auto states = static_cast<std::uint32_t>(graph.state_edge.size());
  const Csr into = turns_into(graph);
  const auto follows = follows_in_segment(graph);
  Forest forest(states);
  for (std::uint32_t v = 0; v < states; ++v) {
    if (follows[v]) forest.connect(v - 1, v);
    for (std::uint32_t t = graph.turn_first[v]; t < graph.turn_first[v + 1]; ++t) {
      if (graph.turns[t].to < v) forest.connect(graph.turns[t].to, v);
    }
    for (std::uint32_t i = into.first[v]; i < into.first[v + 1]; ++i) {
      if (into.value[i] < v) forest.connect(into.value[i], v);
    }
  }
  return forest.take();
}

std::vector<std::uint32_t> postorder_segments(const TurnExpansion& graph,
                                              const std::vector<std::uint32_t>& parent,
                                              const std::vector<std::uint32_t>& order) {
  const auto states = static_cast<std::uint32_t>(parent.size());
  std::vector<std::uint32_t> position(states);
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    for (std::uint32_t v = graph.state_first[i]; v < graph.state_first[i + 1]; ++v) position[v] = i;
  }
  // Children from the lowest to the highest; the state before v in its segment is v's highest child by construction.
  std::vector<std::uint32_t> first_child(states, none), next_sibling(states, none), roots;
  for (std::uint32_t v = states; v-- > 0;) {
    if (parent[v] == none) {
      roots.push_back(v);
    } else {
      next_sibling[v] = std::exchange(first_child[parent[v]], v);
    }
  }
  std::vector<std::uint32_t> result, stack;
  result.reserve(order.size());
  for (auto root = roots.rbegin(); root != roots.rend(); ++root) {
    stack.push_back(*root);
    while (!stack.empty()) {
      const std::uint32_t v = stack.back();
      if (first_child[v] != none) {
        stack.push_back(std::exchange(first_child[v], next_sibling[first_child[v]]));
        continue;
      }
      stack.pop_back();
      if (result.empty() || result.back() != order[position[v]]) result.push_back(order[position[v]]);
    }
  }
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    if (graph.state_first[i] == graph.state_first[i + 1]) result.push_back(order[i]);
  }
  return result;
}

UpwardArcs complete(const TurnExpansion& graph) {
  const auto states = static_cast<std::uint32_t>(graph.state_edge.size());
  const Csr into = turns_into(graph);
  UpwardArcs arcs;
  // For each state x the lower states z with an arc x → z, and those with an arc z → x, as linked lists.
  struct Link {
    std::uint32_t lower, next;
  };
  std::vector<Link> links;
  std::vector<std::uint32_t> reached_by(states, none), reaching(states, none);
  const auto push = [&links](std::uint32_t& head, std::uint32_t lower) {
    links.push_back({lower, head});
    head = static_cast<std::uint32_t>(links.size() - 1);
  };
  std::vector<std::uint32_t> mark(states, none), found;
  const auto add = [&](std::uint32_t v, std::uint32_t upper, std::uint32_t stamp) {
    if (upper > v && mark[upper] != stamp) {
      mark[upper] = stamp;
      found.push_back(upper);
    }
  };
  const auto keep = [&](std::vector<std::uint32_t>& first, std::vector<std::uint32_t>& value) {
    std::ranges::sort(found);
    value.insert(value.end(), found.begin(), found.end());
    first.push_back(static_cast<std::uint32_t>(value.size()));
  };
  for (std::uint32_t v = 0; v < states; ++v) {
    found.clear();
    for (std::uint32_t t = graph.turn_first[v]; t < graph.turn_first[v + 1]; ++t) add(v, graph.turns[t].to, 2 * v);
    for (std::uint32_t l = reached_by[v]; l != none; l = links[l].next) {
      const std::uint32_t z = links[l].lower;
      for (std::uint32_t i = arcs.out_first[z]; i < arcs.out_first[z + 1]; ++i) add(v, arcs.out_head[i], 2 * v);
    }
    keep(arcs.out_first, arcs.out_head);
    for (const std::uint32_t upper : found) push(reaching[upper], v);
    found.clear();
    for (std::uint32_t i = into.first[v]; i < into.first[v + 1]; ++i) add(v, into.value[i], 2 * v + 1);
    for (std::uint32_t l = reaching[v]; l != none; l = links[l].next) {
      const std::uint32_t z = links[l].lower;
      for (std::uint32_t i = arcs.in_first[z]; i < arcs.in_first[z + 1]; ++i) add(v, arcs.in_tail[i], 2 * v + 1);
    }
    keep(arcs.in_first, arcs.in_tail);
    for (const std::uint32_t upper : found) push(reached_by[upper], v);
  }
  return arcs;
}

}  // namespace mms::roads
