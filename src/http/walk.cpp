// Step by step, refusing at the first step that can.
#include "http/walk.hpp"

#include <fmt/format.h>

#include "http/negotiation.hpp"
#include "http/problem_response.hpp"

namespace mms::http {

using vocabulary::Problem;
using vocabulary::ProblemKind;

namespace {

Problem problem_of(ProblemKind kind, std::string detail, std::string members = {}) {
  return {.kind = kind, .detail = std::move(detail), .errors = {}, .members = std::move(members), .internal = {}};
}

// Without an Explain of the service: 500 and the exception's text for the log.
Problem unexplained(std::exception_ptr thrown) {
  auto problem =
      problem_of(ProblemKind::internal, "something went wrong on our side; the log knows it by the request_id");
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const std::exception& e) {
    problem.internal = e.what();
  } catch (...) {
    problem.internal = "an exception of unknown type";
  }
  return problem;
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

Walk::Walk(Router router, Cors cors, WalkHooks hooks)
    : router_(std::move(router)), cors_(std::move(cors)), hooks_(std::move(hooks)) {
  if (!hooks_.explain) hooks_.explain = unexplained;
  if (!hooks_.log_fault) hooks_.log_fault = [](const Fault&) {};
}

async::Task<std::optional<Response>> Walk::enter(Request& request,
                                                 bool has_body,
                                                 const Route*& route,
                                                 Slot& slot) const {
  const auto match = router_.find(request);
  if (match.outcome != Router::Outcome::found) co_return not_routed(match, request);
  route = match.route;
  if (const auto problem = negotiate(*route, request, has_body)) co_return refuse(*problem, request);
  if (!hooks_.admit) co_return std::nullopt;
  std::exception_ptr thrown;
  try {
    auto admitted = co_await hooks_.admit(request, route->permission);
    if (!admitted) co_return refuse(admitted.error(), request);
    request.caller = std::move(*admitted);
    if (hooks_.limit) {
      auto within = hooks_.limit(request, *route);
      if (!within) co_return refuse(within.error(), request);
      slot = std::move(*within);
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) co_return explain(thrown, request);
  co_return std::nullopt;
}

async::Task<Response> Walk::carry_out(const Request& request, const Route& route) const {
  std::exception_ptr thrown;
  try {
    auto answer = co_await route.handler(request);
    if (answer) co_return std::move(*answer);
    co_return refuse(answer.error(), request);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_return explain(thrown, request);
}

std::optional<Response> Walk::not_routed(const Router::Match& match, const Request& request) const {
  const bool asks_options = request.method == Method::options;
  if (asks_options && request.path == "*") return no_content();
  switch (match.outcome) {
    case Router::Outcome::found:
      return std::nullopt;
    case Router::Outcome::no_such_path:
      return refuse(problem_of(ProblemKind::not_found, "there is nothing at this path"), request);
    case Router::Outcome::bad_encoding:
      return refuse(problem_of(ProblemKind::bad_parameter, "the path is not percent-encoded UTF-8 text"), request);
    case Router::Outcome::no_such_method:
      break;
  }
  auto response = no_content();
  if (asks_options) {
    cors_.answer_preflight(response, request, match.allow);
  } else {
    response = refuse(problem_of(ProblemKind::method_not_allowed, "this path answers " + match.allow), request);
  }
  response.headers.emplace_back("Allow", match.allow);
  return response;
}

std::optional<Problem> Walk::negotiate(const Route& route, const Request& request, bool has_body) const {
  const auto accepts = [&](std::string_view type) { return accepts_type(request.header("Accept"), type); };
  if (!accepts(route.answer_type) && std::ranges::none_of(route.other_types, accepts)) {
    return problem_of(ProblemKind::not_acceptable, fmt::format("the answer comes as {} only", route.answer_type));
  }
  if (has_body && !is_json_type(request.header("Content-Type"))) {
    return problem_of(ProblemKind::unsupported_media_type, "send the body as Content-Type: application/json");
  }
  return std::nullopt;
}

Response Walk::refuse(const Problem& problem, const Request& request) const {
  if (!problem.internal.empty()) {
    hooks_.log_fault({request.request_id, request.route, vocabulary::name_of(problem.kind), problem.internal});
  }
  return problem_response(problem, request);
}

Response Walk::explain(std::exception_ptr thrown, const Request& request) const {
  Problem problem;
  try {
    problem = hooks_.explain(thrown);
  } catch (...) {
    problem = unexplained(std::current_exception());  // an Explain that rethrows what it does not know
  }
  return refuse(problem, request);
}

void Walk::log(std::exception_ptr thrown, const Request& request) const {
  explain(std::move(thrown), request);
}

}  // namespace mms::http
