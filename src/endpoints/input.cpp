// Query parameters and chosen ids.
#include "endpoints/input.hpp"

#include <fmt/format.h>

#include <charconv>

namespace mms::endpoints {

using vocabulary::ProblemKind;
using vocabulary::refuse;
using vocabulary::Result;

std::unexpected<vocabulary::Problem> bad_parameter(std::string_view name, std::string detail) {
  auto refusal = refuse(ProblemKind::bad_parameter, fmt::format("the parameter {} is wrong: {}", name, detail));
  refusal.error().errors.push_back({std::string(name), "bad_parameter", std::move(detail)});
  return refusal;
}

Result<bool> flag_parameter(const http::QueryParameters& query, std::string_view name) {
  const auto given = query.first(name);
  if (!given || *given == "false") return false;
  if (*given == "true") return true;
  return bad_parameter(name, "must be true or false");
}

Result<std::int64_t> number_parameter(const http::QueryParameters& query,
                                      std::string_view name,
                                      std::int64_t low,
                                      std::int64_t high,
                                      std::int64_t otherwise) {
  const auto given = query.first(name);
  if (!given) return otherwise;
  std::int64_t value = 0;
  const auto* end = given->data() + given->size();
  const auto [at, error] = std::from_chars(given->data(), end, value);
  if (error != std::errc() || at != end || value < low || value > high) {
    return bad_parameter(name, fmt::format("must be a whole number from {} to {}", low, high));
  }
  return value;
}

Result<std::optional<double>> real_parameter(const http::QueryParameters& query,
                                             std::string_view name,
                                             double low,
                                             double high) {
  const auto given = query.first(name);
  if (!given) return std::nullopt;
  double value = 0;
  const auto* end = given->data() + given->size();
  const auto [at, error] = std::from_chars(given->data(), end, value);
  // What is no number is in no range.
  if (error != std::errc() || at != end || !(value >= low && value <= high)) {
    return bad_parameter(name, fmt::format("must be a number from {} to {}", low, high));
  }
  return value;
}

Result<std::optional<vocabulary::Time>> time_parameter(const http::QueryParameters& query, std::string_view name) {
  const auto given = query.first(name);
  if (!given) return std::nullopt;
  const auto time = vocabulary::time_from_text(*given);
  if (!time) return bad_parameter(name, "must be an RFC 3339 time, such as 2026-05-04T12:00:00Z (a + is written %2B)");
  return time;
}

Result<void> check_chosen_id(const vocabulary::Uuid& id, vocabulary::Time now) {
  const auto apart = std::chrono::abs(vocabulary::time_of(id) - now);
  if (vocabulary::is_version_7(id) && apart <= std::chrono::hours(24)) return {};
  auto refusal = refuse(ProblemKind::invalid_fields, "the chosen id cannot be used");
  refusal.error().errors.push_back({"/id", "bad_id", "must be a UUIDv7 whose time is within a day of now"});
  return refusal;
}

}  // namespace mms::endpoints
