// Lines as text: Google's encoded polyline with six digits, as OSRM and Valhalla write it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roads/geometry.hpp"
#include "vocabulary/problem.hpp"

namespace mms::roads {

std::string to_polyline6(std::span<const Coordinate> line);
// Refuses: bad_parameter (not a polyline, or a point that is not on earth).
vocabulary::Result<std::vector<Coordinate>> from_polyline6(std::string_view text);

}  // namespace mms::roads
