// Dependencies between missions: typed edges, and what they say given where the predecessor is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "missions/rules/mission.hpp"
#include "vocabulary/fields.hpp"

namespace mms::missions {

using vocabulary::DependencyId;

BOOST_DEFINE_ENUM_CLASS(DependencyType, finish_to_start, start_to_start, finish_to_finish)
BOOST_DEFINE_ENUM_CLASS(DependencyCondition, success, failure, any)
BOOST_DEFINE_ENUM_CLASS(DependencyState, waiting, satisfied, unsatisfiable)

// The stored edge: `successor` waits for `predecessor`. Its state is never stored: it follows from the predecessor, so
// that it cannot be wrong (docs/decisions).
struct Dependency {
  DependencyId id;
  MissionId successor_id;
  MissionId predecessor_id;
  DependencyType type = DependencyType::finish_to_start;
  DependencyCondition condition = DependencyCondition::success;
  double lag_s = 0;
  Time created_at;
  std::string created_by;
  bool operator==(const Dependency&) const = default;
};
BOOST_DESCRIBE_STRUCT(Dependency,
                      (),
                      (id, successor_id, predecessor_id, type, condition, lag_s, created_at, created_by))

// What an edge asks of its predecessor.
struct Predecessor {
  MissionId id;
  std::string name;
  MissionStatus status = MissionStatus::pending;
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
};
Predecessor predecessor_of(const Mission& mission);

struct Settlement {
  DependencyState state = DependencyState::waiting;
  // Satisfied: since when. Waiting: when its lag ends, if the predecessor is where it should be. Unsatisfiable: since
  // when.
  std::optional<Time> at;
};
// At `now`. start_to_start looks at the start and knows no condition; the others at the end and how it came.
Settlement settle(const Dependency& dependency, const Predecessor& predecessor, Time now);

// An edge with all that a decision needs.
struct Edge {
  Dependency dependency;
  Predecessor predecessor;
  Settlement settlement;
};
using Edges = std::vector<Edge>;

// Those that hold the start (or the completion) back now.
Edges holding_start(const Edges& edges);
Edges holding_finish(const Edges& edges);
// From when the first of those that hold a start was made till the last of them was satisfied; nothing without any, or
// while one is not.
std::optional<vocabulary::Duration> resolution_time(const Edges& edges);

// As the API shows it.
struct DependencyView {
  DependencyId id;
  MissionId successor_id;
  MissionId predecessor_id;
  std::string predecessor_name;
  MissionStatus predecessor_status{};
  DependencyType type{};
  DependencyCondition condition{};
  double lag_s = 0;
  DependencyState state{};
  std::optional<Time> settled_at;
  std::optional<Time> expected_at;  // when its lag ends
  Time created_at;
  std::string created_by;
};
BOOST_DESCRIBE_STRUCT(DependencyView,
                      (),
                      (id,
                       successor_id,
                       predecessor_id,
                       predecessor_name,
                       predecessor_status,
                       type,
                       condition,
                       lag_s,
                       state,
                       settled_at,
                       expected_at,
                       created_at,
                       created_by))
DependencyView view_of(const Edge& edge);

struct AddDependency {
  MissionId predecessor_id;
  vocabulary::Or<DependencyType::finish_to_start> type;
  std::optional<DependencyCondition> condition;  // absent: success; refused for start_to_start
  vocabulary::Or<vocabulary::Between<0.0, 31536000.0>{0.0}> lag_s;
};
BOOST_DESCRIBE_STRUCT(AddDependency, (), (predecessor_id, type, condition, lag_s))

// Why a mission waits for finish dependencies although its last task is done.
inline constexpr const char* kAwaitingFinish = "awaiting_finish_dependencies";

}  // namespace mms::missions
