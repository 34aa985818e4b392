// Folding positions into live figures and steps.
#include "trips/rules/tracking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "trips/rules/jumps.hpp"

namespace mms::trips {
namespace {

constexpr double kLeaveFactor = 1.2;    // one who stands at the rim does not come and go
constexpr double kOffStraightM = 1000;  // a straight line is no road: only far beside it is off the route
constexpr double kOffStraightOfLeg = 0.25;
// What is left to drive takes as much longer than planned as the last minutes did: those count less by 1/e each five
// minutes, and the plan itself counts as much as two minutes of driving.
constexpr double kPaceFadesS = 300;
constexpr double kPlanCountsS = 120;
constexpr double kMostPace = 4;
constexpr double kBehind = 50;  // metres that a fix may lie behind the last place on the line

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
    enter_route(live);
    const bool on_same_leg = followed && trip_.status == TripStatus::in_transit && live.target == drove_to;
    on_same_leg_s_ = on_same_leg ? std::optional(seconds(*seen.before, position)) : std::nullopt;
    figures(followed ? std::optional(way) : std::nullopt);
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

  // Another route than the one that was measured on before.
  void enter_route(Live& live) {
    const int revision = revision_of(trip_);
    if (live.route_revision == revision) return;
    const bool on_the_way = trip_.route && trip_.route->begins_at && live.progress > 0;
    live.progress_from = on_the_way ? std::optional(live.progress) : std::nullopt;
    live.place_m.reset();
    live.off_since.reset();
    live.off_route = false;
    live.route_revision = revision;
  }

  // What the figures are taken from: how far the stop is that comes next, and what the route says of the rest.
  struct Ahead {
    double total_m = 0;
    double done_m = 0;
    double rest_m = 0;
    double rest_s = 0;
  };

  // The route's leg that is driven; none before its first stop.
  std::optional<std::size_t> leg() const {
    if (!trip_.route) return std::nullopt;
    const int leg = static_cast<int>(target()) - first_stop_of(*trip_.route);
    if (leg < 0 || leg >= static_cast<int>(trip_.route->legs.size())) return std::nullopt;
    return static_cast<std::size_t>(leg);
  }

  Point begin_of(std::size_t leg) const {
    if (leg == 0 && trip_.route->begins_at) return *trip_.route->begins_at;
    return trips::point_of(stops_[target() - 1]);
  }

  // `way_m`: what was driven since the last place; nothing: nobody knows.
  void figures(std::optional<double> way_m) {
    auto& live = *out.live;
    const bool there = trip_.status == TripStatus::at_destination || trip_.status == TripStatus::completed;
    const auto driven = leg();
    const bool on_line = line_ != nullptr && driven && *driven < line_->legs() && is_active(trip_.status);
    const auto ahead = on_line ? along_line(*driven, there ? std::nullopt : way_m) : straight(driven);
    const double share = ahead.total_m > 0 ? std::clamp(ahead.done_m / ahead.total_m, 0.0, 1.0) : 0;
    const double before = live.progress_from.value_or(0);
    live.progress = there ? 1 : before + (1 - before) * share;
    live.remaining_m = there ? 0 : ahead.rest_m;
    if (there && on_line) live.place_m = line_->length_m();
    live.eta.reset();
    if (is_active(trip_.status)) {
      live.eta = live.position.recorded_at + vocabulary::seconds(there ? 0 : ahead.rest_s);
      if (!there && trip_.actual_start_time) {
        keep_promise(live.promises, *trip_.actual_start_time, live.position.recorded_at, *live.eta);
      }
    }
    if (there) live.target = fmt::format("stop {}", stops_.size() - 1);
  }

  Ahead along_line(std::size_t leg, std::optional<double> way_m) {
    auto& live = *out.live;
    const auto here = point_of(live.position);
    const double low = line_->begin_of(leg);
    const double high = line_->begin_of(leg + 1);
    const double near = std::max(kOffRouteM, kOffRouteAccuracies * live.position.accuracy_m.value_or(0));
    const double last = std::clamp(live.place_m.value_or(low), low, high);
    Sought sought{.here = here,
                  .from_m = std::clamp(last - kBehind, low, high),
                  .to_m = high,
                  .expected_m = {},
                  .heading_deg = speed_ > kSlowMps ? live.position.heading_deg : std::nullopt,
                  .near_m = near};
    if (live.place_m && way_m) sought.expected_m = std::min(last + *way_m, high);
    const auto found = line_->find(sought);
    // Progress is what was made: a fix that lies behind takes nothing back, one beside the line adds nothing.
    const double place = found.away_m <= near ? std::max(last, found.along_m) : last;
    if (live.place_m && on_same_leg_s_ && found.away_m <= near) {
      live.pace = paced(live.pace.value_or(Pace{}), *on_same_leg_s_, driven_s(leg, last, place));
    }
    live.place_m = place;
    // Stops lie beside the road.
    const auto stop = trips::point_of(stops_[target()]);
    live.deviation_m = std::min({found.away_m, beside(here, begin_of(leg), line_->point_at(low)).away_m,
                                 beside(here, line_->point_at(high), stop).away_m});
    watch_deviation(live, near, leg);
    Ahead ahead{.total_m = line_->length_m(), .done_m = place, .rest_m = line_->length_m() - place, .rest_s = 0};
    const auto& legs = trip_.route->legs;
    ahead.rest_s = driven_s(leg, place, high);
    for (std::size_t i = leg + 1; i < legs.size(); ++i) ahead.rest_s += legs[i].duration_s;
    ahead.rest_s *= pace_of(live);
    if (live.off_route) ahead.rest_s += live.deviation_m / habits_of(trip_.sector).speed_mps;
    return ahead;
  }

  // What the route says that the way between two places on a leg's line takes.
  double driven_s(std::size_t leg, double from_m, double to_m) const {
    const double length = line_->begin_of(leg + 1) - line_->begin_of(leg);
    return length > 0 ? trip_.route->legs[leg].duration_s * (to_m - from_m) / length : 0;
  }

  static Pace paced(const Pace& before, double took_s, double planned_s) {
    const double stays = std::exp(-took_s / kPaceFadesS);
    return {.took_s = before.took_s * stays + took_s, .planned_s = before.planned_s * stays + planned_s};
  }

  static double pace_of(const Live& live) {
    if (!live.pace) return 1;
    const double pace = (live.pace->took_s + kPlanCountsS) / (live.pace->planned_s + kPlanCountsS);
    return std::clamp(pace, 1 / kMostPace, kMostPace);
  }

  // Off after a while, on again well within: one bad fix is neither.
  void watch_deviation(Live& live, double near, std::size_t leg) {
    const auto here = point_of(live.position);
    const auto is_at = [&](std::size_t stop) {
      return distance_m(here, trips::point_of(stops_[stop])) <= radius_of(trip_, stops_[stop]) * kLeaveFactor;
    };
    const bool at_stop =
        is_at(target()) || (target() > 0 && (leg > 0 || !trip_.route->begins_at) && is_at(target() - 1));
    if (at_stop || live.deviation_m <= near * (live.off_route ? kBackOnRoute : 1)) {
      live.off_since.reset();
      live.off_route = false;
      return;
    }
    if (!live.off_since) live.off_since = live.position.recorded_at;
    live.off_route = live.off_route || live.position.recorded_at - *live.off_since >= kOffRouteFor;
  }

  Ahead straight(std::optional<std::size_t> leg) {
    auto& live = *out.live;
    const auto habits = habits_of(trip_.sector);
    const auto here = point_of(live.position);
    const auto stop = trips::point_of(stops_[target()]);
    const auto legs = trip_.route ? trip_.route->legs : std::vector<Leg>{};
    Ahead ahead{.total_m = 0, .done_m = 0, .rest_m = distance_m(here, stop) * habits.detour, .rest_s = 0};
    // What the route says of its legs counts more than the sector's habits: they say only how one comes to the first
    // stop.
    const bool says = leg && legs[*leg].distance_m > 0;
    ahead.rest_s =
        says ? legs[*leg].duration_s * (ahead.rest_m / legs[*leg].distance_m) : ahead.rest_m / habits.speed_mps;
    for (std::size_t i = 0; i < legs.size(); ++i) {
      ahead.total_m += legs[i].distance_m;
      if (leg && i < *leg) ahead.done_m += legs[i].distance_m;
      if (leg && i <= *leg) continue;
      ahead.rest_m += legs[i].distance_m;
      ahead.rest_s += legs[i].duration_s;
    }
    live.deviation_m = 0;
    live.off_route = false;
    if (!leg) return ahead;
    const auto place = beside(here, begin_of(*leg), stop);
    ahead.done_m += legs[*leg].distance_m * place.along;
    live.deviation_m = place.away_m;
    live.off_route = place.away_m > std::max(kOffStraightM, legs[*leg].distance_m * kOffStraightOfLeg);
    return ahead;
  }

  Trip trip_;
  const RouteLine* line_;
  std::vector<Stop> stops_;
  JumpFilter filter_;
  std::size_t next_ = 0;  // the waypoint that comes next
  double speed_ = 0;
  std::optional<double> on_same_leg_s_;  // since the position before; nothing when a stop lies between
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
