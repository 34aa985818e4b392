// Writes problem documents by hand: every member is known here.
#include "http/problem_response.hpp"

#include <fmt/format.h>

#include <cassert>
#include <charconv>

#include "vocabulary/json_write.hpp"

namespace mms::http {
namespace {

using vocabulary::Problem;
using vocabulary::ProblemKind;
using vocabulary::json::append_string;

// "wrong_state" to "Wrong state".
std::string title_of(ProblemKind kind) {
  if (kind == ProblemKind::malformed_json) return "Malformed JSON";
  if (kind == ProblemKind::uri_too_long) return "URI too long";
  if (kind == ProblemKind::no_kafka) return "No Kafka";
  std::string title(vocabulary::name_of(kind));
  for (char& c : title) {
    if (c == '_') c = ' ';
  }
  title[0] = static_cast<char>(title[0] - ('a' - 'A'));
  return title;
}

void append_errors(std::string& out, const std::vector<vocabulary::FieldError>& errors) {
  out += ",\"errors\":[";
  for (const auto& error : errors) {
    if (&error != &errors.front()) out += ',';
    out += "{\"pointer\":";
    append_string(out, error.pointer);
    out += ",\"code\":";
    append_string(out, error.code);
    out += ",\"detail\":";
    append_string(out, error.detail);
    out += '}';
  }
  out += ']';
}

int retry_after_s(const Problem& problem) {
  constexpr std::string_view kMember = "\"retry_after_s\":";
  int seconds = 1;
  const auto at = problem.members.find(kMember);
  if (at == std::string::npos) return seconds;
  const char* first = problem.members.data() + at + kMember.size();
  std::from_chars(first, problem.members.data() + problem.members.size(), seconds);
  return seconds;
}

}  // namespace

int status_of(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::malformed_json:
    case ProblemKind::bad_parameter:
    case ProblemKind::bad_cursor:
    case ProblemKind::malformed_request:
      return 400;
    case ProblemKind::unauthenticated:
      return 401;
    case ProblemKind::forbidden:
      return 403;
    case ProblemKind::not_found:
      return 404;
    case ProblemKind::method_not_allowed:
      return 405;
    case ProblemKind::not_acceptable:
      return 406;
    case ProblemKind::too_large:
      return 413;
    case ProblemKind::uri_too_long:
      return 414;
    case ProblemKind::headers_too_large:
      return 431;
    case ProblemKind::unsupported_media_type:
      return 415;
    case ProblemKind::wrong_state:
    case ProblemKind::dependencies_unsatisfied:
    case ProblemKind::not_yet_scheduled:
    case ProblemKind::safety_requirements_unmet:
    case ProblemKind::vehicle_missing:
    case ProblemKind::vehicle_busy:
    case ProblemKind::critical_event_open:
    case ProblemKind::tasks_unfinished:
    case ProblemKind::finish_dependencies_unsatisfied:
    case ProblemKind::field_frozen:
    case ProblemKind::mission_active:
    case ProblemKind::has_successors:
    case ProblemKind::dependency_cycle:
    case ProblemKind::not_at_destination:
    case ProblemKind::already_exists:
      return 409;
    case ProblemKind::version_conflict:
      return 412;
    case ProblemKind::invalid_fields:
    case ProblemKind::invalid_parameters:
    case ProblemKind::idempotency_key_reused:
    case ProblemKind::graph_too_large:
    case ProblemKind::not_available_yet:
    case ProblemKind::no_map:
    case ProblemKind::no_route:
    case ProblemKind::no_kafka:
      return 422;
    case ProblemKind::rate_limited:
      return 429;
    case ProblemKind::internal:
      return 500;
    case ProblemKind::unavailable:
      return 503;
    case ProblemKind::request_timeout:
      return 504;
  }
  return 500;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 207:
      return "Multi-Status";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

Response problem_response(const Problem& problem, const Request& request) {
  const auto code = vocabulary::name_of(problem.kind);
  assert(
      !problem.members.starts_with("\"status\":"));  // that name is RFC 9457's own: what something is goes in `state`
  Response response{.status = status_of(problem.kind),
                    .body = {},
                    .shared_body = {},
                    .content_type = "application/problem+json",
                    .headers = {},
                    .stream = {},
                    .code = code};
  auto& body = response.body;
  fmt::format_to(std::back_inserter(body),
                 R"({{"type":"urn:mission-management:problem:{}","title":"{}","status":{},"code":"{}","detail":)", code,
                 title_of(problem.kind), response.status, code);
  append_string(body, problem.detail);
  body += ",\"instance\":";
  append_string(body, request.path);
  body += ",\"request_id\":";
  append_string(body, request.request_id);
  if (!problem.errors.empty()) append_errors(body, problem.errors);
  if (!problem.members.empty()) body.append(",").append(problem.members);
  body += '}';
  if (response.status == 401) {
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"mission-management\"");
  }
  if (response.status == 429 || response.status == 503) {
    response.headers.emplace_back("Retry-After", std::to_string(retry_after_s(problem)));
  }
  return response;
}

}  // namespace mms::http
