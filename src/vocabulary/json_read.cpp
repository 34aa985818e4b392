// The scalar readers, and the words of their refusals.
#include "vocabulary/json_read.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <stdexcept>

namespace mms::vocabulary::json {
namespace {

std::string_view view(const boost::json::string& s) {
  return {s.data(), s.size()};
}

bool identifier_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == ':' || c == '-';
}

}  // namespace

std::string Reading::pointer() const {
  std::string out;
  for (const auto& step : path_) {
    out += '/';
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      fmt::format_to(std::back_inserter(out), "{}", *index);
      continue;
    }
    for (char c : std::get<std::string_view>(step)) {
      if (c == '~') {
        out += "~0";
      } else if (c == '/') {
        out += "~1";
      } else {
        out += c;
      }
    }
  }
  return out;
}

void Reading::error(std::string_view code, std::string detail) {
  constexpr std::size_t kMost = 100;  // an answer stays readable, and a hostile body cannot make it large
  constexpr std::size_t kLongest = 1000;
  if (errors_.size() >= kMost) return;
  errors_.push_back({std::string(shortened(pointer(), kLongest)), std::string(code), std::move(detail)});
}

void read(Reading& in, const Value& value, bool& out) {
  if (!value.is_bool()) return in.error("wrong_type", "must be true or false");
  out = value.get_bool();
}

void read(Reading& in, const Value& value, std::int64_t& out) {
  if (value.is_int64()) {
    out = value.get_int64();
  } else if (value.is_double() && value.get_double() == std::floor(value.get_double()) &&
             std::abs(value.get_double()) <= 0x1p53) {
    out = static_cast<std::int64_t>(value.get_double());
  } else if (value.is_uint64() || (value.is_double() && value.get_double() == std::floor(value.get_double()))) {
    in.error("out_of_range", "this number is too large");
  } else {
    in.error("wrong_type", "must be a whole number");
  }
}

void read(Reading& in, const Value& value, int& out) {
  std::int64_t wide = 0;
  const auto before = in.errors().size();
  read(in, value, wide);
  if (in.errors().size() != before) return;
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
    return in.error("out_of_range", "this number is too large");
  }
  out = static_cast<int>(wide);
}

void read(Reading& in, const Value& value, double& out) {
  if (!value.is_number()) return in.error("wrong_type", "must be a number");
  out = value.to_number<double>();
}

void read(Reading& in, const Value& value, std::string& out) {
  if (!value.is_string()) return in.error("wrong_type", "must be a string");
  out.assign(view(value.get_string()));
}

void read_text(Reading& in, const Value& value, std::size_t min, std::size_t max, std::string& out) {
  const auto before = in.errors().size();
  read(in, value, out);
  if (in.errors().size() != before) return;
  if (out.size() < min || out.size() > max) {
    in.error("wrong_length", fmt::format("must have {} to {} bytes, has {}", min, max, out.size()));
  }
}

void read(Reading& in, const Value& value, Identifier& out) {
  const auto before = in.errors().size();
  read(in, value, static_cast<std::string&>(out));
  if (in.errors().size() != before) return;
  if (out.empty() || out.size() > 64 || !std::ranges::all_of(out, identifier_char)) {
    in.error("bad_identifier", "must be 1 to 64 characters from A-Z a-z 0-9 . _ : -");
  }
}

void read(Reading& in, const Value& value, Time& out) {
  if (!value.is_string()) return in.error("wrong_type", "must be an RFC 3339 time, such as 2026-05-04T12:00:00Z");
  const auto time = time_from_text(view(value.get_string()));
  if (!time) return in.error("bad_time", "must be an RFC 3339 time, such as 2026-05-04T12:00:00Z");
  // What PostgreSQL, SQLite and twenty-seven characters can all hold.
  constexpr Time kFirst = std::chrono::sys_days(std::chrono::year(1970) / 1 / 1);
  constexpr Time kLast = std::chrono::sys_days(std::chrono::year(9999) / 1 / 1);
  if (*time < kFirst || *time >= kLast) return in.error("out_of_range", "must be from 1970 to 9998");
  out = *time;
}

void read(Reading& in, const Value& value, Uuid& out) {
  if (!value.is_string()) return in.error("wrong_type", "must be a UUID");
  const auto uuid = uuid_from_text(view(value.get_string()));
  if (!uuid) return in.error("bad_uuid", "must be a UUID of 36 characters");
  out = *uuid;
}

void read(Reading&, const Value& value, Raw& out) {
  out.text = to_text(value);
}

void read(Reading& in, const Value& value, std::map<std::string, std::string>& out) {
  if (!value.is_object()) return in.error("wrong_type", "must be an object of strings");
  if (value.get_object().size() > 64) return in.error("too_many", "at most 64 labels");
  for (const auto& member : value.get_object()) {
    const std::string_view key(member.key().data(), member.key().size());
    const Reading::Step step(in, key);
    if (key.empty() || key.size() > 64) {
      in.error("wrong_length", "a label's key must have 1 to 64 bytes");
      continue;
    }
    read_text(in, member.value(), 0, 256, out[std::string(key)]);
  }
}

void not_one_of(Reading& in, std::string_view given, const std::string_view* names, std::size_t count) {
  constexpr std::size_t kShown = 40;
  in.error("not_one_of",
           fmt::format("\"{}\" is not one of {}", shortened(given, kShown), fmt::join(std::span(names, count), ", ")));
}

void refuse_unknown_members(Reading& in, const Object& object, const std::vector<std::string_view>& known) {
  for (const auto& member : object) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::ranges::find(known, key) != known.end()) continue;
    const Reading::Step step(in, key);
    in.error("unknown_field", "this field is not known here");
  }
}

void throw_unreadable(const Reading& in) {
  const auto& first = in.errors().front();
  throw std::runtime_error(fmt::format("stored JSON is damaged at {}: {}", first.pointer, first.detail));
}

void throw_unreadable(const Problem& problem) {
  throw std::runtime_error(fmt::format("stored JSON is damaged: {}", problem.detail));
}

}  // namespace mms::vocabulary::json
