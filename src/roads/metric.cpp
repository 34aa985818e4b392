// Customisation of arcs, whole or where something changed.
#include "roads/metric.hpp"

#include <algorithm>
#include <bit>

namespace mms::roads {
namespace {

Weight sum(Weight a, Weight b) {
  return std::min(a + b, infinite);
}

// Sets the base weight of the arcs that lead into an edge's states.
void set_base(const RoadGraph& graph, Metric& metric, std::uint32_t turn) {
  const std::uint32_t arc = graph.turn_arc(turn);
  if (arc == none) return;
  const Weight weight =
      sum((*metric.turn_weight)[turn], metric.edge_weight[graph.edge_of(graph.file().turns[turn].to)]);
  (arc & RoadGraph::in_arc_bit ? metric.in_base[arc & ~RoadGraph::in_arc_bit] : metric.out_base[arc]) = weight;
}

// Computes all upward arcs of one state after all lower states are done. The two rows have a place for every depth.
class Customizer {
 public:
  Customizer(const RoadGraph& graph, Metric& metric)
      : graph_(graph), metric_(metric), out_row_(graph.levels(), infinite), in_row_(graph.levels(), infinite) {}

  void run(std::uint32_t state) {
    const StateLink &link = graph_.links()[state], &next = graph_.links()[state + 1];
    spread(metric_.out_base, graph_.out_depth(), link.out_first, next.out_first, out_row_);
    spread(metric_.in_base, graph_.in_depth(), link.in_first, next.in_first, in_row_);
    for (const LowerArc& via : graph_.reached(state)) {
      relax(metric_.in_weight[via.arc], metric_.out_weight, graph_.out_depth(), via.start,
            graph_.links()[via.lower + 1].out_first, out_row_);
    }
    for (const LowerArc& via : graph_.reaching(state)) {
      relax(metric_.out_weight[via.arc], metric_.in_weight, graph_.in_depth(), via.start,
            graph_.links()[via.lower + 1].in_first, in_row_);
    }
  }
  Weight out(std::uint32_t arc) const { return out_row_[graph_.out_depth()[arc]]; }
  Weight in(std::uint32_t arc) const { return in_row_[graph_.in_depth()[arc]]; }

 private:
  static void spread(const std::vector<Weight>& base,
                     std::span<const std::uint16_t> depth,
                     std::uint32_t first,
                     std::uint32_t last,
                     std::vector<Weight>& row) {
    for (std::uint32_t arc = first; arc < last; ++arc) row[depth[arc]] = base[arc];
  }
  static void relax(Weight to_lower,
                    const std::vector<Weight>& weight,
                    std::span<const std::uint16_t> depth,
                    std::uint32_t first,
                    std::uint32_t last,
                    std::vector<Weight>& row) {
    if (to_lower >= infinite) return;
    const Weight* const w = weight.data();
    const std::uint16_t* const d = depth.data();
    Weight* const r = row.data();
    for (std::uint32_t arc = first; arc < last; ++arc) r[d[arc]] = std::min(r[d[arc]], to_lower + w[arc]);
  }

  const RoadGraph& graph_;
  Metric& metric_;
  std::vector<Weight> out_row_, in_row_;
};

// States whose arcs must be computed anew, visited from the lowest to the highest.
class Dirty {
 public:
  explicit Dirty(std::uint32_t states) : words_((states + 63) / 64, 0) {}
  void add(std::uint32_t state) { words_[state / 64] |= std::uint64_t{1} << (state % 64); }
  // Takes the lowest one; none when there are no more. Those added later lie above.
  std::uint32_t take() {
    while (at_ < words_.size() && words_[at_] == 0) ++at_;
    if (at_ == words_.size()) return none;
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(words_[at_]));
    words_[at_] &= words_[at_] - 1;
    return static_cast<std::uint32_t>(at_ * 64) + bit;
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t at_ = 0;
};

// Stores what was computed for one state. A changed arc v → y is the side of a lower triangle with every arc x → v; the
// triangle's third side, x → y, stands at the lower of x and y, which is dirty now. The same the other way round.
template <class Computed>
void store(std::span<const std::uint32_t> upper,
           std::uint32_t first_arc,
           std::vector<Weight>& weight,
           std::span<const std::uint32_t> others,
           Dirty& dirty,
           Computed computed) {
  std::uint32_t highest = 0;
  for (std::uint32_t i = 0; i < upper.size(); ++i) {
    const Weight now = computed(first_arc + i);
    if (weight[first_arc + i] == now) continue;
    weight[first_arc + i] = now;
    highest = upper[i];
    if (!others.empty() && highest < others.back()) dirty.add(highest);
  }
  for (const std::uint32_t other : others) {
    if (other >= highest) break;
    dirty.add(other);
  }
}

void store(const RoadGraph& graph, Metric& metric, const Customizer& customizer, std::uint32_t state, Dirty& dirty) {
  const RoadFile& f = graph.file();
  const auto outs = f.out_head.subspan(f.out_first[state], f.out_first[state + 1] - f.out_first[state]);
  const auto ins = f.in_tail.subspan(f.in_first[state], f.in_first[state + 1] - f.in_first[state]);
  store(outs, f.out_first[state], metric.out_weight, ins, dirty,
        [&](std::uint32_t arc) { return customizer.out(arc); });
  store(ins, f.in_first[state], metric.in_weight, outs, dirty, [&](std::uint32_t arc) { return customizer.in(arc); });
}

}  // namespace

namespace {

// All arcs of all states, from the lowest to the highest.
void compute_all(const RoadGraph& graph, Metric& metric) {
  Customizer customizer(graph, metric);
  for (std::uint32_t state = 0; state < graph.states(); ++state) {
    customizer.run(state);
    const StateLink &link = graph.links()[state], &next = graph.links()[state + 1];
    for (std::uint32_t arc = link.out_first; arc < next.out_first; ++arc) metric.out_weight[arc] = customizer.out(arc);
    for (std::uint32_t arc = link.in_first; arc < next.in_first; ++arc) metric.in_weight[arc] = customizer.in(arc);
  }
}

}  // namespace

Metric customize(const RoadGraph& graph,
                 std::shared_ptr<const std::vector<Weight>> turn_weight,
                 std::vector<Weight> edge_weight) {
  Metric metric;
  metric.turn_weight = std::move(turn_weight);
  metric.edge_weight = std::move(edge_weight);
  const std::size_t outs = graph.file().out_head.size(), ins = graph.file().in_tail.size();
  metric.out_base.assign(outs, infinite);
  metric.in_base.assign(ins, infinite);
  metric.out_weight.resize(outs);
  metric.in_weight.resize(ins);
  for (std::uint32_t turn = 0; turn < graph.turns(); ++turn) set_base(graph, metric, turn);
  compute_all(graph, metric);
  return metric;
}

Metric with_changes(const RoadGraph& graph, const Metric& metric, std::span<const EdgeChange> changes) {
  Metric changed = metric;
  Dirty dirty(graph.states());
  for (const EdgeChange& change : changes) {
    if (changed.edge_weight[change.edge] == change.weight) continue;
    changed.edge_weight[change.edge] = change.weight;
    const std::uint32_t segment = segment_of(change.edge);
    for (std::uint32_t v = graph.file().state_first[segment]; v < graph.file().state_first[segment + 1]; ++v) {
      if (graph.edge_of(v) != change.edge) continue;
      for (const std::uint32_t turn : graph.turns_into(v)) {
        set_base(graph, changed, turn);
        dirty.add(std::min(v, graph.turn_from(turn)));
      }
    }
  }
  // When much has changed, nearly every state would be dirty: then keeping account costs more than it saves.
  if (changes.size() > graph.edges() / 20) {
    compute_all(graph, changed);
    return changed;
  }
  Customizer customizer(graph, changed);
  for (std::uint32_t state = dirty.take(); state != none; state = dirty.take()) {
    customizer.run(state);
    store(graph, changed, customizer, state, dirty);
  }
  return changed;
}

}  // namespace mms::roads
