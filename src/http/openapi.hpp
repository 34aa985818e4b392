// The OpenAPI 3.1 document, printed from the route tables: what the guard and the router do is what it says.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/route.hpp"

namespace mms::http {

struct ApiTitle {
  std::string_view title = "Mission Management Service";
  std::string_view version;
  std::string_view description;
  std::string_view prefix = "/api/v1/mission-management";
};

// Everything that a route may refuse with: its own kinds and those that follow from its row.
std::vector<vocabulary::ProblemKind> problems_of(const Route& route);

// Indented JSON, the same for the same rows. Throws std::logic_error when two types claim one schema name.
std::string openapi_document(std::span<const Route> routes, const ApiTitle& about);

}  // namespace mms::http
