// When missions will start and end, by what is known now: the longest way through what is left.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "missions/rules/dependency.hpp"

namespace mms::missions {

// history: the median of what completed missions of its template took. timeout: its timeout_s, which it will rarely
// need.
BOOST_DEFINE_ENUM_CLASS(EstimateFrom, history, timeout)

// How long a mission takes from start to end.
struct Estimate {
  double seconds = 0;
  EstimateFrom from{};
  bool operator==(const Estimate&) const = default;
};
// Of `took`, seconds of completed missions, at least five of them; else of the timeout; else nothing.
std::optional<Estimate> estimate_of(const Mission& mission, std::span<const double> took);

struct ForecastMission {
  MissionId id;
  MissionStatus status{};
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
  std::optional<Time> earliest;  // of its own schedule and backoff
  double progress = 0;
  std::optional<Estimate> estimate;
};
ForecastMission forecast_mission(const Mission& mission, std::optional<Estimate> estimate);

// How long it has still to go: by its reported progress, else by the time since `start`; all of it before that.
// Precondition: it has an estimate.
double remaining_s(const ForecastMission& mission, Time start, Time now);

struct ForecastEdge {
  MissionId successor;
  MissionId predecessor;
  DependencyType type{};
  DependencyCondition condition{};
  double lag_s = 0;
  Settlement settlement;
};
ForecastEdge forecast_edge(const DependencyView& edge);

// What decides a moment: the predecessor, and whether by its end or by its start.
struct Decider {
  MissionId predecessor;
  bool by_end = true;
};

// Times are of an undisturbed course: whoever may start does, what is paused goes on now, predecessors succeed.
struct Forecast {
  std::optional<Time> start;    // absent: never, as things stand
  std::optional<Time> end;      // likewise
  bool is_lower_bound = false;  // a duration on the way to the end is not known and counts as none
  std::optional<Decider> start_by;
  std::optional<Decider> end_by;  // absent: its own start and duration decide
};
using Forecasts = std::map<MissionId, Forecast>;

// Of every mission that is given. Edges to missions that are not are left out. The graph has no cycle. Linear in
// missions and edges.
Forecasts forecast(const std::map<MissionId, ForecastMission>& missions,
                   const std::vector<ForecastEdge>& edges,
                   Time now);

// The missions that decide when `id` ends, first one first, `id` last; those that have ended are left out.
std::vector<MissionId> critical_path(const std::map<MissionId, ForecastMission>& missions,
                                     const Forecasts& forecasts,
                                     MissionId id);

}  // namespace mms::missions
