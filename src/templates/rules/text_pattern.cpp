// The only file that includes RE2.
#include "templates/rules/text_pattern.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <unordered_map>

#include "vocabulary/ids.hpp"
#include "vocabulary/time.hpp"

namespace mms::templates {
namespace {

constexpr std::int64_t kMostMemory = 1 << 20;  // of one compiled pattern and its automaton

std::unique_ptr<re2::RE2> compiled(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  return std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

// Compiling costs a hundred times what matching costs, and one template is used again and again.
const re2::RE2& remembered(std::string_view pattern) {
  constexpr std::size_t kMost = 128;
  thread_local std::unordered_map<std::string, std::unique_ptr<re2::RE2>> known;
  const std::string key(pattern);
  const auto at = known.find(key);
  if (at != known.end()) return *at->second;
  if (known.size() >= kMost) known.clear();
  return *known.emplace(key, compiled(pattern)).first->second;
}

bool whole(std::string_view pattern, std::string_view text) {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), remembered(pattern));
}

bool is_date_time(std::string_view text) {
  return text.size() > 10 && text[10] != ' ' && vocabulary::time_from_text(text).has_value();
}
bool is_date(std::string_view text) {
  return text.size() == 10 && is_date_time(std::string(text) + "T00:00:00Z");
}
bool is_time(std::string_view text) {
  return is_date_time("2026-01-01T" + std::string(text));
}
bool is_uuid(std::string_view text) {
  return vocabulary::uuid_from_text(text).has_value();
}
bool is_email(std::string_view text) {
  return text.size() <= 254 && whole(R"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)", text);
}
bool is_uri(std::string_view text) {
  return whole(R"([A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)", text);
}
bool is_hostname(std::string_view text) {
  return text.size() <= 253 &&
         whole(R"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*)", text);
}
bool is_ipv4(std::string_view text) {
  return whole(R"(((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d))", text);
}

struct Format {
  std::string_view name;
  bool (*has)(std::string_view text);
  std::string_view example;
};
constexpr std::array<Format, 8> kFormats{{{"date-time", is_date_time, "2026-01-01T00:00:00Z"},
                                          {"date", is_date, "2026-01-01"},
                                          {"time", is_time, "00:00:00Z"},
                                          {"uuid", is_uuid, "019a0000-0000-7000-8000-000000000000"},
                                          {"email", is_email, "someone@example.org"},
                                          {"uri", is_uri, "https://example.org/"},
                                          {"hostname", is_hostname, "example.org"},
                                          {"ipv4", is_ipv4, "192.0.2.1"}}};

const Format* find_format(std::string_view name) {
  const auto* const at = std::ranges::find(kFormats, name, &Format::name);
  return at == kFormats.end() ? nullptr : at;
}

}  // namespace

std::optional<std::string> fault_of_pattern(std::string_view pattern) {
  const auto made = compiled(pattern);
  return made->ok() ? std::nullopt : std::optional(made->error());
}

bool matches(std::string_view pattern, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), remembered(pattern));
}

const std::vector<std::string_view>& known_formats() {
  static const auto names = [] {
    std::vector<std::string_view> all;
    all.reserve(std::size(kFormats));
    for (const auto& format : kFormats) all.push_back(format.name);
    return all;
  }();
  return names;
}

bool has_format(std::string_view format, std::string_view text) {
  const auto* found = find_format(format);
  return found != nullptr && found->has(text);
}

std::string_view example_of_format(std::string_view format) {
  const auto* found = find_format(format);
  return found == nullptr ? "x" : found->example;
}

}  // namespace mms::templates
