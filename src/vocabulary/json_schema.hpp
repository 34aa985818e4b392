// Prints described structs as JSON Schema 2020-12, mirroring what json_read refuses: the reader's limits are the
// document's limits.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vocabulary/describe.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::vocabulary::json {

// A struct is printed differently for the two: what a client may leave out, this service always writes.
enum class Direction { in, out };

// The schemas of a document, by name, in the order in which they were first needed.
class Schemas {
 public:
  Direction direction = Direction::out;

  // True when the name is new: print it, and set() it. Throws std::logic_error when another type, or the same one in
  // the other direction, has that name.
  bool claim(std::string_view name, const void* type);
  void set(std::string_view name, std::string text);
  const std::vector<std::pair<std::string, std::string>>& all() const { return components_; }

 private:
  struct Claim {
    std::string name;
    const void* type;
    Direction direction;
  };
  std::vector<Claim> claims_;
  std::vector<std::pair<std::string, std::string>> components_;
};

// "Task" of mms::missions::Task, "PageOfTask" of Page<mms::missions::Task>.
std::string plain_type_name(std::string_view qualified);
template <class T>
std::string type_name() {
  std::string_view text = __PRETTY_FUNCTION__;  // clang: "... type_name() [T = mms::missions::Task]"
  text.remove_prefix(text.find("T = ") + 4);
  return plain_type_name(text.substr(0, text.rfind(']')));
}
template <class T>
inline constexpr char kTypeKey = 0;

template <class T>
struct Printer {
  static_assert(sizeof(T) == 0, "json_schema does not know this type yet");
};

// Appends the schema of T, or a reference to it for a described struct.
template <class T>
void append_schema(std::string& out, Schemas& schemas) {
  Printer<T>::print(out, schemas);
}

template <>
struct Printer<bool> {
  static void print(std::string& out, Schemas&) { out += R"({"type":"boolean"})"; }
};
template <Number T>
struct Printer<T> {
  static void print(std::string& out, Schemas&) {
    out += std::is_floating_point_v<T> ? R"({"type":"number"})" : R"({"type":"integer"})";
  }
};
template <>
struct Printer<std::string> {
  static void print(std::string& out, Schemas&) { out += R"({"type":"string"})"; }
};
template <>
struct Printer<std::string_view> : Printer<std::string> {};
template <>
struct Printer<Identifier> {
  static void print(std::string& out, Schemas&) { out += R"({"type":"string","pattern":"^[A-Za-z0-9._:-]{1,64}$"})"; }
};
template <std::size_t Min, std::size_t Max>
struct Printer<Text<Min, Max>> {
  static void print(std::string& out, Schemas&) {
    out += R"({"type":"string","minLength":)";
    append(out, (Min + 3) / 4);  // the limits count bytes; a character has one to four
    out += ",\"maxLength\":";
    append(out, Max);
    out += '}';
  }
};
template <auto L, auto H>
struct Printer<Between<L, H>> {
  static void print(std::string& out, Schemas&) {
    out += std::is_floating_point_v<decltype(L)> ? R"({"type":"number","minimum":)" : R"({"type":"integer","minimum":)";
    append(out, L);
    out += ",\"maximum\":";
    append(out, H);
    out += '}';
  }
};
template <>
struct Printer<Time> {
  static void print(std::string& out, Schemas&) { out += R"({"type":"string","format":"date-time"})"; }
};
template <>
struct Printer<Uuid> {
  static void print(std::string& out, Schemas&) { out += R"({"type":"string","format":"uuid"})"; }
};
template <class Tag>
struct Printer<Id<Tag>> : Printer<Uuid> {};
template <>
struct Printer<Raw> {
  static void print(std::string& out, Schemas&) { out += "{}"; }
};
template <DescribedEnum E>
struct Printer<E> {
  static void print(std::string& out, Schemas&) {
    out += R"({"type":"string","enum":[)";
    for (const auto name : kEnumNames<E>) {
      if (!out.ends_with('[')) out += ',';
      append_string(out, name);
    }
    out += "]}";
  }
};
template <auto V>
struct Printer<Or<V>> {
  static void print(std::string& out, Schemas& schemas) {
    append_schema<typename Or<V>::Value>(out, schemas);
    if (schemas.direction == Direction::out) return;
    out.pop_back();
    out += ",\"default\":";
    append(out, V);
    out += '}';
  }
};
template <class T>
struct Printer<std::optional<T>> : Printer<T> {};
template <class T>
struct Printer<Replace<T>> : Printer<T> {};
template <class T>
struct Printer<Change<T>> {
  static void print(std::string& out, Schemas& schemas) {
    out += "{\"anyOf\":[";
    append_schema<T>(out, schemas);
    out += R"(,{"type":"null"}],"description":"null clears it"})";
  }
};
template <class T>
struct Printer<std::vector<T>> {
  static void print(std::string& out, Schemas& schemas) {
    out += R"({"type":"array","items":)";
    append_schema<T>(out, schemas);
    out += '}';
  }
};
template <class T, std::size_t Max>
struct Printer<List<T, Max>> {
  static void print(std::string& out, Schemas& schemas) {
    append_schema<std::vector<T>>(out, schemas);
    out.pop_back();
    out += ",\"maxItems\":";
    append(out, Max);
    out += '}';
  }
};
template <class T>
struct Printer<std::map<std::string, T>> {
  static void print(std::string& out, Schemas& schemas) {
    out += R"({"type":"object","additionalProperties":)";
    append_schema<T>(out, schemas);
    out += '}';
  }
};
template <>
struct Printer<std::map<std::string, std::string>> {
  static void print(std::string& out, Schemas&) {
    out += R"({"type":"object","maxProperties":64,"additionalProperties":{"type":"string","maxLength":256}})";
  }
};

// Whether the member must be there: coming in as the reader has it; going out all but what may be absent.
template <class Member>
bool is_required(Direction direction) {
  constexpr bool kNeverLeftOut = !kNullIsAbsent<Member> && !std::is_same_v<Member, Raw>;
  return direction == Direction::in ? !kMayBeAbsent<Member> : kNeverLeftOut;
}

template <DescribedStruct T>
std::string object_schema(Schemas& schemas) {
  std::string properties;
  std::string required;
  T sample{};
  for_each_member(sample, [&](std::string_view described, auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    const auto name = without_underscore(described);
    if (!properties.empty()) properties += ',';
    append_string(properties, name);
    properties += ':';
    append_schema<Member>(properties, schemas);
    if (!is_required<Member>(schemas.direction)) return;
    if (!required.empty()) required += ',';
    append_string(required, name);
  });
  std::string out = R"({"type":"object","properties":{)" + properties + '}';
  if (!required.empty()) out += ",\"required\":[" + required + ']';
  if (schemas.direction == Direction::in) out += ",\"additionalProperties\":false";
  return out + '}';
}

// Adds T to the components under this name.
template <class T>
void define_schema(Schemas& schemas, std::string_view name) {
  if (!schemas.claim(name, &kTypeKey<T>)) return;
  std::string text;
  if constexpr (DescribedStruct<T>) {
    text = object_schema<T>(schemas);
  } else {
    append_schema<T>(text, schemas);
  }
  schemas.set(name, std::move(text));
}

// Inside another schema: a reference. What a client sends is named "TaskInput", apart from the "Task" that it gets.
template <DescribedStruct T>
struct Printer<T> {
  static void print(std::string& out, Schemas& schemas) {
    const std::string name = type_name<T>() + (schemas.direction == Direction::in ? "Input" : "");
    out += "{\"$ref\":\"#/components/schemas/" + name + "\"}";
    define_schema<T>(schemas, name);
  }
};

}  // namespace mms::vocabulary::json
