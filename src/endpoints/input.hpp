// From a request's bytes to typed values, or to a problem that names what is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/problem.hpp"

namespace mms::endpoints {

// Where the API stands.
inline constexpr std::string_view kPrefix = "/api/v1/mission-management";

// The body as T; no body counts as {}. Refuses: malformed_json, invalid_fields.
template <class T>
vocabulary::Result<T> body_of(const http::Request& request) {
  vocabulary::json::Document document;
  const auto root = document.parse(request.body.empty() ? std::string_view("{}") : request.body);
  if (!root) return std::unexpected(root.error());
  return vocabulary::json::from_client<T>(**root);
}

// A path value as an id. Refuses: not_found (what is no UUID names nothing).
template <class Id>
vocabulary::Result<Id> id_in_path(const http::Request& request, std::string_view noun, std::size_t index = 0) {
  const auto id = Id::from_text(request.values[index]);
  if (!id) return vocabulary::refuse(vocabulary::ProblemKind::not_found, "there is no such " + std::string(noun));
  return *id;
}

std::unexpected<vocabulary::Problem> bad_parameter(std::string_view name, std::string detail);
// true, false or absent. Refuses: bad_parameter.
vocabulary::Result<bool> flag_parameter(const http::QueryParameters& query, std::string_view name);
// A whole number from `low` to `high`, or `otherwise` when absent. Refuses: bad_parameter.
vocabulary::Result<std::int64_t> number_parameter(const http::QueryParameters& query,
                                                  std::string_view name,
                                                  std::int64_t low,
                                                  std::int64_t high,
                                                  std::int64_t otherwise);
// A number from `low` to `high`, or nothing when absent. Refuses: bad_parameter.
vocabulary::Result<std::optional<double>> real_parameter(const http::QueryParameters& query,
                                                         std::string_view name,
                                                         double low,
                                                         double high);
// An RFC 3339 time, or nothing when absent. Refuses: bad_parameter.
vocabulary::Result<std::optional<vocabulary::Time>> time_parameter(const http::QueryParameters& query,
                                                                   std::string_view name);

// A client's own id must be a UUIDv7 within a day of now. Refuses: invalid_fields.
vocabulary::Result<void> check_chosen_id(const vocabulary::Uuid& id, vocabulary::Time now);

}  // namespace mms::endpoints
