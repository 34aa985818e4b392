// Answers given before, by the identity of who asked: the working set's share of safe retries.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lanes/rules/command.hpp"
#include "vocabulary/time.hpp"

namespace mms::lanes {

inline constexpr vocabulary::Duration kAnswersKept = std::chrono::hours(24);

struct StoredAnswer {
  std::string body_hash;
  Answer answer;
  vocabulary::Time created_at;
};

class IdempotencySet {
 public:
  void need(const std::string& identity) {
    if (!known_.contains(identity)) needed_.insert(identity);
  }
  // The answer given to this identity within the last day.
  const StoredAnswer* find(const std::string& identity, vocabulary::Time now) const {
    const auto at = known_.find(identity);
    if (at == known_.end() || !at->second || at->second->created_at + kAnswersKept < now) return nullptr;
    return &*at->second;
  }
  void keep(const std::string& identity, StoredAnswer answer) {
    known_[identity] = std::move(answer);
    changed_.insert(identity);
  }

  // For the part that reads and writes the table.
  std::unordered_set<std::string> take_needed() {
    for (const auto& identity : needed_) known_.emplace(identity, std::nullopt);
    return std::exchange(needed_, {});
  }
  void loaded(std::string identity, StoredAnswer answer) { known_[std::move(identity)] = std::move(answer); }
  template <class F>
  void for_each_changed(F&& f) const {
    for (const auto& identity : changed_) f(identity, *known_.at(identity));
  }

 private:
  std::unordered_set<std::string> needed_;
  std::unordered_map<std::string, std::optional<StoredAnswer>> known_;
  std::unordered_set<std::string> changed_;
};

}  // namespace mms::lanes
