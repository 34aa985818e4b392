// What was handed to a sink and is not acknowledged yet. The cursor moves over whole prefixes alone: a later event that
// is delivered first does not take it past an earlier one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

namespace mms::relay {

class InFlight {
 public:
  explicit InFlight(std::int64_t settled = 0) : settled_(settled) {}

  // In the order of sequences; `messages` acknowledgments settle it, none is needed for 0.
  void add(std::int64_t sequence, int messages) {
    waiting_.push_back({sequence, messages});
    settle();
  }
  void acknowledged(std::int64_t sequence) {
    const auto at = std::ranges::lower_bound(waiting_, sequence, {}, &Waiting::sequence);
    if (at == waiting_.end() || at->sequence != sequence || at->messages == 0) return;
    --at->messages;
    settle();
  }
  // Everything up to here was delivered.
  std::int64_t settled() const { return settled_; }
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    std::int64_t sequence;
    int messages;
  };
  void settle() {
    while (!waiting_.empty() && waiting_.front().messages == 0) {
      settled_ = waiting_.front().sequence;
      waiting_.pop_front();
    }
  }

  std::int64_t settled_;
  std::deque<Waiting> waiting_;
};

}  // namespace mms::relay
