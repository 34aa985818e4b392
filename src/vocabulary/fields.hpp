// Types of input fields that carry their own limits: the reader enforces them and OpenAPI prints them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mms::vocabulary {

// Text of Min to Max bytes of UTF-8.
template <std::size_t Min, std::size_t Max>
struct Text : std::string {
  using std::string::string;
  Text() = default;
  Text(std::string s) : std::string(std::move(s)) {}
};

// A name that another service owns (fleet, vehicle) or that a client chooses as a key: 1 to 64 of A-Z a-z 0-9 . _ : -
struct Identifier : std::string {
  using std::string::string;
  Identifier() = default;
  Identifier(std::string s) : std::string(std::move(s)) {}
};

// A number from Low to High, both included.
template <auto Low, auto High>
struct Between {
  using Number = decltype(Low);
  Number value{};
  constexpr operator Number() const { return value; }
  bool operator==(const Between&) const = default;
};

// A field with a default: absent means V.
template <auto V>
struct Or {
  using Value = decltype(V);
  Value value = V;
  constexpr operator Value() const { return value; }
};

// At most Max items.
template <class T, std::size_t Max>
struct List : std::vector<T> {
  using std::vector<T>::vector;
};

// A field of a merging update: absent keeps, null clears, a value replaces.
template <class T>
struct Change {
  bool present = false;
  std::optional<T> value;
};

// The same for a field that cannot be cleared: null is refused.
template <class T>
struct Replace {
  std::optional<T> value;
};

}  // namespace mms::vocabulary
