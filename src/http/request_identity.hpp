// Who a request is in logs and traces: X-Request-Id, X-Correlation-ID, traceparent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace mms::http {

// 1 to 128 characters of A-Z a-z 0-9 . _ : - / + = @
bool is_request_id(std::string_view text);
// W3C Trace Context, version 00 or newer, neither id all zero.
bool is_traceparent(std::string_view text);

// Gives requests their ids. One that brings none gets 32 hex digits, and a traceparent whose trace-id they are.
// Threads: one.
class RequestIdentity {
 public:
  explicit RequestIdentity(std::uint64_t seed) : state_(seed) {}
  void give(Request& request);

 private:
  std::uint64_t next();
  std::uint64_t state_;
};

}  // namespace mms::http
