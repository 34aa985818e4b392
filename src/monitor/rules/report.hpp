// What the monitor is told of a vehicle: one report, from whichever door it came in by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vocabulary/describe.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/place.hpp"
#include "vocabulary/time.hpp"

namespace mms::monitor {

using vocabulary::Coordinates;
using vocabulary::Duration;
using vocabulary::MissionId;
using vocabulary::Time;
using vocabulary::TripId;

// Of itself, or a position on a trip's track.
BOOST_DEFINE_ENUM_CLASS(ReportSource, state, track)

struct Report {
  ReportSource source{};
  Time recorded_at;  // by the vehicle's clock
  Time received_at;  // by ours
  std::optional<Coordinates> position;
  std::optional<double> speed_mps;
  std::optional<double> battery_percent;
  std::optional<double> deviation_m;         // from the trip's route
  std::optional<std::string> onboard_stage;  // absent: it stays
  bool no_stage = false;                     // it has none from now on
  std::optional<std::vector<std::string>> capabilities;
  bool no_capabilities = false;
  std::optional<TripId> trip_id;
  std::optional<MissionId> trip_mission_id;
  bool operator==(const Report&) const = default;
};
BOOST_DESCRIBE_STRUCT(Report,
                      (),
                      (source,
                       recorded_at,
                       received_at,
                       position,
                       speed_mps,
                       battery_percent,
                       deviation_m,
                       onboard_stage,
                       no_stage,
                       capabilities,
                       no_capabilities,
                       trip_id,
                       trip_mission_id))

// Reports of one vehicle that came together by one door, in the order of their time: what is written and folded as one.
struct Parcel {
  ReportSource source{};
  Time recorded_at;  // of the first
  Time received_at;
  std::vector<Report> reports;
};
// At most so many in one.
inline constexpr std::size_t kMostInParcel = 50;

}  // namespace mms::monitor
