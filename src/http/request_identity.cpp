// Checks what clients call a request, and makes a name where they do not.
#include "http/request_identity.hpp"

#include <algorithm>

namespace mms::http {
namespace {

bool is_id_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._:-/+=@").find(c) != std::string_view::npos;
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

void append_hex(std::string& out, std::uint64_t value) {
  char digits[16];
  for (int i = 15; i >= 0; --i, value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
  out.append(digits, sizeof digits);
}

}  // namespace

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, is_id_char);
}

bool is_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto version = text.substr(0, 2);
  const auto trace = text.substr(3, 32);
  const auto span = text.substr(36, 16);
  if (!is_hex(version) || version == "ff" || !is_hex(trace) || !is_hex(span) || !is_hex(text.substr(53, 2))) {
    return false;
  }
  if (text.size() > 55 && (version == "00" || text[55] != '-' || text.size() > 128)) return false;
  return !is_zero(trace) && !is_zero(span) && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

// splitmix64: ids need to be distinct, not secret.
std::uint64_t RequestIdentity::next() {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

void RequestIdentity::give(Request& request) {
  auto id = request.header("X-Request-Id");
  if (id.empty()) id = request.header("X-Correlation-ID");
  const auto trace = request.header("traceparent");
  if (is_traceparent(trace)) request.traceparent = trace;
  if (is_request_id(id)) {
    request.request_id = id;
  } else if (!request.traceparent.empty()) {
    request.request_id = request.traceparent.substr(3, 32);
  } else {
    append_hex(request.request_id, next() | 1);
    append_hex(request.request_id, next());
  }
  if (!request.traceparent.empty()) return;
  request.traceparent = "00-";
  if (request.request_id.size() == 32 && is_hex(request.request_id) && !is_zero(request.request_id)) {
    request.traceparent += request.request_id;
  } else {
    append_hex(request.traceparent, next() | 1);
    append_hex(request.traceparent, next());
  }
  request.traceparent += '-';
  append_hex(request.traceparent, next() | 1);
  request.traceparent += "-00";
}

}  // namespace mms::http
