// The edges of a batch, as evolved by the commands before.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "missions/rules/dependency.hpp"
#include "missions/rules/mission_set.hpp"

namespace mms::missions {

// The successors of a mission that one transaction settles; the rest follow in chunks. Others ride between two of them,
// so a chunk must be short.
inline constexpr std::size_t kSuccessorsAtOnce = 64;
// A search for a cycle gives up beyond so many missions.
inline constexpr std::int64_t kLargestWalk = 200'000;

// Lifetime: of one batch. Threads: one.
class DependencySet {
 public:
  // Needs, before deciding.
  void need_edges_of(const MissionId& successor);
  // Up to kSuccessorsAtOnce + 1 successors with an id above `after`.
  void need_successors_of(const MissionId& predecessor, const MissionId& after = {});
  // Whether `target` stands above `from`: reached from it by going from successor to predecessor.
  void need_walk(const MissionId& from, const MissionId& target);

  // A mission that this batch makes: the table has no edges of it.
  void is_new(const MissionId& id);

  // Nothing is needed that is not loaded yet.
  bool all_here() const { return needed_.empty(); }
  bool has_edges(const MissionId& successor) const;
  // The edges of which this mission is the successor, settled by the predecessors as they are in `missions`.
  Edges edges_of(const MissionId& successor, const MissionSet& missions, Time now) const;
  std::vector<MissionId> successors_of(const MissionId& predecessor, const MissionId& after = {}) const;

  struct Walk {
    std::int64_t visited = 0;
    bool reached = false;
    // From `target` down to `from`: ids and names; empty when not reached.
    std::vector<std::pair<MissionId, std::string>> path;
  };
  // Nothing when it was not walked yet.
  const Walk* walk(const MissionId& from, const MissionId& target) const;

  void add(Dependency dependency, Predecessor predecessor);
  void remove(const DependencyId& id, const MissionId& successor);

  // For the part that reads and writes the table.
  struct Needed {
    std::vector<MissionId> edges_of;
    std::vector<std::pair<MissionId, MissionId>> successors_of;
    std::vector<std::pair<MissionId, MissionId>> walks;
    bool empty() const { return edges_of.empty() && successors_of.empty() && walks.empty(); }
  };
  Needed take_needed();
  void loaded_edge(Dependency dependency, Predecessor predecessor);
  void loaded_successor(const MissionId& predecessor, const MissionId& after, const MissionId& successor);
  // After the last loaded_successor of this predecessor: what the batch added and removed counts too.
  void loaded_successors(const MissionId& predecessor, const MissionId& after);
  void walked(const MissionId& from, const MissionId& target, Walk walk);
  const std::vector<Dependency>& added() const { return added_; }
  const std::vector<DependencyId>& removed() const { return removed_; }

 private:
  using Pair = std::pair<MissionId, MissionId>;
  struct Known {
    Dependency dependency;
    Predecessor predecessor;
  };
  std::unordered_map<MissionId, std::vector<Known>> edges_;  // by successor
  std::map<Pair, std::vector<MissionId>> successors_;        // by predecessor and cursor
  std::map<Pair, std::optional<Walk>> walks_;
  std::vector<Dependency> added_;
  std::vector<DependencyId> removed_;  // of those that the table has
  Needed needed_;
};

}  // namespace mms::missions
