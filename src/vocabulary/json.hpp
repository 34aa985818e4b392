// JSON in and out. The only door to the JSON library: strict in (RFC 8259, no duplicate keys, finite numbers, valid
// UTF-8 without NUL, depth 32), shortest numbers out.
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "vocabulary/problem.hpp"

namespace mms::vocabulary::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

// What clients may nest, and what this service writes around it when it keeps it in events and answers.
inline constexpr std::size_t kLevelsOfInput = 32;
inline constexpr std::size_t kLevelsStored = 64;

// A parsed text and the memory it lives in.
// Lifetime: the values die with the document. Threads: one.
class Document {
 public:
  // The value lives in the resource from the start: assigning a value of another resource would copy it.
  Document() : resource_(buffer_, sizeof buffer_), value_(boost::json::storage_ptr(&resource_)) {}
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  // Refuses: malformed_json (with the byte position; a duplicate key is named).
  Result<const Value*> parse(std::string_view text, std::size_t most_levels = kLevelsOfInput);
  const Value& root() const { return value_; }

 private:
  unsigned char buffer_[8192];
  boost::json::monotonic_resource resource_;
  Value value_;
};

// JSON text that passed `parse` (or that this service wrote), kept as bytes: parameters, results, any free-form member.
struct Raw {
  std::string text;
  bool operator==(const Raw&) const = default;
  bool empty() const { return text.empty(); }
};

// At most `most` bytes of UTF-8 text, cut between characters.
std::string_view shortened(std::string_view text, std::size_t most);

void append_string(std::string& out, std::string_view text);
// An infinity or NaN, which JSON does not have, is written as null.
void append_number(std::string& out, double number);
void append_number(std::string& out, std::int64_t number);
void append_number(std::string& out, std::uint64_t number);
// Compact; numbers in their shortest form that reads back the same.
void append_value(std::string& out, const Value& value);
std::string to_text(const Value& value);
// Sorted keys, shortest numbers (1.0 and 1 are the same, 1e16 and 10000000000000000 too): equal values give equal
// texts.
std::string canonical(const Value& value);
// The same for a text that is known to be JSON; the text itself when it is not.
std::string canonical(std::string_view text);
// A literal would convert to a Value as well, and to a string at that.
inline std::string canonical(const char* text) {
  return canonical(std::string_view(text));
}

}  // namespace mms::vocabulary::json
