// Areas to stay out of: polygons and circles.
#pragma once

#include <span>
#include <vector>

#include "roads/road_file.hpp"

namespace mms::roads {

// A polygon when `ring` has three points or more (closed by itself, even-odd), else a circle. Degrees are treated as a
// plane, so no area may cross the 180th meridian.
struct Area {
  std::vector<Coordinate> ring;
  Coordinate center;
  double radius_m = 0;
};

bool contains(const Area& area, Coordinate place);
// A box around the area, for a quick no.
struct AreaBounds {
  Coordinate low, high;
};
AreaBounds bounds_of(const Area& area);
// False when no part of the shape can touch what lies within the bounds.
bool may_touch(const AreaBounds& bounds, std::span<const Coordinate> shape);

// The line a–b touches the area: an end lies in it, or it crosses an edge of it.
bool touches(const Area& area, Coordinate a, Coordinate b);
bool touches(const Area& area, std::span<const Coordinate> shape);

}  // namespace mms::roads
