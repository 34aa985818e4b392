// Examples of what endpoints take and answer, kept apart from their rows.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "http/route.hpp"

namespace mms::http {

struct Example {
  Method method;
  std::string_view pattern;
  std::string_view request;  // JSON, or nothing
  std::string_view answer;
};

// Fills example_request and example_answer of the rows that have none.
inline void add_examples(std::vector<Route>& routes, std::span<const Example> examples) {
  for (auto& route : routes) {
    for (const auto& example : examples) {
      if (example.method != route.method || example.pattern != route.pattern) continue;
      if (route.example_request.empty()) route.example_request = example.request;
      if (route.example_answer.empty()) route.example_answer = example.answer;
    }
  }
}

}  // namespace mms::http
