// Strict parsing over Boost.JSON, and a writer of our own (the library prints 24.5 as 2.45E1).
#include "vocabulary/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/src.hpp>
#include <charconv>
#include <cmath>
#include <vector>

namespace mms::vocabulary::json {
namespace {

// A key of a megabyte does not make a message of a megabyte.
constexpr std::size_t kShownKey = 200;

// Builds the value as the library's own handler does, and remembers what that one forgets: duplicate keys, infinities,
// NUL. The path is kept only as far as it is needed to name the place of the fault.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit Handler(boost::json::storage_ptr sp) : stack_(std::move(sp)) { keys_.reserve(64); }

  void reset(boost::json::storage_ptr sp) { stack_.reset(std::move(sp)); }
  Value release() { return stack_.release(); }

  std::string fault;  // empty: nothing wrong
  std::string fault_key;

  using error_code = boost::json::error_code;
  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_object_begin(error_code&) {
    object_starts_.push_back(keys_.size());
    return true;
  }
  bool on_object_end(std::size_t n, error_code& ec) {
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(object_starts_.back());
    std::sort(first, keys_.end());
    const auto twice = std::adjacent_find(first, keys_.end());
    if (twice != keys_.end()) {
      fault_key = *twice;
      return fail("duplicate key", ec);
    }
    keys_.erase(first, keys_.end());
    object_starts_.pop_back();
    stack_.push_object(n);
    return true;
  }
  bool on_string_part(std::string_view s, std::size_t, error_code&) {
    stack_.push_chars(s);
    has_nul_ = has_nul_ || s.find('\0') != s.npos;
    return true;
  }
  bool on_string(std::string_view s, std::size_t, error_code& ec) {
    if (has_nul_ || s.find('\0') != s.npos) return fail("NUL character in a string", ec);
    stack_.push_string(s);
    return true;
  }
  bool on_key_part(std::string_view s, std::size_t, error_code&) {
    stack_.push_chars(s);
    partial_key_.append(s);
    has_nul_ = has_nul_ || s.find('\0') != s.npos;
    return true;
  }
  bool on_key(std::string_view s, std::size_t, error_code& ec) {
    if (has_nul_ || s.find('\0') != s.npos) return fail("NUL character in a key", ec);
    keys_.push_back(partial_key_ + std::string(s));
    partial_key_.clear();
    stack_.push_key(s);
    return true;
  }
  bool on_number_part(std::string_view s, error_code&) {
    partial_number_.append(s);
    return true;
  }
  bool on_int64(std::int64_t i, std::string_view, error_code&) {
    partial_number_.clear();
    stack_.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, std::string_view, error_code&) {
    partial_number_.clear();
    stack_.push_uint64(u);
    return true;
  }
  bool on_double(double rough, std::string_view s, error_code& ec) {
    // The library's own reading (1.81) is off by one bit for every seventh number of 17 digits: read it again, rightly.
    double d = 0;
    const std::string_view digits = partial_number_.empty() ? s : partial_number_.append(s);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), d);
    partial_number_.clear();
    if (read.ec != std::errc()) d = rough;  // beyond the range on either side: there the rough one is infinite or zero
    if (!std::isfinite(d)) return fail("number out of range", ec);
    stack_.push_double(d);
    return true;
  }
  bool on_bool(bool b, error_code&) {
    stack_.push_bool(b);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(std::string_view, error_code&) { return true; }
  bool on_comment(std::string_view, error_code&) { return true; }

 private:
  bool fail(const char* what, error_code& ec) {
    fault = what;
    ec = boost::json::error::syntax;
    return false;
  }

  boost::json::value_stack stack_;
  std::vector<std::string> keys_;  // of every open object, innermost last
  std::vector<std::size_t> object_starts_;
  std::string partial_key_;
  std::string partial_number_;
  bool has_nul_ = false;
};

std::unexpected<Problem> malformed(std::string detail, std::size_t position) {
  std::string members = fmt::format("\"position\":{}", position);
  return refuse(ProblemKind::malformed_json, std::move(detail), std::move(members));
}

template <class Recurse>
void append_scalar_or(std::string& out, const Value& value, Recurse&& recurse) {
  switch (value.kind()) {
    case boost::json::kind::null:
      out += "null";
      return;
    case boost::json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case boost::json::kind::int64:
      append_number(out, value.get_int64());
      return;
    case boost::json::kind::uint64:
      append_number(out, value.get_uint64());
      return;
    case boost::json::kind::double_:
      append_number(out, value.get_double());
      return;
    case boost::json::kind::string:
      append_string(out, std::string_view(value.get_string().data(), value.get_string().size()));
      return;
    case boost::json::kind::array:
    case boost::json::kind::object:
      recurse();
  }
}

void append_array(std::string& out, const Array& array, void (*append)(std::string&, const Value&)) {
  out += '[';
  bool first = true;
  for (const auto& item : array) {
    if (!first) out += ',';
    first = false;
    append(out, item);
  }
  out += ']';
}

// A whole double beyond 2^53 may equal an integer that the parser kept as one; as digits the two are the same.
bool append_whole(std::string& out, double number) {
  if (number != std::floor(number)) return false;
  if (number >= -0x1p63 && number < 0x1p63) {
    append_number(out, static_cast<std::int64_t>(number));
  } else if (number > 0 && number < 0x1p64) {
    append_number(out, static_cast<std::uint64_t>(number));
  } else {
    return false;
  }
  return true;
}

void append_canonical(std::string& out, const Value& value) {
  if (value.is_double() && append_whole(out, value.get_double())) return;
  append_scalar_or(out, value, [&] {
    if (value.is_array()) return append_array(out, value.get_array(), append_canonical);
    std::vector<const boost::json::key_value_pair*> sorted;
    for (const auto& member : value.get_object()) sorted.push_back(&member);
    std::ranges::sort(sorted, {}, [](const auto* m) { return std::string_view(m->key().data(), m->key().size()); });
    out += '{';
    bool first = true;
    for (const auto* member : sorted) {
      if (!first) out += ',';
      first = false;
      append_string(out, std::string_view(member->key().data(), member->key().size()));
      out += ':';
      append_canonical(out, member->value());
    }
    out += '}';
  });
}

}  // namespace

Result<const Value*> Document::parse(std::string_view text, std::size_t most_levels) {
  boost::json::parse_options options;
  options.max_depth = most_levels;
  boost::json::basic_parser<Handler> parser(options, boost::json::storage_ptr(&resource_));
  parser.handler().reset(boost::json::storage_ptr(&resource_));
  boost::json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  const auto& handler = parser.handler();
  if (!handler.fault_key.empty() || handler.fault == "duplicate key") {
    return malformed(fmt::format("the key \"{}\" stands twice in one object", shortened(handler.fault_key, kShownKey)),
                     used);
  }
  if (!handler.fault.empty()) return malformed(fmt::format("{} at byte {}", handler.fault, used), used);
  if (ec == boost::json::error::too_deep) {
    return malformed(fmt::format("nested deeper than {} levels at byte {}", most_levels, used), used);
  }
  if (ec == boost::json::error::incomplete || (!ec && !parser.done())) {
    return malformed(fmt::format("the text ends at byte {}, before the JSON does", text.size()), text.size());
  }
  if (ec) return malformed(fmt::format("not JSON at byte {}: {}", used, ec.message()), used);
  const auto rest = text.substr(used).find_first_not_of(" \t\r\n");
  if (rest != std::string_view::npos) {
    return malformed(fmt::format("more text after the JSON at byte {}", used + rest), used + rest);
  }
  value_ = parser.handler().release();
  return &value_;
}

std::string_view shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t clean = 0;  // start of the run that needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean, i - clean);
    clean = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
  }
  out.append(text, clean, text.size() - clean);
  out += '"';
}

void append_number(std::string& out, double number) {
  // Whole numbers that a double holds exactly are written as integers, so that 1.0 and 1 have one form.
  if (number == std::floor(number) && std::abs(number) < 9007199254740992.0) {
    append_number(out, static_cast<std::int64_t>(number));
    return;
  }
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  fmt::format_to(std::back_inserter(out), "{}", number);
}

void append_number(std::string& out, std::int64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

void append_number(std::string& out, std::uint64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

void append_value(std::string& out, const Value& value) {
  append_scalar_or(out, value, [&] {
    if (value.is_array()) return append_array(out, value.get_array(), append_value);
    out += '{';
    bool first = true;
    for (const auto& member : value.get_object()) {
      if (!first) out += ',';
      first = false;
      append_string(out, std::string_view(member.key().data(), member.key().size()));
      out += ':';
      append_value(out, member.value());
    }
    out += '}';
  });
}

std::string to_text(const Value& value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::string canonical(const Value& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

std::string canonical(std::string_view text) {
  Document document;
  const auto root = document.parse(text, kLevelsStored);
  return root ? canonical(**root) : std::string(text);
}

}  // namespace mms::vocabulary::json
