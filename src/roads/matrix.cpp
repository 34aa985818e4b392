// Many-to-many: one upward sweep a place, then a minimum over common ancestors for every pair.
#include <algorithm>
#include <numeric>

#include "roads/search.hpp"

namespace mms::roads {
namespace {

// Rows of distances to all ancestors, by depth; a multiple of sixteen wide.
struct Rows {
  std::size_t width = 0;
  std::vector<Weight> weight;
  std::vector<std::uint32_t> lowest;  // per place; none without labels
  std::vector<Weight> bias;
};

struct Upward {
  std::span<const std::uint16_t> depth;
  std::span<const Weight> weight;
  std::uint32_t StateLink::* first;
};

Rows climb(const RoadGraph& graph, std::span<const Labels> places, const Upward& arcs, bool targets) {
  Rows rows;
  rows.width = (graph.levels() + 15) / 16 * 16;
  rows.weight.assign(rows.width * places.size(), infinite);
  const auto links = graph.links();
  for (std::size_t i = 0; i < places.size(); ++i) {
    Weight* const row = rows.weight.data() + i * rows.width;
    Weight bias = 0;
    std::uint32_t lowest = none;
    for (const Label& label : places[i]) {
      bias = std::max(bias, label.weight);
      lowest = std::min(lowest, label.state);
    }
    for (const Label& label : places[i]) {
      Weight& weight = row[links[label.state].depth];
      weight = std::min(weight, targets ? bias - label.weight : label.weight);
    }
    rows.lowest.push_back(lowest);
    rows.bias.push_back(bias);
    for (std::uint32_t v = lowest; v != none; v = links[v].parent) {
      const Weight here = row[links[v].depth];
      if (here >= infinite) continue;
      const std::uint32_t last = links[v + 1].*arcs.first;
      for (std::uint32_t arc = links[v].*arcs.first; arc < last; ++arc) {
        Weight& there = row[arcs.depth[arc]];
        there = std::min(there, here + arcs.weight[arc]);
      }
    }
  }
  return rows;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) Weight smallest_sum_avx2(const Weight* a, const Weight* b, std::size_t count) {
  Weight best = infinite;
  for (std::size_t i = 0; i < count; ++i) best = std::min(best, a[i] + b[i]);
  return best;
}
#endif
Weight smallest_sum_plain(const Weight* a, const Weight* b, std::size_t count) {
  Weight best = infinite;
  for (std::size_t i = 0; i < count; ++i) best = std::min(best, a[i] + b[i]);
  return best;
}
using SmallestSum = Weight (*)(const Weight*, const Weight*, std::size_t);
SmallestSum pick_smallest_sum() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return smallest_sum_avx2;
#endif
  return smallest_sum_plain;
}

}  // namespace

std::vector<Weight> weight_matrix(const RoadGraph& graph,
                                  const Metric& metric,
                                  std::span<const Labels> sources,
                                  std::span<const Labels> targets) {
  const Rows from = climb(graph, sources, {graph.out_depth(), metric.out_weight, &StateLink::out_first}, false);
  const Rows to = climb(graph, targets, {graph.in_depth(), metric.in_weight, &StateLink::in_first}, true);
  std::vector<std::uint32_t> order(targets.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&to](std::uint32_t j) { return to.lowest[j]; });
  std::vector<std::uint32_t> rank(order.size());
  std::ranges::transform(order, rank.begin(), [&to](std::uint32_t j) { return to.lowest[j]; });

  const SmallestSum smallest_sum = pick_smallest_sum();
  std::vector<Weight> result(sources.size() * targets.size(), infinite);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (from.lowest[i] == none) continue;
    const Weight* const row = from.weight.data() + i * from.width;
    // Subtrees are intervals of ranks: walking up, each target is met first at the lowest common ancestor.
    auto begin = std::ranges::lower_bound(rank, from.lowest[i]) - rank.begin();
    auto end = begin;
    for (std::uint32_t v = from.lowest[i]; v != none; v = graph.links()[v].parent) {
      const std::size_t common = graph.links()[v].depth + 1;
      const auto meet = [&](std::ptrdiff_t at) {
        const std::uint32_t j = order[static_cast<std::size_t>(at)];
        const Weight weight = smallest_sum(row, to.weight.data() + j * to.width, common);
        result[i * targets.size() + j] = weight >= infinite ? infinite : weight - to.bias[j];
      };
      while (begin > 0 && rank[static_cast<std::size_t>(begin - 1)] >= graph.subtree_first(v)) meet(--begin);
      while (end < std::ssize(rank) && rank[static_cast<std::size_t>(end)] <= v) meet(end++);
    }
  }
  return result;
}

}  // namespace mms::roads
