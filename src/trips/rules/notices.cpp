// From figures to what is told.
#include "trips/rules/notices.hpp"

namespace mms::trips {
namespace {

constexpr int kShares[] = {25, 50, 75};

}  // namespace

Notices notices_of(const Trip& trip, const Live& live, const NoticeLimits& limits) {
  Notices notices;
  if (!is_active(trip.status)) return notices;
  const Told told = trip.told.value_or(Told{});
  for (const int share : kShares) {
    if (live.progress * 100 < share || told.progress_percent.value_or(0) >= share) continue;
    notices.progress.push_back({share, live.eta});
  }
  const vocabulary::Duration none{0};
  if (limits.delayed > none && !told.delayed && live.promised && live.eta &&
      *live.eta - *live.promised > limits.delayed) {
    const double late = std::chrono::duration<double>(*live.eta - *live.promised).count();
    notices.delayed = TripDelayed{*live.promised, *live.eta, late};
  }
  const bool is_next = live.next_stop && live.next_eta && *live.next_stop > told.arriving_at.value_or(-1);
  if (limits.arriving > none && is_next && *live.next_eta - live.position.recorded_at <= limits.arriving) {
    notices.arriving = TripArriving{*live.next_stop, *live.next_eta};
  }
  return notices;
}

std::vector<TripEvent> decide_notices(const Trip& trip, const Notices& notices) {
  std::vector<TripEvent> events;
  if (!is_active(trip.status)) return events;
  const Told told = trip.told.value_or(Told{});
  for (const auto& reached : notices.progress) {
    if (reached.percent > told.progress_percent.value_or(0)) events.emplace_back(reached);
  }
  if (notices.delayed && !told.delayed) events.emplace_back(*notices.delayed);
  if (notices.arriving && notices.arriving->stop > told.arriving_at.value_or(-1))
    events.emplace_back(*notices.arriving);
  return events;
}

}  // namespace mms::trips
