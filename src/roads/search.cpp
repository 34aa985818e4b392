// Elimination-tree query and path unpacking.
#include "roads/search.hpp"

#include <algorithm>

namespace mms::roads {

SearchSpace::SearchSpace(const RoadGraph& graph)
    : forward_(graph.levels()),
      backward_(graph.levels()),
      forward_arc_(graph.levels()),
      backward_arc_(graph.levels()) {}

// One query. `track` keeps the arcs that a path is made of.
class Query {
 public:
  Query(const RoadGraph& graph, const Metric& metric, SearchSpace& space)
      : graph_(graph), metric_(metric), space_(space) {}

  template <bool track>
  Weight run(std::span<const Label> sources, std::span<const Label> targets) {
    const std::uint32_t bias = std::ranges::max(targets, {}, &Label::weight).weight;
    std::uint32_t up = start<track>(sources, space_.forward_, space_.forward_arc_, [](Weight w) { return w; });
    std::uint32_t down =
        start<track>(targets, space_.backward_, space_.backward_arc_, [bias](Weight w) { return bias - w; });
    const auto links = graph_.links();
    while (up != down) {
      if (up < down) {
        relax_out<track>(up, infinite);
        up = links[up].parent;
      } else {
        relax_in<track>(down, infinite);
        down = links[down].parent;
      }
    }
    Weight best = infinite;
    for (; up != none; up = links[up].parent) {
      const Weight there = space_.forward_[links[up].depth], back = space_.backward_[links[up].depth];
      if (there + back < best) {
        best = there + back;
        meeting_ = up;
      }
      relax_out<track>(up, best);
      relax_in<track>(up, best);
    }
    // What lies behind the target on its own edge was never driven.
    return best >= infinite ? infinite : best - bias;
  }

  std::vector<std::uint32_t> unpack(std::span<const Label> targets) {
    std::vector<std::uint32_t> arcs;  // to the meeting state, backwards
    std::vector<std::uint32_t> states;
    std::uint32_t at = meeting_;
    const RoadFile& f = graph_.file();
    for (std::uint32_t arc; (arc = space_.forward_arc_[graph_.links()[at].depth]) != none;) {
      arcs.push_back(arc);
      at = lower_end(f.out_first, arc);
    }
    states.push_back(at);
    for (auto arc = arcs.rbegin(); arc != arcs.rend(); ++arc) {
      unpack_out(at, *arc, states);
      at = f.out_head[*arc];
    }
    at = meeting_;
    for (std::uint32_t arc; (arc = space_.backward_arc_[graph_.links()[at].depth]) != none;) {
      const std::uint32_t lower = lower_end(f.in_first, arc);
      unpack_in(lower, arc, states);
      at = lower;
    }
    (void)targets;
    return states;
  }

 private:
  template <bool track, class Convert>
  std::uint32_t start(std::span<const Label> labels,
                      std::vector<Weight>& row,
                      std::vector<std::uint32_t>& arcs,
                      Convert convert) {
    std::uint32_t lowest = none, deepest = 0;
    for (const Label& label : labels) {
      lowest = std::min(lowest, label.state);
      deepest = std::max(deepest, graph_.links()[label.state].depth);
    }
    std::fill_n(row.begin(), deepest + 1, infinite);
    if constexpr (track) std::fill_n(arcs.begin(), deepest + 1, none);
    for (const Label& label : labels) {
      Weight& weight = row[graph_.links()[label.state].depth];
      weight = std::min(weight, convert(label.weight));
    }
    return lowest;
  }
  template <bool track>
  void relax_out(std::uint32_t v, Weight below) {
    const StateLink &link = graph_.links()[v], &next = graph_.links()[v + 1];
    relax<track>(space_.forward_, space_.forward_arc_, link.depth, below, link.out_first, next.out_first,
                 graph_.out_depth().data(), metric_.out_weight.data());
  }
  template <bool track>
  void relax_in(std::uint32_t v, Weight below) {
    const StateLink &link = graph_.links()[v], &next = graph_.links()[v + 1];
    relax<track>(space_.backward_, space_.backward_arc_, link.depth, below, link.in_first, next.in_first,
                 graph_.in_depth().data(), metric_.in_weight.data());
  }
  template <bool track>
  static void relax(std::vector<Weight>& row,
                    std::vector<std::uint32_t>& arcs,
                    std::uint32_t depth,
                    Weight below,
                    std::uint32_t first,
                    std::uint32_t last,
                    const std::uint16_t* upper,
                    const Weight* weight) {
    Weight* const r = row.data();
    const Weight here = r[depth];
    if (here >= below) return;
    for (std::uint32_t arc = first; arc < last; ++arc) {
      const Weight there = here + weight[arc];
      if constexpr (track) {
        if (there < r[upper[arc]]) {
          r[upper[arc]] = there;
          arcs[upper[arc]] = arc;
        }
      } else {
        r[upper[arc]] = std::min(r[upper[arc]], there);
      }
    }
  }

  static std::uint32_t lower_end(std::span<const std::uint32_t> first, std::uint32_t arc) {
    return static_cast<std::uint32_t>(std::ranges::upper_bound(first, arc) - first.begin()) - 1;
  }

  // Appends the states after `lower` up to the arc's head.
  void unpack_out(std::uint32_t lower, std::uint32_t arc, std::vector<std::uint32_t>& states) {
    const std::uint32_t head = graph_.file().out_head[arc];
    if (metric_.out_weight[arc] == metric_.out_base[arc]) {
      states.push_back(head);
    } else {
      unpack_triangle(lower, head, metric_.out_weight[arc], states);
    }
  }
  // Appends the states after the arc's tail up to `lower`.
  void unpack_in(std::uint32_t lower, std::uint32_t arc, std::vector<std::uint32_t>& states) {
    if (metric_.in_weight[arc] == metric_.in_base[arc]) {
      states.push_back(lower);
    } else {
      unpack_triangle(graph_.file().in_tail[arc], lower, metric_.in_weight[arc], states);
    }
  }
  // from → z → to over the lower state z that makes up the weight; both lists are sorted by z.
  void unpack_triangle(std::uint32_t from, std::uint32_t to, Weight weight, std::vector<std::uint32_t>& states) {
    const auto reached = graph_.reached(from), reaching = graph_.reaching(to);
    for (std::size_t i = 0, j = 0; i < reached.size() && j < reaching.size();) {
      if (reached[i].lower < reaching[j].lower) {
        ++i;
      } else if (reached[i].lower > reaching[j].lower) {
        ++j;
      } else if (metric_.in_weight[reached[i].arc] + metric_.out_weight[reaching[j].arc] == weight) {
        unpack_in(reached[i].lower, reached[i].arc, states);
        unpack_out(reached[i].lower, reaching[j].arc, states);
        return;
      } else {
        ++i, ++j;
      }
    }
  }

  const RoadGraph& graph_;
  const Metric& metric_;
  SearchSpace& space_;
  std::uint32_t meeting_ = none;
};

Weight shortest_weight(const RoadGraph& graph,
                       const Metric& metric,
                       std::span<const Label> sources,
                       std::span<const Label> targets,
                       SearchSpace& space) {
  return Query(graph, metric, space).run<false>(sources, targets);
}

StatePath shortest_path(const RoadGraph& graph,
                        const Metric& metric,
                        std::span<const Label> sources,
                        std::span<const Label> targets,
                        SearchSpace& space) {
  Query query(graph, metric, space);
  StatePath path;
  path.weight = query.run<true>(sources, targets);
  if (path.weight < infinite) path.states = query.unpack(targets);
  return path;
}

WeightsToTarget weights_to(const RoadGraph& graph, const Metric& metric, std::span<const Label> targets) {
  WeightsToTarget result{std::vector<Weight>(graph.states(), infinite),
                         std::ranges::max(targets, {}, &Label::weight).weight};
  const RoadFile& f = graph.file();
  for (const Label& label : targets) {
    Weight& weight = result.weight[label.state];
    weight = std::min(weight, result.bias - label.weight);
  }
  for (std::uint32_t v = std::ranges::min(targets, {}, &Label::state).state; v != none; v = graph.links()[v].parent) {
    if (result.weight[v] >= infinite) continue;
    for (std::uint32_t arc = f.in_first[v]; arc < f.in_first[v + 1]; ++arc) {
      Weight& weight = result.weight[f.in_tail[arc]];
      weight = std::min(weight, result.weight[v] + metric.in_weight[arc]);
    }
  }
  for (std::uint32_t v = graph.states(); v-- > 0;) {
    for (std::uint32_t arc = f.out_first[v]; arc < f.out_first[v + 1]; ++arc) {
      result.weight[v] = std::min(result.weight[v], metric.out_weight[arc] + result.weight[f.out_head[arc]]);
    }
  }
  return result;
}

}  // namespace mms::roads
