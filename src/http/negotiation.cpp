// Media ranges (RFC 9110, 12.5.1), as far as one representation per resource needs them.
#include "http/negotiation.hpp"

#include "http/field_values.hpp"

namespace mms::http {
namespace {

bool is_refused(std::string_view parameters) {
  while (!parameters.empty()) {
    auto value = take_until(parameters, ';');
    if (!same_name(take_until(value, '='), "q")) continue;
    return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

// How exactly a range names the type: 3 the type itself, 2 "application/*", 1 "*/*", 0 not at all.
int exactness(std::string_view range, std::string_view type) {
  if (same_name(range, type)) return 3;
  if (range == "*/*") return 1;
  if (!range.ends_with("/*")) return 0;
  range.remove_suffix(1);
  return same_name(range, type.substr(0, range.size())) ? 2 : 0;
}

}  // namespace

bool accepts_type(std::string_view accept, std::string_view type) {
  if (accept.empty() || accept == "*/*") return true;
  type = take_until(type, ';');
  int best = 0;
  bool wanted = false;
  while (!accept.empty()) {
    auto parameters = take_until(accept, ',');
    const auto exact = exactness(take_until(parameters, ';'), type);
    if (exact <= best) continue;
    best = exact;
    wanted = !is_refused(parameters);
  }
  return wanted;
}

bool is_json_type(std::string_view content_type) {
  if (!same_name(take_until(content_type, ';'), "application/json")) return false;
  while (!content_type.empty()) {
    auto value = take_until(content_type, ';');
    if (!same_name(take_until(value, '='), "charset")) continue;
    if (!same_name(value, "utf-8") && !same_name(value, "\"utf-8\"")) return false;
  }
  return true;
}

}  // namespace mms::http
