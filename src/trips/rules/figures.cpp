// Figures along the route's line, or along straight ones.
#include "trips/rules/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mms::trips {
namespace {

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

class Measure {
 public:
  Measure(Live& live, const Moment& now) : live_(live), now_(now) {}

  void take(std::optional<double> way_m) {
    live_.eta.reset();
    live_.next_stop.reset();
    live_.next_eta.reset();
    // Where it was going has no meaning any more.
    if (is_final(now_.trip.status) && now_.trip.status != TripStatus::completed) return;
    enter_route();
    const bool there = now_.trip.status == TripStatus::at_destination || now_.trip.status == TripStatus::completed;
    const auto driven = leg();
    const bool on_line = now_.line != nullptr && driven && *driven < now_.line->legs() && is_active(now_.trip.status);
    const auto ahead = on_line ? along_line(*driven, there ? std::nullopt : way_m) : straight(driven);
    const double share = ahead.total_m > 0 ? std::clamp(ahead.done_m / ahead.total_m, 0.0, 1.0) : 0;
    const double before = live_.progress_from.value_or(0);
    live_.progress = there ? 1 : before + (1 - before) * share;
    live_.remaining_m = there ? 0 : ahead.rest_m;
    if (there && on_line) live_.place_m = now_.line->length_m();
    if (is_active(now_.trip.status)) {
      live_.eta = live_.position.recorded_at + vocabulary::seconds(there ? 0 : ahead.rest_s);
      if (!there && now_.trip.actual_start_time) {
        keep_promise(live_.promises, *now_.trip.actual_start_time, live_.position.recorded_at, *live_.eta);
      }
    }
    if (!live_.promised) live_.promised = live_.eta;
    if (now_.trip.status == TripStatus::en_route_to_pickup || now_.trip.status == TripStatus::in_transit) {
      live_.next_stop = static_cast<int>(now_.target);
      live_.next_eta = live_.position.recorded_at + vocabulary::seconds(ahead.next_s);
    }
    if (there) live_.target = fmt::format("stop {}", now_.stops.size() - 1);
  }

 private:
  // Another route than the one that was measured on before.
  void enter_route() {
    const int revision = revision_of(now_.trip);
    if (live_.route_revision == revision) return;
    const bool on_the_way = now_.trip.route && now_.trip.route->begins_at && live_.progress > 0;
    live_.progress_from = on_the_way ? std::optional(live_.progress) : std::nullopt;
    if (!now_.trip.route || !now_.trip.route->begins_at) live_.promised.reset();
    live_.place_m.reset();
    live_.off_since.reset();
    live_.off_route = false;
    live_.route_revision = revision;
  }

  // What the figures are taken from: how far the stop is that comes next, and what the route says of the rest.
  struct Ahead {
    double total_m = 0;
    double done_m = 0;
    double rest_m = 0;
    double rest_s = 0;
    double next_s = 0;  // to the next stop
  };

  // The route's leg that is driven; none before its first stop.
  std::optional<std::size_t> leg() const {
    if (!now_.trip.route) return std::nullopt;
    const int leg = static_cast<int>(now_.target) - first_stop_of(*now_.trip.route);
    if (leg < 0 || leg >= static_cast<int>(now_.trip.route->legs.size())) return std::nullopt;
    return static_cast<std::size_t>(leg);
  }

  Point begin_of(std::size_t leg) const {
    if (leg == 0 && now_.trip.route->begins_at) return *now_.trip.route->begins_at;
    return trips::point_of(now_.stops[now_.target - 1]);
  }

  Ahead along_line(std::size_t leg, std::optional<double> way_m) {
    const auto here = point_of(live_.position);
    const double low = now_.line->begin_of(leg);
    const double high = now_.line->begin_of(leg + 1);
    const double near = std::max(kOffRouteM, kOffRouteAccuracies * live_.position.accuracy_m.value_or(0));
    const double last = std::clamp(live_.place_m.value_or(low), low, high);
    Sought sought{.here = here,
                  .from_m = std::clamp(last - kBehind, low, high),
                  .to_m = high,
                  .expected_m = {},
                  .heading_deg = now_.speed_mps > kSlowMps ? live_.position.heading_deg : std::nullopt,
                  .near_m = near};
    if (live_.place_m && way_m) sought.expected_m = std::min(last + *way_m, high);
    const auto found = now_.line->find(sought);
    // Progress is what was made: a fix that lies behind takes nothing back, one beside the line adds nothing.
    const double place = found.away_m <= near ? std::max(last, found.along_m) : last;
    if (live_.place_m && now_.on_same_leg_s && found.away_m <= near) {
      live_.pace = paced(live_.pace.value_or(Pace{}), *now_.on_same_leg_s, driven_s(leg, last, place));
    }
    live_.place_m = place;
    // Stops lie beside the road.
    const auto stop = trips::point_of(now_.stops[now_.target]);
    live_.deviation_m = std::min({found.away_m, beside(here, begin_of(leg), now_.line->point_at(low)).away_m,
                                  beside(here, now_.line->point_at(high), stop).away_m});
    watch_deviation(near, leg);
    Ahead ahead{
        .total_m = now_.line->length_m(), .done_m = place, .rest_m = now_.line->length_m() - place, .rest_s = 0};
    const auto& legs = now_.trip.route->legs;
    ahead.next_s = driven_s(leg, place, high);
    ahead.rest_s = ahead.next_s;
    for (std::size_t i = leg + 1; i < legs.size(); ++i) ahead.rest_s += legs[i].duration_s;
    const double pace = pace_of(live_);
    const double back_s = live_.off_route ? live_.deviation_m / habits_of(now_.trip.sector).speed_mps : 0;
    ahead.next_s = ahead.next_s * pace + back_s;
    ahead.rest_s = ahead.rest_s * pace + back_s;
    return ahead;
  }

  // What the route says that the way between two places on a leg's line takes.
  double driven_s(std::size_t leg, double from_m, double to_m) const {
    const double length = now_.line->begin_of(leg + 1) - now_.line->begin_of(leg);
    return length > 0 ? now_.trip.route->legs[leg].duration_s * (to_m - from_m) / length : 0;
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
  void watch_deviation(double near, std::size_t leg) {
    const auto here = point_of(live_.position);
    const auto is_at = [&](std::size_t stop) {
      return distance_m(here, trips::point_of(now_.stops[stop])) <=
             radius_of(now_.trip, now_.stops[stop]) * kLeaveFactor;
    };
    const bool at_stop =
        is_at(now_.target) || (now_.target > 0 && (leg > 0 || !now_.trip.route->begins_at) && is_at(now_.target - 1));
    if (at_stop || live_.deviation_m <= near * (live_.off_route ? kBackOnRoute : 1)) {
      live_.off_since.reset();
      live_.off_route = false;
      return;
    }
    if (!live_.off_since) live_.off_since = live_.position.recorded_at;
    live_.off_route = live_.off_route || live_.position.recorded_at - *live_.off_since >= kOffRouteFor;
  }

  Ahead straight(std::optional<std::size_t> leg) {
    const auto habits = habits_of(now_.trip.sector);
    const auto here = point_of(live_.position);
    const auto stop = trips::point_of(now_.stops[now_.target]);
    const auto legs = now_.trip.route ? now_.trip.route->legs : std::vector<Leg>{};
    Ahead ahead{.total_m = 0, .done_m = 0, .rest_m = distance_m(here, stop) * habits.detour, .rest_s = 0};
    // What the route says of its legs counts more than the sector's habits: they say only how one comes to the first
    // stop.
    const bool says = leg && legs[*leg].distance_m > 0;
    ahead.rest_s =
        says ? legs[*leg].duration_s * (ahead.rest_m / legs[*leg].distance_m) : ahead.rest_m / habits.speed_mps;
    ahead.next_s = ahead.rest_s;
    for (std::size_t i = 0; i < legs.size(); ++i) {
      ahead.total_m += legs[i].distance_m;
      if (leg && i < *leg) ahead.done_m += legs[i].distance_m;
      if (leg && i <= *leg) continue;
      ahead.rest_m += legs[i].distance_m;
      ahead.rest_s += legs[i].duration_s;
    }
    live_.deviation_m = 0;
    live_.off_route = false;
    if (!leg) return ahead;
    const auto place = beside(here, begin_of(*leg), stop);
    ahead.done_m += legs[*leg].distance_m * place.along;
    live_.deviation_m = place.away_m;
    live_.off_route = place.away_m > std::max(kOffStraightM, legs[*leg].distance_m * kOffStraightOfLeg);
    return ahead;
  }

  Live& live_;
  const Moment& now_;
};

}  // namespace

void measure(Live& live, const Moment& now, std::optional<double> way_m) {
  Measure(live, now).take(way_m);
}

}  // namespace mms::trips
