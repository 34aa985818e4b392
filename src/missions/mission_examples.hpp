// Examples of the mission endpoints for the OpenAPI document: what a client sends, and what comes back.
#pragma once

#include <vector>

#include "http/route.hpp"

namespace mms::missions {

// Fills example_request and example_answer of the rows that have none.
void add_examples(std::vector<http::Route>& routes);
// The same for explain, graph, logs, metrics, analytics and plans.
void add_record_examples(std::vector<http::Route>& routes);

}  // namespace mms::missions
