// Usual speeds by hour of the week: what clients give, and what is kept of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "roads/speed_profiles.hpp"
#include "routing/rules/traffic_input.hpp"

namespace mms::routing {

BOOST_DEFINE_ENUM_CLASS(Weekday, monday, tuesday, wednesday, thursday, friday, saturday, sunday)

// From the beginning of hour `from` to that of hour `to`, on each of the days.
struct HourRange {
  List<Weekday, 7> days;  // absent: every day
  Between<0, 23> from;
  Between<1, 24> to;
  Between<1.0, 300.0> speed_kmh;
};
BOOST_DESCRIBE_STRUCT(HourRange, (), (days, from, to, speed_kmh))

// Exactly one of way and edge; exactly one of hours and speeds_kmh.
struct ProfileInput {
  Identifier source;
  std::optional<TrafficWay> way;
  std::optional<EdgeNumber> edge;                              // of the loaded map
  Or<Between<-840, 840>{0}> utc_offset_minutes;                // of the clock whose hours these are: 60 for UTC+1
  std::optional<List<HourRange, roads::hours_of_week>> hours;  // the others are as without a profile
  // From Monday 00:00 on, 168 of them; 0: as without a profile.
  std::optional<List<Between<0.0, 300.0>, roads::hours_of_week>> speeds_kmh;
};
BOOST_DESCRIBE_STRUCT(ProfileInput, (), (source, way, edge, utc_offset_minutes, hours, speeds_kmh))
void check_fields(Reading& in, const HourRange& range);
void check_fields(Reading& in, const ProfileInput& input);

// A profile as it is stored and shown: of one direction of a way, or of one edge.
struct ProfileView {
  std::string source;
  std::optional<std::int64_t> way_id;
  std::optional<WayDirection> direction;
  std::optional<std::int64_t> edge;
  std::optional<std::string> map;  // whose edge it is
  int utc_offset_minutes = 0;
  std::vector<double> speeds_kmh;  // from Monday 00:00 on; 0: as without a profile
  Time changed_at;
  std::string changed_by;
};
BOOST_DESCRIBE_STRUCT(ProfileView,
                      (),
                      (source, way_id, direction, edge, map, utc_offset_minutes, speeds_kmh, changed_at, changed_by))

std::string target_of(const ProfileView& view);
// One view, or two of a way in both directions.
std::vector<ProfileView> views_of(const ProfileInput& input, std::string_view map, std::string_view caller, Time now);
roads::WeekOfSpeeds week_of(const ProfileView& view);

}  // namespace mms::routing
