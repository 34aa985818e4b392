// Calls METIS and weighs what it answers.
#include "road_import/dissection.hpp"

#include <metis.h>

#include <algorithm>
#include <numeric>

#include "roads/road_network.hpp"

namespace mms::road_import {
namespace {

static_assert(sizeof(idx_t) == 4);

std::vector<std::uint32_t> dissect(const roads::SegmentGraph& graph, int seed) {
  auto count = static_cast<idx_t>(graph.first.size() - 1);
  std::vector<idx_t> first(graph.first.begin(), graph.first.end()),
      neighbours(graph.neighbours.begin(), graph.neighbours.end());
  std::vector<idx_t> permutation(graph.first.size() - 1), inverse(graph.first.size() - 1);
  idx_t options[METIS_NOPTIONS];
  METIS_SetDefaultOptions(options);
  options[METIS_OPTION_SEED] = seed;
  options[METIS_OPTION_NSEPS] = 4;
  options[METIS_OPTION_NITER] = 20;
  options[METIS_OPTION_UFACTOR] = 400;
  const int status =
      METIS_NodeND(&count, first.data(), neighbours.data(), nullptr, options, permutation.data(), inverse.data());
  if (status != METIS_OK) return {};
  return {permutation.begin(), permutation.end()};
}

}  // namespace

double search_space_of(const roads::SegmentGraph& graph, const std::vector<std::uint32_t>& order) {
  const auto count = static_cast<std::uint32_t>(order.size());
  std::vector<std::uint32_t> rank(count), parent(count, roads::none);
  for (std::uint32_t i = 0; i < count; ++i) rank[order[i]] = i;
  // Symbolic elimination: what lies above a vertex is its own neighbours and what lies above its children.
  std::vector<std::vector<std::uint32_t>> above(count);
  for (std::uint32_t v = 0; v < count; ++v) {
    auto& mine = above[v];
    for (std::uint32_t i = graph.first[order[v]]; i < graph.first[order[v] + 1]; ++i) {
      if (rank[graph.neighbours[i]] > v) mine.push_back(rank[graph.neighbours[i]]);
    }
    std::ranges::sort(mine);
    mine.erase(std::ranges::unique(mine).begin(), mine.end());
    if (mine.empty()) continue;
    parent[v] = mine.front();
    above[parent[v]].insert(above[parent[v]].end(), mine.begin() + 1, mine.end());
  }
  std::vector<double> arcs(count);
  for (std::uint32_t v = count; v-- > 0;) {
    arcs[v] = static_cast<double>(above[v].size()) + (parent[v] == roads::none ? 0 : arcs[parent[v]]);
  }
  return std::accumulate(arcs.begin(), arcs.end(), 0.0) / std::max(1U, count);
}

std::vector<std::uint32_t> order_by_dissection(const roads::SegmentGraph& graph,
                                               const std::function<void(double)>& progress) {
  const std::size_t count = graph.first.size() - 1;
  std::vector<std::uint32_t> best(count);
  std::iota(best.begin(), best.end(), 0U);
  if (graph.neighbours.empty()) return best;
  const int seeds = count < 200'000 ? 8 : count < 1'000'000 ? 3 : 1;
  double best_space = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    auto order = dissect(graph, seed);
    if (order.size() != count) continue;
    const double space = seeds > 1 ? search_space_of(graph, order) : 1;
    if (best_space == 0 || space < best_space) {
      best_space = space;
      best = std::move(order);
    }
    if (progress) progress(static_cast<double>(seed) / seeds);
  }
  return best;
}

}  // namespace mms::road_import
