// Whether the contents of a road file fit together, beyond their checksums.
#pragma once

#include <string_view>

#include "roads/road_file.hpp"

namespace mms::roads {

// The name of the first part whose numbers point outside or contradict another; empty when all is well.
std::string_view find_unsound_part(const RoadFile& file);

}  // namespace mms::roads
