// The plans of a batch.
#pragma once

#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

#include "missions/rules/plan.hpp"

namespace mms::missions {

// Lifetime: of one batch. Threads: one.
class PlanSet {
 public:
  void need(const PlanId& id) {
    if (entries_.try_emplace(id).second) needed_.push_back(id);
  }
  // Nothing when there is none. It must have been needed before.
  const Plan* find(const PlanId& id) const {
    const auto at = entries_.find(id);
    if (at == entries_.end()) throw std::logic_error("a plan was looked for that nobody needed");
    return at->second.plan ? &*at->second.plan : nullptr;
  }
  void put(Plan plan) {
    auto& entry = entries_[plan.id];
    entry.plan = std::move(plan);
    entry.is_new = true;
  }

  // For the part that reads and writes the table.
  std::vector<PlanId> take_needed() { return std::exchange(needed_, {}); }
  void loaded(Plan plan) {
    auto& entry = entries_[plan.id];
    if (!entry.is_new) entry.plan = std::move(plan);
  }
  std::vector<const Plan*> made() const {
    std::vector<const Plan*> all;
    for (const auto& [id, entry] : entries_) {
      if (entry.is_new) all.push_back(&*entry.plan);
    }
    return all;
  }

 private:
  struct Entry {
    std::optional<Plan> plan;
    bool is_new = false;
  };
  std::unordered_map<PlanId, Entry> entries_;
  std::vector<PlanId> needed_;
};

}  // namespace mms::missions
