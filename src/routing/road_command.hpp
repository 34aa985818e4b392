// The subcommands import-roads and route.
#pragma once

#include <span>
#include <string>

#include "vocabulary/problem.hpp"
#include "vocabulary/time.hpp"

namespace mms::routing {

std::string_view import_roads_help();
std::string_view route_help();

// Both answer the text for standard output; progress goes to standard error. Block.
// Refuse: bad_parameter (wrong arguments, a damaged file), not_found, unavailable; route also invalid_fields, no_route.
vocabulary::Result<std::string> import_roads_command(std::span<const std::string> arguments);
vocabulary::Result<std::string> route_command(std::span<const std::string> arguments, vocabulary::Time now);

}  // namespace mms::routing
