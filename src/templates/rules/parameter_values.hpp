// Values against a schema: what the check of a schema (its defaults) and the check of parameters share.
#pragma once

#include <array>
#include <string_view>

#include "vocabulary/json_read.hpp"

namespace mms::templates {

namespace json = vocabulary::json;

inline constexpr std::array<std::string_view, 7> kTypeNames{"null",   "boolean", "integer", "number",
                                                            "string", "array",   "object"};

inline std::string_view text_of(const json::Value& value) {
  return {value.get_string().data(), value.get_string().size()};
}
template <class Member>
std::string_view key_of(const Member& member) {
  return {member.key().data(), member.key().size()};
}
// Of a value that is a number.
double number_of(const json::Value& value);
// 3 and 3.0 are whole.
bool is_whole(const json::Value& value);
// Equal as JSON: 1 and 1.0 are, and objects in whatever order.
bool all_differ(const json::Array& values);

// Whether members that the schema does not name are welcome where it does not say.
enum class Open { as_written, only_if_written };

// Names every bad value at `in`. The schema is one that check_schema found good.
void check_value(json::Reading& in, const json::Object& schema, const json::Value& value, Open open);

}  // namespace mms::templates
