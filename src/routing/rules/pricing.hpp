// Who pays what: from a request's vehicle, weights and wishes to the metric that answers it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "roads/metric.hpp"
#include "roads/objectives.hpp"
#include "roads/speed_profiles.hpp"
#include "routing/rules/route_input.hpp"
#include "vocabulary/problem.hpp"

namespace mms::routing {

// Which of the profiles' speeds a metric has: those of an hour of the UTC week, or each edge's fastest.
using WeekHour = std::uint32_t;
inline constexpr WeekHour kFastestHour = roads::hours_of_week;

// What a metric depends on, beside the roads, the traffic and the profiles.
struct Pricing {
  roads::Vehicle vehicle;
  roads::Shares shares{};
  roads::Avoidance avoidance;
  bool traffic = true;
  std::optional<WeekHour> hour = std::nullopt;  // absent: without profiles
};
// Equal for equal pricings, and for those alone.
std::string key_of(const Pricing& pricing);

// What is in force on the roads at one moment.
struct TrafficNow {
  std::vector<roads::EdgeTraffic> by_edge;
  std::size_t in_force = 0;  // edges
};

// A customised metric beside what it was made from. Threads: immutable, shared by all.
struct Priced {
  std::shared_ptr<const roads::CostModel> model;
  roads::Metric metric;
  std::shared_ptr<const TrafficNow> traffic;               // without any where the pricing asks for none
  std::shared_ptr<const roads::SpeedProfiles> profiles{};  // null where there are none, or none are asked for
};
// Makes it, or answers the one that was made before.
using PriceBook = std::function<std::shared_ptr<const Priced>(const Pricing&)>;

// What every request says of its vehicle and its wishes.
struct Wishes {
  roads::VehicleClass profile{};
  std::optional<VehicleLimits> vehicle;
  std::optional<Avoid> avoid;
  std::optional<Time> departure;
};
template <class Input>
Wishes wishes_of(const Input& input) {
  return {input.profile, input.vehicle, input.avoid, input.departure};
}

// What is reported now says nothing of tomorrow: beyond an hour ahead a departure is without traffic.
bool uses_traffic(const std::optional<Time>& departure, Time now);
// The hour of the UTC week in which a departure falls.
WeekHour hour_of(Time departure);
roads::Shares shares_of(const std::optional<Weights>& weights);
// Refuses: invalid_fields (edges that the map does not have).
vocabulary::Result<Pricing> pricing_of(const Wishes& wishes,
                                       const roads::Shares& shares,
                                       std::uint32_t edges,
                                       Time now);

roads::Coordinate coordinate_of(const Coordinates& place);
Coordinates coordinates_of(roads::Coordinate place);

// A refusal of one field.
std::unexpected<vocabulary::Problem> bad_field(std::string pointer, std::string_view code, std::string detail);

}  // namespace mms::routing
