// Writes described structs as JSON: members in order, an absent optional is left out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vocabulary/describe.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/json.hpp"
#include "vocabulary/time.hpp"

namespace mms::vocabulary::json {

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

inline void append(std::string& out, bool value) {
  out += value ? "true" : "false";
}
template <Number T>
void append(std::string& out, T value) {
  if constexpr (std::is_floating_point_v<T>) {
    append_number(out, static_cast<double>(value));
  } else {
    using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    append_number(out, static_cast<Wide>(value));
  }
}
inline void append(std::string& out, const std::string& value) {
  append_string(out, value);
}
inline void append(std::string& out, std::string_view value) {
  append_string(out, value);
}
inline void append(std::string& out, const char* value) {
  append_string(out, value);
}
inline void append(std::string& out, Time value) {
  out += '"';
  append_text(out, value);
  out += '"';
}
inline void append(std::string& out, const Uuid& value) {
  out += '"';
  append_text(out, value);
  out += '"';
}
template <class Tag>
void append(std::string& out, const Id<Tag>& value) {
  append(out, value.uuid);
}
inline void append(std::string& out, const Raw& value) {
  out += value.text.empty() ? std::string_view("null") : std::string_view(value.text);
}
template <DescribedEnum E>
void append(std::string& out, E value) {
  append_string(out, name_of(value));
}
template <auto L, auto H>
void append(std::string& out, const Between<L, H>& value) {
  append(out, value.value);
}
template <auto V>
void append(std::string& out, const Or<V>& value) {
  append(out, value.value);
}
template <DescribedStruct T>
void append(std::string& out, const T& value);
template <class T>
void append(std::string& out, const std::vector<T>& values);
inline void append(std::string& out, const std::map<std::string, std::string>& values) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : values) {
    if (!first) out += ',';
    first = false;
    append_string(out, key);
    out += ':';
    append_string(out, value);
  }
  out += '}';
}
template <class T>
void append(std::string& out, const std::vector<T>& values) {
  out += '[';
  bool first = true;
  for (const auto& value : values) {
    if (!first) out += ',';
    first = false;
    append(out, value);
  }
  out += ']';
}

template <class T>
bool is_absent(const T&) {
  return false;
}
template <class T>
bool is_absent(const std::optional<T>& value) {
  return !value.has_value();
}
inline bool is_absent(const Raw& value) {
  return value.text.empty();
}
template <class T>
void append_present(std::string& out, const T& value) {
  append(out, value);
}
template <class T>
void append_present(std::string& out, const std::optional<T>& value) {
  append(out, *value);
}

// Members without the braces, each preceded by a comma when `out` does not end in '{'.
template <DescribedStruct T>
void append_members(std::string& out, const T& value) {
  for_each_member(value, [&](std::string_view name, const auto& member) {
    if (is_absent(member)) return;
    if (!out.ends_with('{')) out += ',';
    out += '"';
    out += without_underscore(name);
    out += "\":";
    append_present(out, member);
  });
}

template <DescribedStruct T>
void append(std::string& out, const T& value) {
  out += '{';
  append_members(out, value);
  out += '}';
}

template <class T>
std::string write(const T& value) {
  std::string out;
  append(out, value);
  return out;
}

// Builds small objects by hand: ObjectText().add("a", 1).add("b", "x").text()
class ObjectText {
 public:
  template <class T>
  ObjectText& add(std::string_view name, const T& value) {
    if (is_absent(value)) return *this;
    if (!members_.empty()) members_ += ',';
    append_string(members_, name);
    members_ += ':';
    append_present(members_, value);
    return *this;
  }
  ObjectText& add_raw(std::string_view name, std::string_view json) { return add(name, Raw{std::string(json)}); }
  // Without the braces, as Problem::members wants it.
  std::string members() const { return members_; }
  // Lifetime: until the next add.
  std::string_view view() const { return members_; }
  std::string text() const { return '{' + members_ + '}'; }

 private:
  std::string members_;
};

}  // namespace mms::vocabulary::json
