// Weeks of speeds, each kept once.
#include "roads/speed_profiles.hpp"

#include <algorithm>

namespace mms::roads {

WeekClock week_clock(vocabulary::Time time) {
  constexpr std::chrono::sys_days monday(std::chrono::days(4));  // 1970-01-05
  constexpr WeekClock week_ms = 7 * 86'400'000;
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time - monday).count();
  return since >= 0 ? since + week_ms : since % week_ms + 2 * week_ms;  // a week ahead: offsets are taken off it
}

std::uint32_t hour_of(WeekClock at) {
  return static_cast<std::uint32_t>(at / 3'600'000 % static_cast<WeekClock>(hours_of_week));
}

WeekClock begin_of(std::uint32_t hour) {
  return (hour + WeekClock{hours_of_week}) * 3'600'000;
}

void SpeedProfiles::set(DirectedEdge edge, const WeekOfSpeeds& week) {
  if (edge >= week_of_.size()) return;
  const auto [number, fresh] = numbers_.try_emplace(week, static_cast<std::uint32_t>(weeks_.size()));
  if (fresh) weeks_.push_back(week);
  if (week_of_[edge] == none) ++edges_;
  week_of_[edge] = number->second;
  whole_hours_ = whole_hours_ && week.utc_offset_s % 3600 == 0;
}

std::optional<double> speed_at(const WeekOfSpeeds& week, WeekClock at) {
  const auto speed = week.speed_dkmh[hour_of(at + week.utc_offset_s * WeekClock{1000})];
  return speed == 0 ? std::nullopt : std::optional(speed / 10.0);
}

double fastest_of(const WeekOfSpeeds& week, double usual_kmh) {
  double fastest = *std::ranges::max_element(week.speed_dkmh) / 10.0;
  if (std::ranges::find(week.speed_dkmh, 0) != week.speed_dkmh.end()) fastest = std::max(fastest, usual_kmh);
  return fastest;
}

}  // namespace mms::roads
