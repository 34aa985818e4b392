// From where tracked vehicles were to how fast roads are driven now.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "roads/match.hpp"
#include "routing/rules/pricing.hpp"

namespace mms::routing {

// One vehicle's drive along one edge.
struct EdgePass {
  roads::DirectedEdge edge = 0;
  double ratio = 1;  // its speed over what is expected of its class of vehicle, so that trucks slow no cars down
  Time at;           // when it was over
};

// What a vehicle drove, from its trace. `model` and `distances` are those of distance alone for its class, without
// traffic. Not counted: what was driven near one of `stops`, edges of which less than half was driven, standing longer
// than three minutes (that is parking), pairs of points more than a minute apart.
std::vector<EdgePass> passes_of(const roads::RoadGraph& graph,
                                const roads::CostModel& model,
                                const roads::Metric& distances,
                                std::span<const roads::TracePoint> trace,
                                Time trace_begin,
                                std::span<const roads::Coordinate> stops);

struct ObservedSettings {
  std::size_t least_vehicles = 3;    // that must have driven an edge within the window
  std::chrono::seconds window{600};  // older passes are forgotten
  std::chrono::seconds holds{300};   // what is said ends then, unless it is said anew
  double change = 0.1;               // said anew at once when it differs by more than this share
  std::size_t most_edges = 100'000;  // remembered at a time; beyond it new ones are passed over
  std::size_t most_vehicles = 16;    // remembered of an edge, those that passed last
};

struct ObservedSpeed {
  roads::DirectedEdge edge = 0;
  double ratio = 1;
  Time expires_at;
};

// The median over each edge's last vehicles, of each its last pass: one odd vehicle among three moves it no further
// than to another's speed. Threads: one at a time.
class ObservedSpeeds {
 public:
  explicit ObservedSpeeds(const ObservedSettings& settings) : settings_(settings) {}

  void add(std::uint64_t vehicle, const EdgePass& pass);
  // What is to be said now. What is as expected is said only where something else was said before.
  std::vector<ObservedSpeed> due(Time now);
  std::size_t edges() const { return edges_.size(); }

 private:
  struct Pass {
    std::uint64_t vehicle = 0;
    double ratio = 1;
    Time at;
  };
  struct Edge {
    std::vector<Pass> passes;
    std::optional<double> said;
    Time said_at;
  };
  std::optional<double> median(const Edge& edge) const;

  ObservedSettings settings_;
  std::unordered_map<roads::DirectedEdge, Edge> edges_;
};

}  // namespace mms::routing
