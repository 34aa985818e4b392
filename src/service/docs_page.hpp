// The page /docs: made by a small script from openapi.json, served by this binary alone, without outside requests.
#pragma once

#include <string_view>
#include <vector>

#include "http/route.hpp"

namespace mms::service {

// A file of src/service/pages/, embedded when the binary is built; empty when there is none of that name.
std::string_view page(std::string_view name);

// /docs with its script and style, and / at the root, which leads there.
std::vector<http::Route> docs_routes();

}  // namespace mms::service
