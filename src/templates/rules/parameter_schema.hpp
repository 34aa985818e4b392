// The parameters of a template as a JSON Schema: a closed part of draft 2020-12, checked when it is stored, asked when
// it is used.
//
// Keywords: type, properties, required, additionalProperties, default, enum, const, minimum, maximum, multipleOf,
// minLength, maxLength (in characters), pattern (RE2, found anywhere), items, minItems, maxItems, uniqueItems, format,
// title, description, x-unit. Any other, $ref among them, is refused. One difference from the standard: at the root,
// additionalProperties is false unless it is written, since nothing could use a parameter that the template does not
// name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "vocabulary/json_read.hpp"

namespace mms::templates {

namespace json = vocabulary::json;

// Names at `in` all that is wrong with a schema: of the whole of the parameters, whose type must be object.
void check_schema(json::Reading& in, const json::Value& schema);

// Adds the defaults of what is absent. Only for a schema that passed check_schema, as all below.
// `budget`: bytes that defaults may add; false when they would add more.
bool fill_defaults(const json::Object& schema, json::Value& value, std::size_t& budget);
// Names every bad value at `in`.
void check_parameters(json::Reading& in, const json::Object& schema, const json::Value& value);

// A parameter may be called so: 1 to 64 of A-Z a-z 0-9 _ -, no digit first.
bool is_parameter_name(std::string_view name);
// Its schema, or null when the template has no such parameter.
const json::Object* find_parameter(const json::Object& schema, std::string_view name);

// A value to try a template with: the default, or one of the right type.
struct Sample {
  json::Value value;
  bool is_default = false;
  bool has_one_type = false;  // `type` says one type, so that the sample's is the only one that may come
};
Sample sample_of(const json::Object& parameter);

}  // namespace mms::templates
