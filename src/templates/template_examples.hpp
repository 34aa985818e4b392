// Examples of the template endpoints for the OpenAPI document: what comes back.
#pragma once

#include <vector>

#include "http/route.hpp"

namespace mms::templates {

void add_examples(std::vector<http::Route>& routes);

}  // namespace mms::templates
