// Phases and pauses of a connection.
#include "database/postgres/link.hpp"

#include <algorithm>

namespace mms::postgres {

void Link::attempt(TimePoint now) {
  phase_ = Phase::connecting;
  until_ = now + connect_limit_;
}

void Link::greeted(TimePoint now) {
  ready_since_ = now;
  phase_ = Phase::ready;
  failures_ = 0;
  ++session_;
}

std::chrono::milliseconds Link::lost(TimePoint now, double chance) {
  if (phase_ == Phase::closed) return {};
  const bool was_ready = phase_ == Phase::ready;
  phase_ = Phase::waiting;
  constexpr std::chrono::milliseconds kYoung{500};
  if (was_ready) return now - ready_since_ < kYoung ? first_ : std::chrono::milliseconds::zero();
  // Half to all of a pause that doubles: replicas that lost the same server do not come back in step.
  const auto doubled = first_ * (1u << std::min(failures_, 16u));
  const auto most = std::min(doubled, longest_);
  ++failures_;
  return std::chrono::round<std::chrono::milliseconds>(most * (0.5 + chance / 2));
}

bool Link::is_overdue(TimePoint now) const {
  return (phase_ == Phase::connecting || phase_ == Phase::greeting) && now > until_;
}

}  // namespace mms::postgres
