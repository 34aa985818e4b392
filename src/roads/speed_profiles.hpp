// Usual speeds by hour of the week, and how long driving takes when they change on the way.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "roads/road_network.hpp"
#include "vocabulary/time.hpp"

namespace mms::roads {

inline constexpr std::size_t hours_of_week = 168;

// Speeds of one week from Monday 00:00 on, in tenths of km/h; 0: as without a profile.
struct WeekOfSpeeds {
  std::array<std::uint16_t, hours_of_week> speed_dkmh{};
  std::int32_t utc_offset_s = 0;  // of the clock whose hours these are
  auto operator<=>(const WeekOfSpeeds&) const = default;
};

// Milliseconds since a Monday 00:00 UTC; never negative for times that requests may have.
using WeekClock = std::int64_t;
WeekClock week_clock(vocabulary::Time time);
// The hour of the UTC week, 0 to 167.
std::uint32_t hour_of(WeekClock at);
// When that hour begins, in a week that has one before it.
WeekClock begin_of(std::uint32_t hour);

// Profiles of the edges of one map. Threads: immutable once filled, then shared by all.
class SpeedProfiles {
 public:
  SpeedProfiles() = default;
  explicit SpeedProfiles(std::uint32_t edges) : week_of_(edges, none) {}

  // The later one of an edge holds. Edges that the map does not have are passed over.
  void set(DirectedEdge edge, const WeekOfSpeeds& week);
  bool is_empty() const { return weeks_.empty(); }
  std::size_t edges() const { return edges_; }
  // Speeds change at full hours of UTC alone.
  bool have_whole_hours() const { return whole_hours_; }

  // Null where there is none.
  const WeekOfSpeeds* of(DirectedEdge edge) const {
    return edge < week_of_.size() && week_of_[edge] != none ? &weeks_[week_of_[edge]] : nullptr;
  }
  template <class Visit>
  void each(Visit visit) const {
    for (DirectedEdge edge = 0; edge < week_of_.size(); ++edge) {
      if (const auto* week = of(edge)) visit(edge, *week);
    }
  }

 private:
  std::vector<std::uint32_t> week_of_;  // by edge
  std::vector<WeekOfSpeeds> weeks_;     // each once
  std::map<WeekOfSpeeds, std::uint32_t> numbers_;
  std::size_t edges_ = 0;
  bool whole_hours_ = true;
};

// km/h in the hour of `at`; nothing where the profile leaves that hour alone.
std::optional<double> speed_at(const WeekOfSpeeds& week, WeekClock at);
// The highest of the week, `usual_kmh` in the hours that are left alone.
double fastest_of(const WeekOfSpeeds& week, double usual_kmh);

// Seconds to drive so far when it is begun at `at`: each hour's stretch at that hour's speed (Ichoua, Gendreau, Potvin,
// "Vehicle dispatching with time-dependent travel times", 2003), so that who begins later never arrives earlier.
// `allowed` turns a profile's speed into that of the vehicle.
template <class Allowed>
double drive_s(const WeekOfSpeeds& week, double length_m, double usual_kmh, WeekClock at, Allowed allowed) {
  constexpr WeekClock hour_ms = 3'600'000;
  double driven_s = 0, left_m = length_m;
  auto end = at + hour_ms - (at + week.utc_offset_s * WeekClock{1000}) % hour_ms;
  for (auto now = at;; now = end, end += hour_ms) {
    const auto said = speed_at(week, now);
    const double speed_mps = (said ? allowed(*said) : usual_kmh) / 3.6;
    const double whole_s = left_m / speed_mps, hour_s = static_cast<double>(end - now) / 1000;
    if (whole_s <= hour_s) return driven_s + whole_s;
    driven_s += hour_s;
    left_m -= speed_mps * hour_s;
  }
}

}  // namespace mms::roads
