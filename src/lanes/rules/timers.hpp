// Timers: due work of an aggregate, at most one of each kind. They follow from its state, so a fold can restore them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vocabulary/ids.hpp"
#include "vocabulary/time.hpp"

namespace mms::lanes {

struct Timer {
  std::string stream;  // "mission"
  vocabulary::Uuid stream_id;
  std::string kind;          // "schedule", "deadline", "timeout", "backoff"
  std::int64_t attempt = 0;  // of the state that asked for it: a late firing of an earlier attempt changes nothing
  vocabulary::Time due_at;
  std::string data = {};  // where to go on, for work that is done in chunks
  auto operator<=>(const Timer&) const = default;
};

// The changes that a batch makes to the timers; the last word on each (stream_id, kind) counts.
class TimerSet {
 public:
  // From what the state before asked for to what the state after asks for. Unchanged timers cost nothing.
  void replace(const std::vector<Timer>& before, const std::vector<Timer>& after) {
    for (const auto& timer : before) {
      if (!contains(after, timer)) changes_[{timer.stream_id, timer.kind}] = std::nullopt;
    }
    for (const auto& timer : after) {
      if (!contains(before, timer)) changes_[{timer.stream_id, timer.kind}] = timer;
    }
  }
  // It fired: its row goes, unless the state that follows asks for it again.
  void fired(const vocabulary::Uuid& stream_id, const std::string& kind) { changes_[{stream_id, kind}] = std::nullopt; }

  using Key = std::pair<vocabulary::Uuid, std::string>;
  // A timer to write, or nothing: the row is to be deleted.
  const std::map<Key, std::optional<Timer>>& changes() const { return changes_; }

 private:
  static bool contains(const std::vector<Timer>& timers, const Timer& timer) {
    return std::ranges::find(timers, timer) != timers.end();
  }
  std::map<Key, std::optional<Timer>> changes_;
};

}  // namespace mms::lanes
