// Checks of profiles, and how one becomes what is stored.
#include "routing/rules/profile_input.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace mms::routing {
namespace {

using Week = std::array<double, roads::hours_of_week>;

// Calls visit(hour of the week) for each hour of the range.
template <class Visit>
void each_hour(const HourRange& range, Visit visit) {
  for (std::size_t day = 0; day < 7; ++day) {
    if (!range.days.empty() && std::ranges::find(range.days, static_cast<Weekday>(day)) == range.days.end()) continue;
    for (int hour = range.from; hour < range.to; ++hour) visit(day * 24 + static_cast<std::size_t>(hour));
  }
}

void check_hours(Reading& in, const ProfileInput& input) {
  const Reading::Step step(in, "hours");
  if (input.hours->empty()) in.error("too_few", "must have at least one item");
  Week week{};
  for (std::size_t i = 0; i < input.hours->size(); ++i) {
    const auto& range = (*input.hours)[i];
    bool contradicts = false;
    each_hour(range, [&](std::size_t hour) {
      contradicts = contradicts || (week[hour] != 0 && week[hour] != range.speed_kmh.value);
      week[hour] = range.speed_kmh;
    });
    const Reading::Step item(in, i);
    if (contradicts) in.error("contradiction", "gives an hour another speed than an item before it");
  }
}

void check_speeds(Reading& in, const ProfileInput& input) {
  const Reading::Step step(in, "speeds_kmh");
  if (input.speeds_kmh->size() != roads::hours_of_week) in.error("too_few", "must have 168 items, one for each hour");
  for (std::size_t i = 0; i < input.speeds_kmh->size(); ++i) {
    const double speed = (*input.speeds_kmh)[i];
    const Reading::Step item(in, i);
    if (speed > 0 && speed < 1) in.error("out_of_range", "must be 0, or from 1 to 300");
  }
}

}  // namespace

void check_fields(Reading& in, const HourRange& range) {
  if (range.from < range.to) return;
  const Reading::Step step(in, "to");
  in.error("before_from", "must be after `from`; what lasts over midnight is two items");
}

void check_fields(Reading& in, const ProfileInput& input) {
  check_source(in, input.source);
  if (int{input.way.has_value()} + int{input.edge.has_value()} != 1) {
    in.error("one_of", "must have exactly one of way and edge");
  }
  if (int{input.hours.has_value()} + int{input.speeds_kmh.has_value()} != 1) {
    in.error("one_of", "must have exactly one of hours and speeds_kmh");
  }
  if (input.hours) check_hours(in, input);
  if (input.speeds_kmh) check_speeds(in, input);
}

std::string target_of(const ProfileView& view) {
  return target_on_map(view);
}

std::vector<ProfileView> views_of(const ProfileInput& input, std::string_view map, std::string_view caller, Time now) {
  ProfileView view{.source = input.source};
  view.utc_offset_minutes = input.utc_offset_minutes.value.value;
  view.speeds_kmh.assign(roads::hours_of_week, 0);
  if (input.hours) {
    for (const auto& range : *input.hours) {
      each_hour(range, [&](std::size_t hour) { view.speeds_kmh[hour] = range.speed_kmh; });
    }
  } else {
    view.speeds_kmh.assign(input.speeds_kmh->begin(), input.speeds_kmh->end());
  }
  view.changed_at = now;
  view.changed_by = caller;
  return placed_on_map(std::move(view), input.way, input.edge, map);
}

roads::WeekOfSpeeds week_of(const ProfileView& view) {
  roads::WeekOfSpeeds week{.utc_offset_s = view.utc_offset_minutes * 60};
  for (std::size_t i = 0; i < std::min(week.speed_dkmh.size(), view.speeds_kmh.size()); ++i) {
    week.speed_dkmh[i] = static_cast<std::uint16_t>(std::lround(std::clamp(view.speeds_kmh[i], 0.0, 300.0) * 10));
  }
  return week;
}

}  // namespace mms::routing
