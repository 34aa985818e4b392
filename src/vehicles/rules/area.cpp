// Geometry on a plane of unwrapped degrees: sound for areas that are small against the earth.
#include "vehicles/rules/area.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace mms::vehicles {
namespace {

using vocabulary::FieldError;

struct Point {
  double x;  // longitude, unwrapped around the first point
  double y;  // latitude
  bool operator==(const Point&) const = default;
};

struct Edge {
  Point from;
  Point to;
  std::size_t index;
  double left() const { return std::min(from.x, to.x); }
  double right() const { return std::max(from.x, to.x); }
  double low() const { return std::min(from.y, to.y); }
  double high() const { return std::max(from.y, to.y); }
};

std::vector<Point> ring_of(const std::vector<Coordinates>& polygon) {
  std::vector<Point> ring;
  ring.reserve(polygon.size());
  for (const auto& c : polygon) {
    ring.push_back({vocabulary::unwrapped_longitude(c.longitude, polygon.front().longitude), c.latitude});
  }
  return ring;
}

std::vector<Edge> edges_of(const std::vector<Point>& ring) {
  std::vector<Edge> edges;
  edges.reserve(ring.size());
  for (std::size_t i = 0; i < ring.size(); ++i) edges.push_back({ring[i], ring[(i + 1) % ring.size()], i});
  return edges;
}

// Twice the surface of the triangle: positive when c is left of a → b.
double turn(const Point& a, const Point& b, const Point& c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool is_within_box(const Edge& edge, const Point& p) {
  return p.x >= edge.left() && p.x <= edge.right() && p.y >= edge.low() && p.y <= edge.high();
}

bool meet(const Edge& a, const Edge& b) {
  const double t1 = turn(a.from, a.to, b.from);
  const double t2 = turn(a.from, a.to, b.to);
  const double t3 = turn(b.from, b.to, a.from);
  const double t4 = turn(b.from, b.to, a.to);
  if (((t1 > 0 && t2 < 0) || (t1 < 0 && t2 > 0)) && ((t3 > 0 && t4 < 0) || (t3 < 0 && t4 > 0))) return true;
  return (t1 == 0 && is_within_box(a, b.from)) || (t2 == 0 && is_within_box(a, b.to)) ||
         (t3 == 0 && is_within_box(b, a.from)) || (t4 == 0 && is_within_box(b, a.to));
}

// The second goes straight back over the first.
bool folds_back(const Edge& first, const Edge& second) {
  if (turn(first.from, first.to, second.to) != 0) return false;
  return (first.to.x - first.from.x) * (second.to.x - second.from.x) +
             (first.to.y - first.from.y) * (second.to.y - second.from.y) <
         0;
}

bool disturb(const Edge& a, const Edge& b, std::size_t count) {
  if ((a.index + 1) % count == b.index) return folds_back(a, b);
  if ((b.index + 1) % count == a.index) return folds_back(b, a);
  return meet(a, b);
}

// Sweeps from west to east, so that only edges side by side are compared.
std::optional<std::pair<std::size_t, std::size_t>> find_touching(std::vector<Edge> edges) {
  std::ranges::sort(edges, {}, &Edge::left);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    for (std::size_t j = i + 1; j < edges.size() && edges[j].left() <= edges[i].right(); ++j) {
      if (edges[j].low() > edges[i].high() || edges[j].high() < edges[i].low()) continue;
      if (!disturb(edges[i], edges[j], edges.size())) continue;
      return std::minmax(edges[i].index, edges[j].index);
    }
  }
  return std::nullopt;
}

std::optional<FieldError> fault_of_polygon(const std::vector<Coordinates>& polygon, const std::string& pointer) {
  if (polygon.size() < 3) return FieldError{pointer, "too_few_points", "a polygon has at least 3 points"};
  if (polygon.front() == polygon.back()) {
    return FieldError{pointer, "repeated_point", "the last point joins the first by itself; leave the repetition out"};
  }
  const auto ring = ring_of(polygon);
  for (std::size_t i = 1; i < ring.size(); ++i) {
    if (ring[i] != ring[i - 1]) continue;
    return FieldError{fmt::format("{}/{}", pointer, i), "repeated_point", "the same point twice in a row"};
  }
  const auto [west, east] = std::ranges::minmax(ring, {}, &Point::x);
  if (east.x - west.x >= 180)
    return FieldError{pointer, "too_wide", "a polygon spans less than 180 degrees of longitude"};
  if (const auto touching = find_touching(edges_of(ring))) {
    return FieldError{pointer, "touches_itself",
                      fmt::format("the edges that begin at points {} and {} cross or touch each other", touching->first,
                                  touching->second)};
  }
  return std::nullopt;
}

bool is_on(const Edge& edge, const Point& p) {
  constexpr double kClose = 1e-9;  // degrees: a tenth of a millimetre
  const double length = std::hypot(edge.to.x - edge.from.x, edge.to.y - edge.from.y);
  return std::abs(turn(edge.from, edge.to, p)) <= kClose * length && p.x >= edge.left() - kClose &&
         p.x <= edge.right() + kClose && p.y >= edge.low() - kClose && p.y <= edge.high() + kClose;
}

Point point_near(const std::vector<Coordinates>& polygon, const Coordinates& place) {
  return {vocabulary::unwrapped_longitude(place.longitude, polygon.front().longitude), place.latitude};
}

// Counts how often a ray to the east leaves the ring (Shimrat 1962).
bool is_inside(const std::vector<Edge>& edges, const Point& p) {
  bool inside = false;
  for (const auto& edge : edges) {
    if (is_on(edge, p)) return true;
    if ((edge.from.y > p.y) == (edge.to.y > p.y)) continue;
    const double x = edge.from.x + (p.y - edge.from.y) * (edge.to.x - edge.from.x) / (edge.to.y - edge.from.y);
    if (p.x < x) inside = !inside;
  }
  return inside;
}

Point between(const Point& from, const Point& to, double share) {
  return {from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share};
}

Coordinates coordinates_of(const Point& p) {
  return {.latitude = {std::clamp(p.y, -90.0, 90.0)}, .longitude = {p.x - 360 * std::round(p.x / 360)}};
}

// Where the way meets edges, as shares of it, ends included, in order.
std::vector<double> meetings(const std::vector<Edge>& edges, const Point& from, const Point& to) {
  std::vector<double> shares{0, 1};
  const double x = to.x - from.x;
  const double y = to.y - from.y;
  for (const auto& edge : edges) {
    const double along = x * (edge.to.y - edge.from.y) - y * (edge.to.x - edge.from.x);
    if (along == 0) continue;  // side by side: its ends belong to other edges too
    const double share = turn(edge.from, edge.to, from) / along;
    const double of_edge = turn(from, to, edge.from) / -along;
    if (share > 0 && share < 1 && of_edge >= 0 && of_edge <= 1) shares.push_back(share);
  }
  std::ranges::sort(shares);
  return shares;
}

// Between two meetings a way is on one side: its middle tells.
std::optional<Coordinates> find_side(const std::vector<Coordinates>& polygon,
                                     const Coordinates& from,
                                     const Coordinates& to,
                                     bool inside) {
  const auto edges = edges_of(ring_of(polygon));
  const auto a = point_near(polygon, from);
  const Point b{vocabulary::unwrapped_longitude(to.longitude, a.x), to.latitude};
  const auto shares = meetings(edges, a, b);
  for (std::size_t i = 1; i < shares.size(); ++i) {
    if (shares[i] - shares[i - 1] < 1e-9) continue;
    if (is_inside(edges, between(a, b, (shares[i] + shares[i - 1]) / 2)) != inside) continue;
    return coordinates_of(between(a, b, shares[i - 1]));
  }
  return std::nullopt;
}

// The place on the way from → to that is nearest to `place`, on a plane that touches the earth there.
Coordinates nearest(const Coordinates& place, const Coordinates& from, const Coordinates& to) {
  const double wide = std::max(std::cos(place.latitude * std::numbers::pi / 180), 1e-6);
  const auto flat = [&](const Coordinates& c) {
    return Point{(vocabulary::unwrapped_longitude(c.longitude, place.longitude) - place.longitude) * wide,
                 c.latitude - place.latitude};
  };
  const auto a = flat(from);
  const auto b = flat(to);
  const double length = (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y);
  const double share = length > 0 ? std::clamp(-(a.x * (b.x - a.x) + a.y * (b.y - a.y)) / length, 0.0, 1.0) : 0.0;
  const auto p = between(a, b, share);
  return coordinates_of({place.longitude + p.x / wide, place.latitude + p.y});
}

}  // namespace

std::vector<FieldError> faults_of(const Area& area, std::string_view pointer) {
  if (area.circle.has_value() == area.polygon.has_value()) {
    return {{std::string(pointer), "not_exactly_one", "must have exactly one of circle, polygon"}};
  }
  if (!area.polygon) return {};
  auto fault = fault_of_polygon(*area.polygon, std::string(pointer) + "/polygon");
  return fault ? std::vector{std::move(*fault)} : std::vector<FieldError>{};
}

bool contains(const Area& area, const Coordinates& place) {
  if (area.circle) return vocabulary::distance_m(area.circle->center, place) <= area.circle->radius_m;
  return is_inside(edges_of(ring_of(*area.polygon)), point_near(*area.polygon, place));
}

double rim_distance_m(const Area& area, const Coordinates& place) {
  if (area.circle) return std::abs(vocabulary::distance_m(area.circle->center, place) - area.circle->radius_m);
  const auto& polygon = *area.polygon;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const auto there = nearest(place, polygon[i], polygon[(i + 1) % polygon.size()]);
    least = std::min(least, vocabulary::distance_m(place, there));
  }
  return least;
}

std::optional<Coordinates> find_inside(const Area& area, const Coordinates& from, const Coordinates& to) {
  if (area.polygon) return find_side(*area.polygon, from, to, true);
  const auto closest = nearest(area.circle->center, from, to);
  return contains(area, closest) ? std::optional(closest) : std::nullopt;
}

std::optional<Coordinates> find_outside(const Area& area, const Coordinates& from, const Coordinates& to) {
  if (area.polygon) return find_side(*area.polygon, from, to, false);
  for (const auto& end : {from, to}) {
    if (!contains(area, end)) return end;
  }
  return std::nullopt;
}

}  // namespace mms::vehicles
