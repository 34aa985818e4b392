// A refusal as RFC 9457 application/problem+json. The one table from problem kinds to HTTP status.
#pragma once

#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"
#include "vocabulary/problem.hpp"

namespace mms::http {

int status_of(vocabulary::ProblemKind kind);
// The reason phrase; also the problem's title where its own name says no more.
std::string_view reason_of(int status);

// Carries detail, errors and members; `internal` stays here. 401 gets WWW-Authenticate; 429 and 503 get Retry-After, of
// the member "retry_after_s" when there is one, else 1.
Response problem_response(const vocabulary::Problem& problem, const Request& request);

}  // namespace mms::http
