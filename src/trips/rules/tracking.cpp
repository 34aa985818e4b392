// Folding positions into live figures and steps.
#include "trips/rules/tracking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mms::trips {
namespace {

constexpr double kLeaveFactor = 1.2;  // one who stands at the rim does not come and go
constexpr double kOffRouteM = 1000;   // a straight line is no road: only far beside it is off the route
constexpr double kOffRouteOfLeg = 0.25;

Point point_of(const Position& p) {
  return {p.latitude, p.longitude};
}

bool is_in(double value, double low, double high) {
  return std::isfinite(value) && value >= low && value <= high;
}

// The trip as the positions move it on, and what they show on the way.
class Fold {
 public:
  Fold(const Trip& trip, std::optional<Live> live) : trip_(trip), stops_(trips::stops_of(trip)) {
    for (next_ = 0; next_ < trip_.waypoints.size() && trip_.waypoints[next_].reached_at; ++next_) {
    }
    out.live = std::move(live);
  }

  void take(const Position& position) {
    speed_ = speed_at(position);
    // A late report from the way there is no departure: the vehicle must have been seen at the stop, or be seen later
    // than all that is known of the trip.
    may_leave_ = position.recorded_at > trip_.updated_at || (out.live && is_at_rim(point_of(out.live->position)));
    if (out.live) {
      out.live->travelled_m += distance_m(point_of(out.live->position), point_of(position));
    } else {
      out.live.emplace();
    }
    out.live->position = position;
    while (step(position)) {
    }
    figures();
    out.deviations.push_back({position.recorded_at, out.live->deviation_m});
  }

  Advance out;

 private:
  double speed_at(const Position& position) const {
    if (position.speed_mps) return *position.speed_mps;
    if (!out.live) return 0;
    const auto passed = std::chrono::duration<double>(position.recorded_at - out.live->position.recorded_at).count();
    return distance_m(point_of(out.live->position), point_of(position)) / std::max(passed, 1e-3);
  }

  // The stop that it drives to: 0 is the origin, the last one the destination.
  std::size_t target() const {
    if (trip_.status == TripStatus::en_route_to_pickup || trip_.status == TripStatus::at_pickup) return 0;
    return trip_.status == TripStatus::in_transit ? next_ + 1 : stops_.size() - 1;
  }

  bool is_at_rim(const Point& point) const {
    return distance_m(point, trips::point_of(trip_.origin)) <= radius_of(trip_, trip_.origin) * kLeaveFactor;
  }

  bool step(const Position& position) {
    if (!is_active(trip_.status) || trip_.status == TripStatus::at_destination) return false;
    auto& live = *out.live;
    const auto at = target();
    const auto& stop = stops_[at];
    const double radius = radius_of(trip_, stop);
    const double away = distance_m(point_of(position), trips::point_of(stop));
    if (trip_.status == TripStatus::at_pickup) {
      if (away <= radius * kLeaveFactor || !may_leave_) return false;
      return move(TripStatus::in_transit, position);
    }
    const auto name = fmt::format("stop {}", at);
    if (live.target != name) live.inside_since.reset();
    live.target = name;
    if (away > radius) {
      live.inside_since.reset();
      return false;
    }
    if (!live.inside_since) live.inside_since = position.recorded_at;
    if (speed_ > kSlowMps && position.recorded_at - *live.inside_since < kDwell) return false;
    if (at == 0) return move(TripStatus::at_pickup, position);
    if (at + 1 == stops_.size()) return move(TripStatus::at_destination, position);
    out.steps.push_back({.to = {}, .waypoint = static_cast<int>(next_), .recorded_at = position.recorded_at});
    trip_.waypoints[next_++].reached_at = position.recorded_at;
    return true;
  }

  bool move(TripStatus to, const Position& position) {
    out.steps.push_back({.to = to, .waypoint = {}, .recorded_at = position.recorded_at});
    trip_.status = to;
    return true;
  }

  void figures() {
    auto& live = *out.live;
    const auto habits = habits_of(trip_.sector);
    const auto here = point_of(live.position);
    const auto legs = trip_.route ? trip_.route->legs : std::vector<Leg>{};
    const auto at = target();
    double total = 0;
    double behind = 0;
    double ahead = distance_m(here, trips::point_of(stops_[at])) * habits.detour;
    // What the route says of its legs counts more than the sector's habits: they say only how one comes to the first
    // stop.
    const bool on_a_leg = at > 0 && at <= legs.size() && legs[at - 1].distance_m > 0;
    double ahead_s = on_a_leg ? legs[at - 1].duration_s * (ahead / legs[at - 1].distance_m) : ahead / habits.speed_mps;
    for (std::size_t leg = 0; leg < legs.size(); ++leg) {
      total += legs[leg].distance_m;
      if (leg + 1 < at) behind += legs[leg].distance_m;
      if (leg < at) continue;
      ahead += legs[leg].distance_m;
      ahead_s += legs[leg].duration_s;
    }
    live.deviation_m = 0;
    live.off_route = false;
    if (at > 0 && at <= legs.size()) {
      const auto place = beside(here, trips::point_of(stops_[at - 1]), trips::point_of(stops_[at]));
      behind += legs[at - 1].distance_m * place.along;
      live.deviation_m = place.away_m;
      live.off_route = place.away_m > std::max(kOffRouteM, legs[at - 1].distance_m * kOffRouteOfLeg);
    }
    const bool there = trip_.status == TripStatus::at_destination || trip_.status == TripStatus::completed;
    live.progress = there ? 1 : total > 0 ? std::clamp(behind / total, 0.0, 1.0) : 0;
    live.remaining_m = there ? 0 : ahead;
    live.eta.reset();
    if (is_active(trip_.status)) {
      live.eta = live.position.recorded_at + vocabulary::seconds(there ? 0 : ahead_s);
    }
    if (there) live.target = fmt::format("stop {}", stops_.size() - 1);
  }

  Trip trip_;
  std::vector<Stop> stops_;
  std::size_t next_ = 0;  // the waypoint that comes next
  double speed_ = 0;
  bool may_leave_ = false;
};

}  // namespace

std::optional<vocabulary::FieldError> fault_of(const Position& p, const Trip& trip, Time now) {
  using vocabulary::FieldError;
  if (!is_in(p.latitude, -90, 90)) return FieldError{"/latitude", "out_of_range", "must be from -90 to 90"};
  if (!is_in(p.longitude, -180, 180)) return FieldError{"/longitude", "out_of_range", "must be from -180 to 180"};
  if (p.speed_mps && !is_in(*p.speed_mps, 0, 400))
    return FieldError{"/speed_mps", "out_of_range", "must be from 0 to 400"};
  if (p.heading_deg && !is_in(*p.heading_deg, 0, 360)) {
    return FieldError{"/heading_deg", "out_of_range", "must be from 0 to 360"};
  }
  if (p.accuracy_m && !is_in(*p.accuracy_m, 0, 100000)) {
    return FieldError{"/accuracy_m", "out_of_range", "must be from 0 to 100000"};
  }
  if (p.recorded_at > now + kClockSkew)
    return FieldError{"/recorded_at", "in_the_future", "is more than 60 s ahead of the service"};
  if (!trip.actual_start_time) return FieldError{"/recorded_at", "not_started", "the trip has not started"};
  if (p.recorded_at < *trip.actual_start_time)
    return FieldError{"/recorded_at", "before_start", "is before the trip's start"};
  if (trip.actual_end_time && p.recorded_at > *trip.actual_end_time) {
    return FieldError{"/recorded_at", "after_end", "is after the trip's end"};
  }
  return std::nullopt;
}

Advance advance(const Trip& trip, std::optional<Live> live, std::vector<Position> positions) {
  // Of two for one moment the first counts, as in the table.
  std::vector<std::pair<Time, std::size_t>> order;
  order.reserve(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) order.emplace_back(positions[i].recorded_at, i);
  std::ranges::sort(order);
  Fold fold(trip, std::move(live));
  for (const auto& [when, index] : order) {
    const auto& position = positions[index];
    if (fold.out.live && position.recorded_at <= fold.out.live->position.recorded_at) continue;
    fold.take(position);
  }
  return std::move(fold.out);
}

double way_m(const std::vector<Position>& positions) {
  double way = 0;
  for (std::size_t i = 1; i < positions.size(); ++i)
    way += distance_m(point_of(positions[i - 1]), point_of(positions[i]));
  return way;
}

std::optional<double> proven_away_m(const Trip& trip, const Live* live, Time now) {
  if (live == nullptr || live->position.recorded_at + kStillTrue < now) return std::nullopt;
  const double away = distance_m(point_of(live->position), trips::point_of(trip.destination));
  const double doubt = live->position.accuracy_m.value_or(0);
  if (away - doubt <= radius_of(trip, trip.destination)) return std::nullopt;
  return away;
}

}  // namespace mms::trips
