// Names and order of a document's schemas.
#include "vocabulary/json_schema.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace mms::vocabulary::json {

bool Schemas::claim(std::string_view name, const void* type) {
  const auto held = std::ranges::find(claims_, name, &Claim::name);
  if (held == claims_.end()) {
    claims_.push_back({std::string(name), type, direction});
    return true;
  }
  if (held->type == type && held->direction == direction) return false;
  throw std::logic_error("two JSON schemas want the name " + std::string(name) +
                         ": another type, or the same one as input and as output");
}

void Schemas::set(std::string_view name, std::string text) {
  components_.emplace_back(name, std::move(text));
}

std::string plain_type_name(std::string_view qualified) {
  std::string out;
  std::string word;
  for (const char c : qualified) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
      continue;
    }
    if (c != ':' && c != ' ' && c != '(' && c != ')') out += word;
    if (c == '<') out += "Of";
    if (c == ',') out += "And";
    word.clear();
  }
  return out + word;
}

}  // namespace mms::vocabulary::json
