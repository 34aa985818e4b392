// The life of one connection as a pure machine: connecting, greeting, ready, lost, and when to try again.
#pragma once

#include <chrono>
#include <cstdint>

#include "database/postgres/settings.hpp"

namespace mms::postgres {

using TimePoint = std::chrono::steady_clock::time_point;

//   waiting ──attempt──▶ connecting ──connected──▶ greeting ──greeted──▶ ready
//      ▲                     │                        │                    │
//      └──────── lost ◀──────┴────────────────────────┴────────────────────┘        close: from anywhere, for good
class Link {
 public:
  enum class Phase { waiting, connecting, greeting, ready, closed };

  explicit Link(const Settings& settings)
      : connect_limit_(settings.connect_limit), first_(settings.first_pause), longest_(settings.longest_pause) {}

  Phase phase() const { return phase_; }
  bool is_ready() const { return phase_ == Phase::ready; }
  bool is_closed() const { return phase_ == Phase::closed; }
  // Whether a call may queue: refused at once while the server is known to be away.
  bool accepts() const { return phase_ != Phase::closed && (phase_ != Phase::waiting || failures_ == 0); }
  // Counts sessions that became ready; 0 before the first.
  std::uint64_t session() const { return session_; }

  void attempt(TimePoint now);
  void connected() { phase_ = Phase::greeting; }
  void greeted(TimePoint now);
  // Answers how long to pause before the next attempt. `chance` in [0, 1) is the jitter.
  // A session that had been ready for a while is tried again at once; after failed attempts pauses double.
  std::chrono::milliseconds lost(TimePoint now, double chance);
  void close() { phase_ = Phase::closed; }

  // An attempt that takes too long.
  bool is_overdue(TimePoint now) const;

 private:
  std::chrono::milliseconds connect_limit_;
  std::chrono::milliseconds first_;
  std::chrono::milliseconds longest_;
  Phase phase_ = Phase::waiting;
  unsigned failures_ = 0;
  std::uint64_t session_ = 0;
  TimePoint until_{};  // of the attempt
  TimePoint ready_since_{};
};

}  // namespace mms::postgres
