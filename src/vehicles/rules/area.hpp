// A piece of the earth's surface: a circle, or a polygon small enough to be drawn on a plane.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "vocabulary/describe.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/place.hpp"
#include "vocabulary/problem.hpp"

namespace mms::vehicles {

using vocabulary::Coordinates;

struct Circle {
  Coordinates center;
  vocabulary::Between<0.1, 1e6> radius_m;
  bool operator==(const Circle&) const = default;
};
BOOST_DESCRIBE_STRUCT(Circle, (), (center, radius_m))

// Exactly one of the two. The polygon's last point joins its first; its edges are straight in latitude and longitude,
// and may cross the antimeridian.
struct Area {
  std::optional<Circle> circle;
  std::optional<vocabulary::List<Coordinates, 1000>> polygon;
  bool operator==(const Area&) const = default;
};
BOOST_DESCRIBE_STRUCT(Area, (), (circle, polygon))

// What no single field shows: not exactly one shape, fewer than three points, a repeated point, edges that cross or
// touch, no surface, or half the earth. Pointers begin with `pointer`.
std::vector<vocabulary::FieldError> faults_of(const Area& area, std::string_view pointer);

// The border belongs to the area. Asks a sound area: one without faults.
bool contains(const Area& area, const Coordinates& place);

// How far the place is from the area's border, in metres; it does not say on which side. Asks a sound area.
double rim_distance_m(const Area& area, const Coordinates& place);

// A place on the straight way between two places, ends included, that is inside (outside): of a polygon where the way
// comes in (leaves), of a circle the place nearest to its centre (the end that is outside). Nothing when there is none;
// touching the border in one point is none. Asks a sound area.
std::optional<Coordinates> find_inside(const Area& area, const Coordinates& from, const Coordinates& to);
std::optional<Coordinates> find_outside(const Area& area, const Coordinates& from, const Coordinates& to);

}  // namespace mms::vehicles
