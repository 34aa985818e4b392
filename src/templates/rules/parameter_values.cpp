// Values against a schema, defaults and samples.
#include "templates/rules/parameter_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "templates/rules/parameter_schema.hpp"
#include "templates/rules/text_pattern.hpp"

namespace mms::templates {
namespace {

using json::Object;
using json::Reading;
using json::Value;

bool is_of_type(const Value& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return is_whole(value);
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "array") return value.is_array();
  return value.is_object();
}

void check_type(Reading& in, const Value& types, const Value& value) {
  if (types.is_string()) {
    if (is_of_type(value, text_of(types))) return;
    return in.error("wrong_type", fmt::format("must be of type {}", text_of(types)));
  }
  std::string names;
  for (const auto& type : types.get_array()) {
    if (is_of_type(value, text_of(type))) return;
    names += (names.empty() ? "" : ", ") + std::string(text_of(type));
  }
  in.error("wrong_type", fmt::format("must be of one of the types {}", names));
}

bool are_equal(const Value& a, const Value& b) {
  return json::canonical(a) == json::canonical(b);
}

void check_enum(Reading& in, const Value& allowed, const Value& value) {
  constexpr std::size_t kShown = 300;
  const auto text = json::canonical(value);
  for (const auto& one : allowed.get_array()) {
    if (json::canonical(one) == text) return;
  }
  in.error("not_one_of", fmt::format("must be one of {}", json::shortened(json::to_text(allowed), kShown)));
}

// Exact for whole numbers, where a double would round.
bool is_less(const Value& a, const Value& b) {
  if (a.is_int64() && b.is_int64()) return a.get_int64() < b.get_int64();
  return number_of(a) < number_of(b);
}

bool is_multiple(const Value& value, const Value& of) {
  if (value.is_int64() && of.is_int64()) return value.get_int64() % of.get_int64() == 0;
  const double quotient = number_of(value) / number_of(of);
  // 0.3 is a multiple of 0.1, whatever the bits say.
  return std::abs(quotient - std::round(quotient)) <= 1e-9 * std::max(1.0, std::abs(quotient));
}

void check_number(Reading& in, const Object& schema, const Value& value) {
  if (const auto* least = schema.if_contains("minimum"); least != nullptr && is_less(value, *least)) {
    in.error("out_of_range", fmt::format("must be at least {}", json::to_text(*least)));
  }
  if (const auto* most = schema.if_contains("maximum"); most != nullptr && is_less(*most, value)) {
    in.error("out_of_range", fmt::format("must be at most {}", json::to_text(*most)));
  }
  if (const auto* of = schema.if_contains("multipleOf"); of != nullptr && !is_multiple(value, *of)) {
    in.error("not_a_multiple", fmt::format("must be a multiple of {}", json::to_text(*of)));
  }
}

// The bounds `least` and `most` of a count of characters or items.
void check_count(Reading& in,
                 const Object& schema,
                 std::pair<std::string_view, std::string_view> bounds,
                 std::size_t count) {
  const auto of = [&](std::string_view name, double otherwise) {
    const auto* bound = schema.if_contains(name);
    return bound == nullptr ? otherwise : number_of(*bound);
  };
  const auto n = static_cast<double>(count);
  const bool of_text = bounds.first == "minLength";
  if (n < of(bounds.first, 0)) {
    in.error(of_text ? "wrong_length" : "too_few",
             fmt::format("must have at least {} {}", of(bounds.first, 0), of_text ? "characters" : "items"));
  }
  if (n > of(bounds.second, 1e18)) {
    in.error(of_text ? "wrong_length" : "too_many",
             fmt::format("must have at most {} {}", of(bounds.second, 0), of_text ? "characters" : "items"));
  }
}

void check_text(Reading& in, const Object& schema, std::string_view text) {
  const auto characters =
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  check_count(in, schema, {"minLength", "maxLength"}, static_cast<std::size_t>(characters));
  if (const auto* pattern = schema.if_contains("pattern"); pattern != nullptr && !matches(text_of(*pattern), text)) {
    in.error("pattern_not_found", fmt::format("must match {}", json::shortened(text_of(*pattern), 200)));
  }
  if (const auto* format = schema.if_contains("format"); format != nullptr && !has_format(text_of(*format), text)) {
    in.error("bad_format",
             fmt::format("must have the format {}, such as {}", text_of(*format), example_of_format(text_of(*format))));
  }
}

void check_array(Reading& in, const Object& schema, const json::Array& values) {
  check_count(in, schema, {"minItems", "maxItems"}, values.size());
  const auto* unique = schema.if_contains("uniqueItems");
  if (unique != nullptr && unique->get_bool() && !all_differ(values))
    in.error("not_unique", "two of the items are equal");
  const auto* items = schema.if_contains("items");
  if (items == nullptr) return;
  std::size_t i = 0;
  for (const auto& value : values) {
    const Reading::Step step(in, i++);
    check_value(in, items->get_object(), value, Open::as_written);
  }
}

void check_additional(Reading& in, const Value* additional, const Value& value, Open open) {
  if (additional != nullptr && additional->is_object()) {
    return check_value(in, additional->get_object(), value, Open::as_written);
  }
  const bool welcome = additional != nullptr ? additional->get_bool() : open == Open::as_written;
  if (!welcome) in.error("unknown_field", "the template knows no such parameter");
}

void check_object(Reading& in, const Object& schema, const Object& object, Open open) {
  if (const auto* required = schema.if_contains("required")) {
    for (const auto& name : required->get_array()) {
      if (object.if_contains(text_of(name)) != nullptr) continue;
      const Reading::Step step(in, text_of(name));
      in.error("required", "this parameter is required");
    }
  }
  const auto* properties = schema.if_contains("properties");
  for (const auto& member : object) {
    const Reading::Step step(in, key_of(member));
    const auto* known = properties == nullptr ? nullptr : properties->get_object().if_contains(member.key());
    if (known != nullptr) {
      check_value(in, known->get_object(), member.value(), Open::as_written);
    } else {
      check_additional(in, schema.if_contains("additionalProperties"), member.value(), open);
    }
  }
}

Value sample_of_type(const Object& schema, std::string_view type) {
  if (type == "boolean") return true;
  if (type == "array") return json::Array{};
  if (type == "object") return Object{};
  if (type == "null") return nullptr;
  if (type == "integer" || type == "number") {
    if (const auto* least = schema.if_contains("minimum")) return *least;
    if (const auto* most = schema.if_contains("maximum")) return *most;
    return 1;
  }
  if (const auto* format = schema.if_contains("format"))
    return boost::json::string(example_of_format(text_of(*format)));
  return "x";
}

}  // namespace

double number_of(const Value& value) {
  return value.to_number<double>();
}

bool is_whole(const Value& value) {
  if (value.is_int64() || value.is_uint64()) return true;
  return value.is_double() && value.get_double() == std::floor(value.get_double());
}

bool all_differ(const json::Array& values) {
  std::set<std::string> seen;
  return std::ranges::all_of(values, [&](const Value& value) { return seen.insert(json::canonical(value)).second; });
}

void check_value(Reading& in, const Object& schema, const Value& value, Open open) {
  const auto before = in.errors().size();
  if (const auto* types = schema.if_contains("type")) check_type(in, *types, value);
  if (const auto* allowed = schema.if_contains("enum")) check_enum(in, *allowed, value);
  if (const auto* only = schema.if_contains("const"); only != nullptr && !are_equal(*only, value)) {
    in.error("not_one_of", fmt::format("must be {}", json::shortened(json::to_text(*only), 300)));
  }
  if (in.errors().size() != before) return;
  if (value.is_number()) check_number(in, schema, value);
  if (value.is_string()) check_text(in, schema, text_of(value));
  if (value.is_array()) check_array(in, schema, value.get_array());
  if (value.is_object()) check_object(in, schema, value.get_object(), open);
}

void check_parameters(Reading& in, const Object& schema, const Value& value) {
  if (!value.is_object()) return in.error("wrong_type", "parameters are an object");
  check_value(in, schema, value, Open::only_if_written);
}

bool fill_defaults(const Object& schema, Value& value, std::size_t& budget) {
  if (value.is_array()) {
    const auto* items = schema.if_contains("items");
    if (items == nullptr) return true;
    return std::ranges::all_of(value.get_array(),
                               [&](Value& item) { return fill_defaults(items->get_object(), item, budget); });
  }
  const auto* properties = schema.if_contains("properties");
  if (!value.is_object() || properties == nullptr) return true;
  auto& object = value.get_object();
  for (const auto& property : properties->get_object()) {
    const auto& inner = property.value().get_object();
    auto* given = object.if_contains(property.key());
    if (const auto* otherwise = inner.if_contains("default"); given == nullptr && otherwise != nullptr) {
      const auto size = json::to_text(*otherwise).size() + property.key().size();
      if (size > budget) return false;
      budget -= size;
      given = &object.emplace(property.key(), *otherwise).first->value();
    }
    if (given != nullptr && !fill_defaults(inner, *given, budget)) return false;
  }
  return true;
}

const Object* find_parameter(const Object& schema, std::string_view name) {
  const auto* properties = schema.if_contains("properties");
  if (properties == nullptr) return nullptr;
  const auto* found = properties->get_object().if_contains(name);
  return found == nullptr ? nullptr : &found->get_object();
}

Sample sample_of(const Object& parameter) {
  if (const auto* given = parameter.if_contains("default")) return {*given, true, false};
  if (const auto* only = parameter.if_contains("const")) return {*only, true, false};
  const auto* type = parameter.if_contains("type");
  if (const auto* allowed = parameter.if_contains("enum")) return {allowed->get_array().front(), false, false};
  if (type == nullptr) return {"x", false, false};
  if (type->is_array()) return {sample_of_type(parameter, text_of(type->get_array().front())), false, false};
  return {sample_of_type(parameter, text_of(*type)), false, true};
}

}  // namespace mms::templates
