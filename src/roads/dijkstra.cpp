// Dijkstra's algorithm with a binary heap and lazy deletion.
#include "roads/dijkstra.hpp"

#include <functional>
#include <queue>

namespace mms::roads {

std::vector<Weight> dijkstra(const RoadGraph& graph,
                             const std::vector<Weight>& turn_weight,
                             const std::vector<Weight>& edge_weight,
                             std::span<const Label> sources) {
  std::vector<Weight> weight(graph.states(), infinite);
  using Entry = std::pair<Weight, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  for (const Label& source : sources) {
    if (source.weight >= weight[source.state]) continue;
    weight[source.state] = source.weight;
    queue.emplace(source.weight, source.state);
  }
  const RoadFile& f = graph.file();
  while (!queue.empty()) {
    const auto [here, state] = queue.top();
    queue.pop();
    if (here > weight[state]) continue;
    for (std::uint32_t t = f.turn_first[state]; t < f.turn_first[state + 1]; ++t) {
      const std::uint32_t to = f.turns[t].to;
      const Weight turn = turn_weight[t], edge = edge_weight[graph.edge_of(to)];
      if (turn >= infinite || edge >= infinite) continue;
      const std::uint64_t there = std::uint64_t{here} + turn + edge;
      if (there >= weight[to]) continue;
      weight[to] = static_cast<Weight>(there);
      queue.emplace(weight[to], to);
    }
  }
  return weight;
}

}  // namespace mms::roads
