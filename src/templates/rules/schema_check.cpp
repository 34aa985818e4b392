// Whether a schema is one that this service can keep: each keyword, and how they fit together.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "templates/rules/parameter_schema.hpp"
#include "templates/rules/parameter_values.hpp"
#include "templates/rules/text_pattern.hpp"

namespace mms::templates {
namespace {

using json::Object;
using json::Reading;
using json::Value;

constexpr std::size_t kMostEnum = 200;
constexpr std::size_t kMostProperties = 200;
constexpr std::size_t kLongestPattern = 1000;
constexpr std::size_t kLongestText = 2000;

void check_any_schema(Reading& in, const Value& schema);

void check_type_name(Reading& in, const Value& value, std::set<std::string_view>& seen) {
  if (!value.is_string()) return in.error("wrong_type", "must be the name of a type");
  const auto name = text_of(value);
  if (std::ranges::find(kTypeNames, name) == kTypeNames.end()) {
    return json::not_one_of(in, name, kTypeNames.data(), kTypeNames.size());
  }
  if (!seen.insert(name).second) in.error("not_unique", "this type is there twice");
}

void check_type(Reading& in, const Value& value) {
  std::set<std::string_view> seen;
  if (!value.is_array()) return check_type_name(in, value, seen);
  if (value.get_array().empty()) return in.error("too_few", "must name at least one type");
  std::size_t i = 0;
  for (const auto& item : value.get_array()) {
    const Reading::Step step(in, i++);
    check_type_name(in, item, seen);
  }
}

void check_properties(Reading& in, const Value& value) {
  if (!value.is_object()) return in.error("wrong_type", "must be an object of schemas");
  if (value.get_object().size() > kMostProperties) return in.error("too_many", "at most 200 properties");
  for (const auto& member : value.get_object()) {
    const Reading::Step step(in, key_of(member));
    check_any_schema(in, member.value());
  }
}

void check_required(Reading& in, const Value& value) {
  if (!value.is_array()) return in.error("wrong_type", "must be an array of names");
  std::set<std::string_view> seen;
  std::size_t i = 0;
  for (const auto& item : value.get_array()) {
    const Reading::Step step(in, i++);
    if (!item.is_string()) {
      in.error("wrong_type", "must be a name");
    } else if (!seen.insert(text_of(item)).second) {
      in.error("not_unique", "this name is there twice");
    }
  }
}

void check_schema_or_flag(Reading& in, const Value& value) {
  if (value.is_bool()) return;
  check_any_schema(in, value);
}

void check_enum(Reading& in, const Value& value) {
  if (!value.is_array() || value.get_array().empty())
    return in.error("wrong_type", "must be an array of at least one value");
  if (value.get_array().size() > kMostEnum) return in.error("too_many", "at most 200 values");
  if (!all_differ(value.get_array())) in.error("not_unique", "two of the values are equal");
}

void accept(Reading&, const Value&) {}

void check_number(Reading& in, const Value& value) {
  if (!value.is_number()) in.error("wrong_type", "must be a number");
}

void check_positive(Reading& in, const Value& value) {
  if (!value.is_number()) return in.error("wrong_type", "must be a number");
  if (number_of(value) <= 0) in.error("out_of_range", "must be greater than 0");
}

void check_count(Reading& in, const Value& value) {
  constexpr double kMost = 1e9;
  if (!is_whole(value)) return in.error("wrong_type", "must be a whole number");
  if (number_of(value) < 0 || number_of(value) > kMost) in.error("out_of_range", "must be from 0 to 1000000000");
}

void check_flag(Reading& in, const Value& value) {
  if (!value.is_bool()) in.error("wrong_type", "must be true or false");
}

void check_pattern(Reading& in, const Value& value) {
  if (!value.is_string()) return in.error("wrong_type", "must be a string");
  if (text_of(value).size() > kLongestPattern) return in.error("wrong_length", "at most 1000 bytes");
  if (const auto fault = fault_of_pattern(text_of(value))) {
    in.error("bad_pattern", fmt::format("is no RE2 pattern: {}", json::shortened(*fault, 200)));
  }
}

void check_format(Reading& in, const Value& value) {
  if (!value.is_string()) return in.error("wrong_type", "must be a string");
  const auto& known = known_formats();
  if (std::ranges::find(known, text_of(value)) == known.end()) {
    json::not_one_of(in, text_of(value), known.data(), known.size());
  }
}

void check_words(Reading& in, const Value& value) {
  std::string words;
  json::read_text(in, value, 0, kLongestText, words);
}

struct Keyword {
  std::string_view name;
  void (*check)(Reading& in, const Value& value);
};
constexpr std::array<Keyword, 21> kKeywords{{{"type", check_type},
                                             {"properties", check_properties},
                                             {"required", check_required},
                                             {"additionalProperties", check_schema_or_flag},
                                             {"default", accept},
                                             {"enum", check_enum},
                                             {"const", accept},
                                             {"minimum", check_number},
                                             {"maximum", check_number},
                                             {"multipleOf", check_positive},
                                             {"minLength", check_count},
                                             {"maxLength", check_count},
                                             {"pattern", check_pattern},
                                             {"items", check_any_schema},
                                             {"minItems", check_count},
                                             {"maxItems", check_count},
                                             {"uniqueItems", check_flag},
                                             {"format", check_format},
                                             {"title", check_words},
                                             {"description", check_words},
                                             {"x-unit", check_words}}};

void check_order(Reading& in, const Object& schema, std::string_view low, std::string_view high) {
  const auto* least = schema.if_contains(low);
  const auto* most = schema.if_contains(high);
  if (least == nullptr || most == nullptr || !least->is_number() || !most->is_number()) return;
  if (number_of(*least) <= number_of(*most)) return;
  const Reading::Step step(in, high);
  in.error("out_of_range", fmt::format("is less than {}", low));
}

void check_required_are_known(Reading& in, const Object& schema) {
  const auto* required = schema.if_contains("required");
  const auto* properties = schema.if_contains("properties");
  if (required == nullptr) return;
  const Reading::Step step(in, "required");
  std::size_t i = 0;
  for (const auto& name : required->get_array()) {
    const Reading::Step at(in, i++);
    if (properties != nullptr && properties->get_object().if_contains(text_of(name)) != nullptr) continue;
    in.error("unknown_name", fmt::format("properties has no \"{}\"", json::shortened(text_of(name), 64)));
  }
}

// A default that its own schema refuses could never be used.
void check_default(Reading& in, const Object& schema) {
  const auto* value = schema.if_contains("default");
  if (value == nullptr) return;
  const Reading::Step step(in, "default");
  check_value(in, schema, *value, Open::as_written);
}

void check_any_schema(Reading& in, const Value& schema) {
  if (!schema.is_object()) return in.error("wrong_type", "must be a schema: an object");
  const auto before = in.errors().size();
  const auto& object = schema.get_object();
  for (const auto& member : object) {
    const Reading::Step step(in, key_of(member));
    const auto* const known = std::ranges::find(kKeywords, key_of(member), &Keyword::name);
    if (known == kKeywords.end()) {
      in.error("unknown_keyword", "this keyword of JSON Schema is not known here");
    } else {
      known->check(in, member.value());
    }
  }
  check_order(in, object, "minimum", "maximum");
  check_order(in, object, "minLength", "maxLength");
  check_order(in, object, "minItems", "maxItems");
  // The rest reads the schema, so the schema must be sound.
  if (in.errors().size() != before) return;
  check_required_are_known(in, object);
  if (in.errors().size() == before) check_default(in, object);
}

}  // namespace

bool is_parameter_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_more = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= 64 && is_letter(name.front()) && std::ranges::all_of(name, is_more);
}

void check_schema(Reading& in, const Value& schema) {
  check_any_schema(in, schema);
  if (!schema.is_object()) return;
  const auto* type = schema.get_object().if_contains("type");
  if (type != nullptr && !(type->is_string() && text_of(*type) == "object")) {
    const Reading::Step step(in, "type");
    in.error("not_one_of", "parameters are an object");
  }
  const auto* properties = schema.get_object().if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return;
  const Reading::Step step(in, "properties");
  for (const auto& member : properties->get_object()) {
    if (is_parameter_name(key_of(member))) continue;
    const Reading::Step at(in, key_of(member));
    in.error("bad_identifier", "a parameter's name is 1 to 64 of A-Z a-z 0-9 _ -, no digit or - first");
  }
}

}  // namespace mms::templates
