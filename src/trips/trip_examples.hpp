// Examples of the trip endpoints for the OpenAPI document: what comes back.
#pragma once

#include <vector>

#include "http/route.hpp"

namespace mms::trips {

void add_examples(std::vector<http::Route>& routes);

}  // namespace mms::trips
