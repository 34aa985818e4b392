// Appends the head by hand; most of it is one constant.
#include "http/response_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "http/field_values.hpp"
#include "http/problem_response.hpp"
#include "http/request_identity.hpp"

namespace mms::http {
namespace {

constexpr std::string_view kEveryAnswer =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n";
constexpr std::string_view kVary = "Vary: Authorization, X-API-Key, Accept-Encoding\r\n";
constexpr std::string_view kVaryWithOrigin = "Vary: Authorization, X-API-Key, Accept-Encoding, Origin\r\n";

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  std::ranges::copy_if(value, std::back_inserter(out),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
  out += "\r\n";
}

void append_identity(std::string& out, const Request& request) {
  out.append("X-Request-Id: ").append(request.request_id).append("\r\n");
  const auto correlation = request.header("X-Correlation-ID");
  if (is_request_id(correlation)) out.append("X-Correlation-ID: ").append(correlation).append("\r\n");
  if (!request.header("traceparent").empty()) {
    out.append("traceparent: ").append(request.traceparent).append("\r\n");
  }
}

// As draft-ietf-httpapi-ratelimit-headers has them.
void append_rate(std::string& out, const RateState& rate) {
  fmt::format_to(std::back_inserter(out), "RateLimit-Policy: {}\r\nRateLimit: \"{}\";r={};t={}\r\n", rate.policy,
                 rate.name, rate.remaining, rate.reset_s);
}

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

void append_body_fields(std::string& out, const Response& response, const Framing& framing) {
  if (has_no_body(response.status)) return;
  out.append("Content-Type: ").append(response.content_type).append("\r\n");
  if (!response.stream) {
    const fmt::format_int length(body_of(response).size());
    out.append("Content-Length: ").append(length.data(), length.size()).append("\r\n");
  } else if (!framing.is_http_1_0) {
    out += "Transfer-Encoding: chunked\r\n";
  }
}

}  // namespace

std::string_view DateText::at(std::time_t now) {
  if (now != second_) {
    second_ = now;
    std::tm parts{};
    gmtime_r(&now, &parts);
    constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    *fmt::format_to_n(text_, sizeof text_ - 1, "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[parts.tm_wday],
                      parts.tm_mday, kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
                      parts.tm_sec)
         .out = '\0';
  }
  return text_;
}

std::string_view body_of(const Response& response) {
  return response.shared_body ? std::string_view(*response.shared_body) : std::string_view(response.body);
}

void append_head(
    std::string& out, const Response& response, const Request& request, const Framing& framing, const Cors& cors) {
  if (response.status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
  } else {
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  }
  out.append("Date: ").append(framing.date).append("\r\n");
  append_body_fields(out, response, framing);
  append_identity(out, request);
  if (!request.rate.policy.empty()) append_rate(out, request.rate);
  bool caching_said = false;
  for (const auto& [name, value] : response.headers) {
    append_field(out, name, value);
    caching_said = caching_said || same_name(name, "Cache-Control");
  }
  if (!caching_said) out += "Cache-Control: private, no-cache\r\n";
  out += kEveryAnswer;
  out += cors.is_on() ? kVaryWithOrigin : kVary;
  cors.append_fields(out, request);
  if (!framing.keep_alive) {
    out += "Connection: close\r\n";
  } else if (framing.is_http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace mms::http
