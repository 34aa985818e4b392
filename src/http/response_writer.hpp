// Responses to bytes: the head with the fields that every answer has, and the body behind it in the same buffer.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/cors.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace mms::http {

// The Date field's text, made once a second. Threads: one.
class DateText {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t second_ = -1;
  char text_[30] = {};  // "Sun, 06 Nov 1994 08:49:37 GMT"
};

// How the message is framed on this connection.
struct Framing {
  std::string_view date;
  bool keep_alive = true;
  bool is_http_1_0 = false;
};

// Bodies from here on are sent from where they lie instead of being copied behind the head.
inline constexpr std::size_t kCopiedBody = 16 * 1024;

std::string_view body_of(const Response& response);
// Control characters in header values are dropped: no value can add a field of its own.
void append_head(
    std::string& out, const Response& response, const Request& request, const Framing& framing, const Cors& cors);

}  // namespace mms::http
