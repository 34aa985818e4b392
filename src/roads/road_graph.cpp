// Derives the search structure from an opened road file.
#include "roads/road_graph.hpp"

#include <algorithm>
#include <numeric>

namespace mms::roads {
namespace {

std::uint32_t count_of(const auto& range) {
  return static_cast<std::uint32_t>(range.size());
}

}  // namespace

vocabulary::Result<std::shared_ptr<const RoadGraph>> RoadGraph::open(std::span<const std::byte> bytes,
                                                                     std::shared_ptr<const void> owner) {
  TRY(file, read_road_file(bytes));
  std::shared_ptr<RoadGraph> graph(new RoadGraph(file, std::move(owner)));
  if (auto measured = graph->measure_depths(); !measured) return std::unexpected(std::move(measured).error());
  graph->list_lower();
  graph->list_turns();
  return graph;
}

vocabulary::Result<std::shared_ptr<const RoadGraph>> RoadGraph::open(std::vector<std::byte> bytes) {
  const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return open(std::span(*owner), owner);
}

RoadGraph::RoadGraph(RoadFile file, std::shared_ptr<const void> owner)
    : file_(file), owner_(std::move(owner)), subtree_first_(roads::subtree_first(file.parent)) {}

vocabulary::Result<void> RoadGraph::measure_depths() {
  links_.resize(states() + 1);
  for (std::uint32_t v = states(); v-- > 0;) {
    const std::uint32_t parent = file_.parent[v];
    const std::uint32_t depth = parent == none ? 0 : links_[parent].depth + 1;
    if (depth > 20'000) {
      return vocabulary::refuse(vocabulary::ProblemKind::graph_too_large,
                                "the elimination tree has more than 20,000 levels");
    }
    links_[v] = {file_.out_first[v], file_.in_first[v], parent, depth};
    levels_ = std::max(levels_, depth + 1);
  }
  links_[states()] = {count_of(file_.out_head), count_of(file_.in_tail), none, 0};
  const auto depths = [this](std::span<const std::uint32_t> of, std::vector<std::uint16_t>& depth) {
    depth.resize(of.size());
    std::ranges::transform(of, depth.begin(),
                           [this](std::uint32_t v) { return static_cast<std::uint16_t>(links_[v].depth); });
  };
  depths(file_.out_head, out_depth_);
  depths(file_.in_tail, in_depth_);
  return {};
}

void RoadGraph::list_lower() {
  // Arcs are listed by their lower end; here they are sorted by the upper one.
  const auto list = [this](std::span<const std::uint32_t> first, std::span<const std::uint32_t> upper,
                           std::span<const std::uint32_t> other_first, std::span<const std::uint32_t> other_upper,
                           std::vector<std::uint32_t>& lower_first, std::vector<LowerArc>& lower) {
    lower_first.assign(states() + 1, 0);
    for (const std::uint32_t v : upper) ++lower_first[v + 1];
    std::partial_sum(lower_first.begin(), lower_first.end(), lower_first.begin());
    lower.resize(upper.size());
    auto next = lower_first;
    for (std::uint32_t z = 0; z < states(); ++z) {
      std::uint32_t start = other_first[z];
      for (std::uint32_t arc = first[z]; arc < first[z + 1]; ++arc) {
        while (start < other_first[z + 1] && other_upper[start] <= upper[arc]) ++start;
        lower[next[upper[arc]]++] = {z, arc, start};
      }
    }
  };
  list(file_.in_first, file_.in_tail, file_.out_first, file_.out_head, reached_first_, reached_);
  list(file_.out_first, file_.out_head, file_.in_first, file_.in_tail, reaching_first_, reaching_);
}

void RoadGraph::list_turns() {
  into_first_.assign(states() + 1, 0);
  for (const Turn& turn : file_.turns) ++into_first_[turn.to + 1];
  std::partial_sum(into_first_.begin(), into_first_.end(), into_first_.begin());
  into_.resize(turns());
  turn_from_.resize(turns());
  turn_arc_.resize(turns());
  auto next = into_first_;
  const auto find = [](std::span<const std::uint32_t> first, std::span<const std::uint32_t> upper, std::uint32_t v,
                       std::uint32_t u) {
    return static_cast<std::uint32_t>(std::lower_bound(upper.begin() + first[v], upper.begin() + first[v + 1], u) -
                                      upper.begin());
  };
  for (std::uint32_t v = 0; v < states(); ++v) {
    for (std::uint32_t t = file_.turn_first[v]; t < file_.turn_first[v + 1]; ++t) {
      const std::uint32_t to = file_.turns[t].to;
      into_[next[to]++] = t;
      turn_from_[t] = v;
      turn_arc_[t] = to > v   ? find(file_.out_first, file_.out_head, v, to)
                     : to < v ? in_arc_bit | find(file_.in_first, file_.in_tail, to, v)
                              : none;
    }
  }
}

std::span<const std::uint32_t> RoadGraph::segments_of_way(std::uint64_t way_id) const {
  const auto found =
      std::ranges::equal_range(file_.by_way, way_id, {}, [this](std::uint32_t s) { return segment(s).way_id; });
  return {found.begin(), found.end()};
}

}  // namespace mms::roads
