// Nearest places on a line, by one pass over the part of it that comes into question.
#include "trips/rules/route_line.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace mms::trips {
namespace {

// What a metre away from the expected place costs, in metres beside the line: a fix is metres wrong, the guess of what
// was driven tens of them.
constexpr double kPull = 0.1;
constexpr double kFreely = 50;  // and a share of what was driven may be missing or too much for nothing
constexpr double kFreelyOfWay = 0.5;
constexpr double kEarlier = 0.01;    // the same for one without a place, from where it may begin
constexpr double kWrongWay = 50;     // metres for a piece of the line that leads against the heading
constexpr double kFirstLook = 2000;  // metres ahead of the expected place

double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

// Whether a vector that points east by x and north by y leads against a heading.
bool leads_against(double x, double y, double heading_deg) {
  const double heading = radians(heading_deg);
  return x * std::sin(heading) + y * std::cos(heading) < 0;
}

}  // namespace

struct RouteLine::Best {
  PlaceOnLine place;
  double cost = std::numeric_limits<double>::infinity();
};

std::shared_ptr<const RouteLine> RouteLine::of(std::vector<Point> points, const Route& route) {
  if (points.size() < 2 || route.legs.empty()) return nullptr;
  RouteLine line;
  line.along_.reserve(points.size());
  line.along_.push_back(0);
  for (std::size_t i = 1; i < points.size(); ++i)
    line.along_.push_back(line.along_.back() + distance_m(points[i - 1], points[i]));
  double end = 0;
  for (const auto& leg : route.legs) line.leg_ends_.push_back(end += leg.distance_m);
  const double measured = line.along_.back();
  if (measured <= 0 || end <= 0) return nullptr;
  for (auto& along : line.along_) along *= end / measured;
  line.along_.back() = end;
  line.points_ = std::move(points);
  return std::make_shared<const RouteLine>(std::move(line));
}

// The segment that holds a place; the last one at the end.
std::size_t RouteLine::segment_at(double along_m) const {
  const auto behind = std::ranges::upper_bound(along_, along_m);
  const auto index = static_cast<std::size_t>(behind - along_.begin());
  return std::clamp<std::size_t>(index, 1, along_.size() - 1) - 1;
}

Point RouteLine::point_at(double along_m) const {
  const auto i = segment_at(along_m);
  const double length = along_[i + 1] - along_[i];
  const double share = length > 0 ? std::clamp((along_m - along_[i]) / length, 0.0, 1.0) : 0;
  return between(points_[i], points_[i + 1], share);
}

void RouteLine::look(const Sought& sought, double from_m, double to_m, Best& best) const {
  const PlaneAt plane(sought.here);
  auto to = plane.of(points_[segment_at(from_m)]);
  for (std::size_t i = segment_at(from_m); i + 1 < points_.size() && along_[i] <= to_m; ++i) {
    const auto from = to;
    to = plane.of(points_[i + 1]);
    const double length = along_[i + 1] - along_[i];
    const double x = to.x - from.x;
    const double y = to.y - from.y;
    const double square = x * x + y * y;
    if (length <= 0 || square <= 0) continue;
    const double foot = -(from.x * x + from.y * y) / square;
    // The part of the segment that comes into question.
    const double low = std::clamp((from_m - along_[i]) / length, 0.0, 1.0);
    const double high = std::clamp((to_m - along_[i]) / length, 0.0, 1.0);
    const double share = std::clamp(foot, low, high);
    const PlaceOnLine place{along_[i] + share * length, std::hypot(from.x + share * x, from.y + share * y)};
    double cost = place.away_m;
    if (sought.expected_m) {
      const double way = std::max(0.0, *sought.expected_m - sought.from_m);
      const double off = std::abs(place.along_m - *sought.expected_m) - kFreely - kFreelyOfWay * way;
      cost += kPull * std::max(0.0, off);
    } else {
      cost += kEarlier * (place.along_m - sought.from_m);
    }
    if (sought.heading_deg && leads_against(x, y, *sought.heading_deg)) cost += kWrongWay;
    if (cost < best.cost) best = {place, cost};
  }
}

PlaceOnLine RouteLine::find(const Sought& sought) const {
  Best best;
  const double soon = std::min(sought.to_m, sought.expected_m.value_or(sought.to_m) + kFirstLook);
  look(sought, sought.from_m, std::max(soon, sought.from_m), best);
  if (best.place.away_m > sought.near_m && soon < sought.to_m) look(sought, soon, sought.to_m, best);
  if (std::isfinite(best.cost)) return best.place;
  return {sought.from_m, distance_m(sought.here, point_at(sought.from_m))};
}

}  // namespace mms::trips
