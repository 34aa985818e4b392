// Bookkeeping of the working set of edges.
#include "missions/rules/dependency_set.hpp"

#include <algorithm>
#include <stdexcept>

namespace mms::missions {

void DependencySet::need_edges_of(const MissionId& successor) {
  if (edges_.try_emplace(successor).second) needed_.edges_of.push_back(successor);
}

void DependencySet::need_successors_of(const MissionId& predecessor, const MissionId& after) {
  if (successors_.try_emplace({predecessor, after}).second) needed_.successors_of.emplace_back(predecessor, after);
}

void DependencySet::need_walk(const MissionId& from, const MissionId& target) {
  if (walks_.try_emplace({from, target}).second) needed_.walks.emplace_back(from, target);
}

void DependencySet::is_new(const MissionId& id) {
  edges_.try_emplace(id);
  successors_.try_emplace({id, {}});
}

Edges DependencySet::edges_of(const MissionId& successor, const MissionSet& missions, Time now) const {
  const auto at = edges_.find(successor);
  if (at == edges_.end()) throw std::logic_error("edges were asked for that nobody needed");
  Edges edges;
  for (const auto& known : at->second) {
    // What this batch made of the predecessor counts, not what the table said.
    const auto* here = missions.find_if_here(known.dependency.predecessor_id);
    Edge edge{known.dependency, here != nullptr ? predecessor_of(*here) : known.predecessor, {}};
    edge.settlement = settle(edge.dependency, edge.predecessor, now);
    edges.push_back(std::move(edge));
  }
  return edges;
}

bool DependencySet::has_edges(const MissionId& successor) const {
  const auto at = edges_.find(successor);
  return at != edges_.end() && !at->second.empty();
}

std::vector<MissionId> DependencySet::successors_of(const MissionId& predecessor, const MissionId& after) const {
  const auto at = successors_.find({predecessor, after});
  if (at == successors_.end()) throw std::logic_error("successors were asked for that nobody needed");
  return at->second;
}

const DependencySet::Walk* DependencySet::walk(const MissionId& from, const MissionId& target) const {
  const auto at = walks_.find({from, target});
  return at == walks_.end() || !at->second ? nullptr : &*at->second;
}

void DependencySet::add(Dependency dependency, Predecessor predecessor) {
  for (auto& [key, successors] : successors_) {
    if (key.first != dependency.predecessor_id || dependency.successor_id <= key.second) continue;
    const auto place = std::ranges::lower_bound(successors, dependency.successor_id);
    if (place == successors.end() || *place != dependency.successor_id)
      successors.insert(place, dependency.successor_id);
  }
  walks_.clear();  // the graph is another one
  added_.push_back(dependency);
  auto& edges = edges_[dependency.successor_id];
  edges.push_back({std::move(dependency), std::move(predecessor)});
}

void DependencySet::remove(const DependencyId& id, const MissionId& successor) {
  auto& edges = edges_[successor];
  const auto edge = std::ranges::find_if(edges, [&](const Known& k) { return k.dependency.id == id; });
  if (edge == edges.end()) return;
  const auto predecessor = edge->dependency.predecessor_id;
  edges.erase(edge);
  const bool others =
      std::ranges::any_of(edges, [&](const Known& k) { return k.dependency.predecessor_id == predecessor; });
  for (auto& [key, successors] : successors_) {
    if (key.first == predecessor && !others) std::erase(successors, successor);
  }
  walks_.clear();
  if (std::erase_if(added_, [&](const Dependency& d) { return d.id == id; }) == 0) removed_.push_back(id);
}

DependencySet::Needed DependencySet::take_needed() {
  return std::exchange(needed_, {});
}

void DependencySet::loaded_edge(Dependency dependency, Predecessor predecessor) {
  auto& edges = edges_[dependency.successor_id];
  edges.push_back({std::move(dependency), std::move(predecessor)});
}

void DependencySet::loaded_successor(const MissionId& predecessor, const MissionId& after, const MissionId& successor) {
  auto& successors = successors_[{predecessor, after}];
  const auto place = std::ranges::lower_bound(successors, successor);
  if (place == successors.end() || *place != successor) successors.insert(place, successor);
}

void DependencySet::loaded_successors(const MissionId& predecessor, const MissionId& after) {
  auto& successors = successors_[{predecessor, after}];
  std::erase_if(successors, [&](const MissionId& successor) {
    const auto known = edges_.find(successor);
    return known != edges_.end() && std::ranges::none_of(known->second, [&](const Known& k) {
             return k.dependency.predecessor_id == predecessor;
           });
  });
  for (const auto& dependency : added_) {
    if (dependency.predecessor_id == predecessor && dependency.successor_id > after) {
      loaded_successor(predecessor, after, dependency.successor_id);
    }
  }
}

void DependencySet::walked(const MissionId& from, const MissionId& target, Walk walk) {
  walks_[{from, target}] = std::move(walk);
}

}  // namespace mms::missions
