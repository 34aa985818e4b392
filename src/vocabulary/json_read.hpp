// Reads described structs from JSON and names every bad field at once, by JSON Pointer.
#pragma once

#include <cmath>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "vocabulary/describe.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/json.hpp"
#include "vocabulary/time.hpp"

namespace mms::vocabulary::json {

// What to do with members that the struct does not have: refuse what a client sends, ignore what a newer version
// stored.
enum class UnknownMembers { refuse, ignore };

// Where we are in the document, and what was wrong so far.
class Reading {
 public:
  explicit Reading(UnknownMembers unknown) : unknown_(unknown) {}
  void error(std::string_view code, std::string detail);
  bool refuses_unknown() const { return unknown_ == UnknownMembers::refuse; }
  const std::vector<FieldError>& errors() const { return errors_; }
  std::vector<FieldError> take_errors() { return std::move(errors_); }
  std::string pointer() const;

  class Step {
   public:
    Step(Reading& reading, std::variant<std::string_view, std::size_t> at) : reading_(reading) {
      reading_.path_.push_back(at);
    }
    ~Step() { reading_.path_.pop_back(); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Reading& reading_;
  };

 private:
  UnknownMembers unknown_;
  std::vector<std::variant<std::string_view, std::size_t>> path_;
  std::vector<FieldError> errors_;
};

void read(Reading& in, const Value& value, bool& out);
void read(Reading& in, const Value& value, std::int64_t& out);
void read(Reading& in, const Value& value, int& out);
void read(Reading& in, const Value& value, double& out);
void read(Reading& in, const Value& value, std::string& out);
void read(Reading& in, const Value& value, Identifier& out);
void read(Reading& in, const Value& value, Time& out);
void read(Reading& in, const Value& value, Uuid& out);
void read(Reading& in, const Value& value, Raw& out);
// Labels: at most 64, keys 1 to 64 bytes, values at most 256.
void read(Reading& in, const Value& value, std::map<std::string, std::string>& out);
void read_text(Reading& in, const Value& value, std::size_t min, std::size_t max, std::string& out);
void not_one_of(Reading& in, std::string_view given, const std::string_view* names, std::size_t count);

template <class Tag>
void read(Reading& in, const Value& value, Id<Tag>& out) {
  read(in, value, out.uuid);
}
template <std::size_t Min, std::size_t Max>
void read(Reading& in, const Value& value, Text<Min, Max>& out) {
  read_text(in, value, Min, Max, out);
}
template <auto L, auto H>
void read(Reading& in, const Value& value, Between<L, H>& out) {
  const auto before = in.errors().size();
  read(in, value, out.value);
  if (in.errors().size() != before || (out.value >= L && out.value <= H)) return;
  std::string detail = "must be from ";
  append_number(detail, static_cast<double>(L));
  detail += " to ";
  append_number(detail, static_cast<double>(H));
  in.error("out_of_range", std::move(detail));
}
template <DescribedEnum E>
void read(Reading& in, const Value& value, E& out) {
  std::string name;
  const auto before = in.errors().size();
  read(in, value, name);
  if (in.errors().size() != before) return;
  if (const auto found = from_name<E>(name)) {
    out = *found;
  } else {
    not_one_of(in, name, kEnumNames<E>.data(), kEnumNames<E>.size());
  }
}
template <auto V>
void read(Reading& in, const Value& value, Or<V>& out) {
  read(in, value, out.value);
}
template <DescribedStruct T>
void read(Reading& in, const Value& value, T& out);
template <class T>
void read(Reading& in, const Value& value, std::vector<T>& out);
template <class T>
void read(Reading& in, const Value& value, std::optional<T>& out) {
  read(in, value, out.emplace());
}
template <class T>
void read(Reading& in, const Value& value, Change<T>& out) {
  out.present = true;
  if (!value.is_null()) read(in, value, out.value.emplace());
}
template <class T>
void read(Reading& in, const Value& value, Replace<T>& out) {
  if (value.is_null()) return in.error("cannot_be_null", "this field cannot be cleared");
  read(in, value, out.value.emplace());
}
template <class T, std::size_t Max>
void read(Reading& in, const Value& value, List<T, Max>& out) {
  if (value.is_array() && value.get_array().size() > Max) {
    std::string detail = "at most ";
    append_number(detail, static_cast<std::int64_t>(Max));
    return in.error("too_many", detail + " items");
  }
  read(in, value, static_cast<std::vector<T>&>(out));
}
template <class T>
void read(Reading& in, const Value& value, std::vector<T>& out) {
  if (!value.is_array()) return in.error("wrong_type", "must be an array");
  out.clear();
  out.reserve(value.get_array().size());
  std::size_t i = 0;
  for (const auto& item : value.get_array()) {
    const Reading::Step step(in, i++);
    read(in, item, out.emplace_back());
  }
}

// A member that may be left out.
template <class T>
inline constexpr bool kMayBeAbsent = false;
template <class T>
inline constexpr bool kMayBeAbsent<std::optional<T>> = true;
template <class T>
inline constexpr bool kMayBeAbsent<std::vector<T>> = true;
template <class T, std::size_t Max>
inline constexpr bool kMayBeAbsent<List<T, Max>> = true;
template <auto V>
inline constexpr bool kMayBeAbsent<Or<V>> = true;
template <class T>
inline constexpr bool kMayBeAbsent<Change<T>> = true;
template <class T>
inline constexpr bool kMayBeAbsent<Replace<T>> = true;
template <>
inline constexpr bool kMayBeAbsent<Raw> = true;
template <>
inline constexpr bool kMayBeAbsent<std::map<std::string, std::string>> = true;

// A null counts as absent for an optional member; only Change tells the two apart.
template <class T>
inline constexpr bool kNullIsAbsent = false;
template <class T>
inline constexpr bool kNullIsAbsent<std::optional<T>> = true;

void refuse_unknown_members(Reading& in, const Object& object, const std::vector<std::string_view>& known);

template <DescribedStruct T>
void read(Reading& in, const Value& value, T& out) {
  if (!value.is_object()) return in.error("wrong_type", "must be an object");
  const auto& object = value.get_object();
  std::size_t found = 0;
  for_each_member(out, [&](std::string_view described, auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    const auto name = without_underscore(described);
    const auto* given = object.if_contains(name);
    const Reading::Step step(in, name);
    if (given != nullptr) {
      ++found;
      if (!(kNullIsAbsent<Member> && given->is_null())) read(in, *given, member);
    } else if constexpr (!kMayBeAbsent<Member>) {
      in.error("required", "this field is required");
    }
  });
  if (in.refuses_unknown() && found != object.size()) {
    std::vector<std::string_view> known;
    for_each_member(out, [&](std::string_view name, auto&) { known.push_back(without_underscore(name)); });
    refuse_unknown_members(in, object, known);
  }
  // What no single member shows: void check_fields(Reading&, const T&), beside T.
  if constexpr (requires { check_fields(in, std::as_const(out)); }) check_fields(in, std::as_const(out));
}

// A client's body. Refuses: invalid_fields, with every bad field.
template <class T>
Result<T> from_client(const Value& value) {
  Reading in(UnknownMembers::refuse);
  T out{};
  read(in, value, out);
  if (in.errors().empty()) return out;
  Problem problem{.kind = ProblemKind::invalid_fields,
                  .detail = "some fields are missing, unknown or out of range",
                  .errors = in.take_errors(),
                  .members = {},
                  .internal = {}};
  return std::unexpected(std::move(problem));
}

// What this service stored. Throws std::runtime_error when it cannot be read: that is damage, not input.
[[noreturn]] void throw_unreadable(const Reading& in);
// Of Value itself only: a text would convert to one, and to a string at that.
template <class T, std::same_as<Value> V>
T from_stored(const V& value) {
  Reading in(UnknownMembers::ignore);
  T out{};
  read(in, value, out);
  if (!in.errors().empty()) throw_unreadable(in);
  return out;
}
[[noreturn]] void throw_unreadable(const Problem& problem);
template <class T>
T from_stored(std::string_view text) {
  Document document;
  const auto root = document.parse(text, kLevelsStored);
  if (!root) throw_unreadable(root.error());
  return from_stored<T>(**root);
}

}  // namespace mms::vocabulary::json
