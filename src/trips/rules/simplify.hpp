// Fewer points for the same line, for maps.
#pragma once

#include <cstddef>
#include <vector>

#include "trips/rules/geodesy.hpp"

namespace mms::trips {

// Which points of a line to keep, in order: its ends, and as few between that no dropped one lies farther than the
// tolerance from the line of those that are kept (Douglas and Peucker, "Algorithms for the reduction of the number of
// points required to represent a digitized line", 1973). Takes n² at worst.
std::vector<std::size_t> simplified(const std::vector<Point>& points, double tolerance_m);

}  // namespace mms::trips
