// A refusal: why a request was not carried out, in words that the caller can act on.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mms::vocabulary {

// Every reason to refuse that this service knows; the wire's `code` is the enumerator's name. http/problem_response
// maps each to its status in one switch.
enum class ProblemKind {
  // 400
  malformed_json,
  bad_parameter,
  bad_cursor,
  malformed_request,
  // 401, 403
  unauthenticated,
  forbidden,
  // 404 … 415
  not_found,
  method_not_allowed,
  not_acceptable,
  too_large,
  uri_too_long,
  headers_too_large,
  unsupported_media_type,
  // 409
  wrong_state,
  dependencies_unsatisfied,
  not_yet_scheduled,
  safety_requirements_unmet,
  vehicle_missing,
  vehicle_busy,
  critical_event_open,
  tasks_unfinished,
  finish_dependencies_unsatisfied,
  field_frozen,
  mission_active,
  has_successors,
  dependency_cycle,
  not_at_destination,
  already_exists,
  // 412
  version_conflict,
  // 422
  invalid_fields,
  invalid_parameters,
  idempotency_key_reused,
  graph_too_large,
  not_available_yet,
  no_map,    // it needs roads, and this service has none loaded
  no_route,  // no road leads there
  no_kafka,  // it needs Kafka, and this service is told of none
  // 429, 5xx
  rate_limited,
  internal,
  unavailable,
  request_timeout,
};

std::string_view name_of(ProblemKind kind);

// One bad field. `pointer` is a JSON Pointer (RFC 6901) into the body, or the name of a query parameter.
struct FieldError {
  std::string pointer;
  std::string code;
  std::string detail;
  bool operator==(const FieldError&) const = default;
};

struct Problem {
  ProblemKind kind{};
  std::string detail;              // for the caller: what to do about it; never internal text
  std::vector<FieldError> errors;  // all bad fields at once
  std::string members;             // typed members of the code, as JSON without braces: "allowed":["start"]
  std::string internal;            // for our log only; never leaves the process
};

template <class T>
using Result = std::expected<T, Problem>;

inline std::unexpected<Problem> refuse(ProblemKind kind, std::string detail, std::string members = {}) {
  return std::unexpected<Problem>(
      Problem{.kind = kind, .detail = std::move(detail), .errors = {}, .members = std::move(members), .internal = {}});
}

// Takes the value out of a Result, or leaves the (non-coroutine) function with its Problem.
#define MMS_JOIN_(a, b) a##b
#define MMS_JOIN(a, b) MMS_JOIN_(a, b)
#define TRY(name, expr) TRY_AS_(MMS_JOIN(try_result_, __LINE__), name, expr, return)
// The same inside a coroutine.
#define CO_TRY(name, expr) TRY_AS_(MMS_JOIN(try_result_, __LINE__), name, expr, co_return)
#define TRY_AS_(tmp, name, expr, leave)                    \
  auto tmp = (expr);                                       \
  if (!tmp) leave std::unexpected(std::move(tmp).error()); \
  auto name = std::move(*tmp)

}  // namespace mms::vocabulary
