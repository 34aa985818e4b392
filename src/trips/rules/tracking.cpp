// Folding positions into live figures and steps.
#include "trips/rules/tracking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "trips/rules/figures.hpp"
#include "trips/rules/jumps.hpp"

namespace mms::trips {
namespace {

Point point_of(const Position& p) {
  return {p.latitude, p.longitude};
}

bool is_in(double value, double low, double high) {
  return std::isfinite(value) && value >= low && value <= high;
}

// The trip as the positions move it on, and what they show on the way.
class Fold {
 public:
  Fold(const Trip& trip, std::optional<Live> live, const RouteLine* line)
      : trip_(trip),
        line_(line),
        stops_(trips::stops_of(trip)),
        filter_(habits_of(trip.sector).most_mps,
                live ? std::optional(live->position) : std::nullopt,
                live ? live->suspect : std::nullopt) {
    for (next_ = 0; next_ < trip_.waypoints.size() && trip_.waypoints[next_].reached_at; ++next_) {
    }
    out.live = std::move(live);
  }

  void take(const Position& position) {
    const auto seen = filter_.take(position);
    if (!seen.is_sound) {
      out.live->suspect = position;
      out.suspects.push_back(position.recorded_at);
      return;
    }
    if (seen.cleared) clear(*seen.cleared);
    speed_ = speed_at(position, seen.before);
    // A late report from the way there is no departure: the vehicle must have been seen at the stop, or be seen later
    // than all that is known of the trip.
    may_leave_ = position.recorded_at > trip_.updated_at || (out.live && is_at_rim(point_of(out.live->position)));
    if (!out.live) out.live.emplace();
    auto& live = *out.live;
    if (seen.before) live.travelled_m += way_m(*seen.before, position);
    // One that turned up elsewhere may have driven any way there.
    const bool followed = seen.before && !seen.cleared;
    const double way = followed ? std::max(way_m(*seen.before, position), speed_ * seconds(*seen.before, position)) : 0;
    live.suspect.reset();
    live.position = position;
    const auto drove_to = live.target;
    while (step(position)) {
    }
    const bool on_same_leg = followed && trip_.status == TripStatus::in_transit && live.target == drove_to;
    const auto on_same_leg_s = on_same_leg ? std::optional(seconds(*seen.before, position)) : std::nullopt;
    measure(live, {trip_, stops_, target(), line_, speed_, on_same_leg_s},
            followed ? std::optional(way) : std::nullopt);
    out.deviations.push_back({position.recorded_at, live.deviation_m});
  }

  Advance out;

 private:
  static double seconds(const Position& from, const Position& to) {
    return std::chrono::duration<double>(to.recorded_at - from.recorded_at).count();
  }

  void clear(const Position& suspect) {
    if (!out.suspects.empty() && out.suspects.back() == suspect.recorded_at) {
      out.suspects.pop_back();
    } else {
      out.cleared.push_back(suspect.recorded_at);
    }
  }

  static double speed_at(const Position& position, const std::optional<Position>& before) {
    if (position.speed_mps) return *position.speed_mps;
    return before ? way_m(*before, position) / std::max(seconds(*before, position), 1e-3) : 0;
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
    if (to == TripStatus::at_destination) out.live->arrived_at = position.recorded_at;
    return true;
  }

  Trip trip_;
  const RouteLine* line_;
  std::vector<Stop> stops_;
  JumpFilter filter_;
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

Advance advance(const Trip& trip, std::optional<Live> live, std::vector<Position> positions, const RouteLine* line) {
  // Of two for one moment the first counts, as in the table.
  std::vector<std::pair<Time, std::size_t>> order;
  order.reserve(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) order.emplace_back(positions[i].recorded_at, i);
  std::ranges::sort(order);
  Fold fold(trip, std::move(live), line);
  for (const auto& [when, index] : order) {
    const auto& position = positions[index];
    if (fold.out.live && position.recorded_at <= newest_of(*fold.out.live)) continue;
    fold.take(position);
  }
  return std::move(fold.out);
}

Time newest_of(const Live& live) {
  return live.suspect ? std::max(live.suspect->recorded_at, live.position.recorded_at) : live.position.recorded_at;
}

Live as_of_route(const Trip& trip, Live live) {
  if (!trip.route || !trip.route->begins_at || live.route_revision == trip.route->revision) return live;
  live.route_revision = trip.route->revision;
  live.place_m = 0;
  live.remaining_m = trip.route->distance_m;
  live.deviation_m = 0;
  live.off_route = false;
  if (live.next_eta && !trip.route->legs.empty()) {
    live.next_eta = trip.updated_at + vocabulary::seconds(trip.route->legs.front().duration_s);
  }
  if (live.eta) live.eta = trip.updated_at + vocabulary::seconds(trip.route->duration_s);
  return live;
}

std::optional<double> proven_away_m(const Trip& trip, const Live* live, Time now) {
  if (live == nullptr || live->position.recorded_at + kStillTrue < now) return std::nullopt;
  const double away = distance_m(point_of(live->position), trips::point_of(trip.destination));
  const double doubt = live->position.accuracy_m.value_or(0);
  if (away - doubt <= radius_of(trip, trip.destination)) return std::nullopt;
  return away;
}

}  // namespace mms::trips
