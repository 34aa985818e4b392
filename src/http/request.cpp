// Reading what a request carries beside its body: header fields and query parameters.
#include "http/request.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "http/field_values.hpp"
#include "http/percent.hpp"

namespace mms::http {

using vocabulary::ProblemKind;
using vocabulary::Result;

std::string_view to_text(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::patch:
      return "PATCH";
    case Method::other:
      return "OTHER";
  }
  return "OTHER";
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [given, value] : headers) {
    if (same_name(given, name)) return value;
  }
  return {};
}

Result<QueryParameters> QueryParameters::parse(std::string_view query) {
  QueryParameters out;
  while (!query.empty()) {
    auto part = take_until(query, '&');
    if (part.empty()) continue;
    auto name = percent_decode(take_until(part, '='), Plus::is_space);
    auto value = percent_decode(part, Plus::is_space);
    if (!name || !value) {
      return vocabulary::refuse(ProblemKind::bad_parameter,
                                "a query parameter is not percent-encoded UTF-8 text without NUL");
    }
    out.pairs_.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

std::optional<std::string_view> QueryParameters::first(std::string_view name) const {
  const auto at = std::ranges::find(pairs_, name, [](const auto& pair) { return std::string_view(pair.first); });
  if (at == pairs_.end()) return std::nullopt;
  return at->second;
}

std::vector<std::string_view> QueryParameters::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [given, value] : pairs_) {
    if (given == name) values.push_back(value);
  }
  return values;
}

Result<void> QueryParameters::only(std::initializer_list<std::string_view> known) const {
  vocabulary::Problem problem{.kind = ProblemKind::bad_parameter,
                              .detail = "some query parameters are not known here",
                              .errors = {},
                              .members = {},
                              .internal = {}};
  for (const auto& pair : pairs_) {
    if (std::ranges::find(known, std::string_view(pair.first)) != known.end()) continue;
    problem.errors.push_back({pair.first, "unknown_parameter", "this parameter is not known here"});
  }
  if (problem.errors.empty()) return {};
  return std::unexpected(std::move(problem));
}

}  // namespace mms::http
