// The CORS fields. Credentials are header fields here, never cookies, so Allow-Credentials is never sent.
#include "http/cors.hpp"

#include <algorithm>

namespace mms::http {

bool Cors::allows(std::string_view origin) const {
  if (origin.empty()) return false;
  return std::ranges::any_of(origins_, [&](const std::string& known) { return known == "*" || known == origin; });
}

void Cors::append_fields(std::string& head, const Request& request) const {
  if (!is_on()) return;
  const auto origin = request.header("Origin");
  if (!allows(origin)) return;
  head.append("Access-Control-Allow-Origin: ").append(origin);
  head +=
      "\r\nAccess-Control-Expose-Headers: ETag, Location, X-Request-Id, Retry-After, Idempotency-Replayed, "
      "RateLimit, RateLimit-Policy\r\n";
}

void Cors::answer_preflight(Response& response, const Request& request, std::string_view allow) const {
  if (!allows(request.header("Origin")) || request.header("Access-Control-Request-Method").empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Methods", std::string(allow));
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Authorization, Content-Type, X-API-Key, Idempotency-Key, If-Match, If-None-Match, "
                                "X-Request-Id, X-Correlation-ID, traceparent, tracestate, Last-Event-ID");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
}

}  // namespace mms::http
