// "{{name}}" in the texts of a mission's body: finding them, and writing the body with values in their place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vocabulary/json_read.hpp"

namespace mms::templates {

namespace json = vocabulary::json;

// A stretch of a text: plain, or the name between the braces.
struct Piece {
  std::string_view text;
  bool is_name = false;
};
// Nothing when "{{" is not followed by a name and "}}". Lifetime: that of the text.
std::optional<std::vector<Piece>> pieces_of(std::string_view text);

// A text of a body that holds placeholders, by the body's JSON Pointer.
struct Place {
  std::string pointer;
  std::vector<std::string> names;
  bool is_whole = false;  // the text is one placeholder and nothing else
};
// All of them. Names at `in` broken braces, and braces in the names of members, where nothing is put in.
std::vector<Place> places_of(json::Reading& in, const json::Value& body);

// The body as text. A text that is exactly one placeholder becomes the parameter's value with its type; inside a longer
// text the value is written as text. A parameter without value leaves out the member or item that is exactly its
// placeholder, and is nothing inside a longer text. `overrides` replace members of the body itself. Nothing when the
// text would be longer than `most` bytes.
std::optional<std::string> put_in(const json::Object& body,
                                  const json::Object& parameters,
                                  const json::Object& overrides,
                                  std::size_t most);

}  // namespace mms::templates
