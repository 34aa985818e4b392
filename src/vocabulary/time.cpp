// RFC 3339 in and out, without locale and without allocation on the way.
#include "vocabulary/time.hpp"

namespace mms::vocabulary {
namespace {

void put(char*& at, unsigned value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  at += digits;
}

// Reads exactly `digits` decimal digits and moves on; -1 when there are none.
int take(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".123456789" to microseconds; digits beyond the sixth are dropped.
std::optional<int> take_fraction(std::string_view& text) {
  int micros = 0;
  int digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (; digits < 6; ++digits) micros *= 10;
  return micros;
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (skip(text, "Zz")) return std::chrono::minutes(0);
  if (text.empty()) return std::nullopt;
  const bool west = text.front() == '-';
  if (!skip(text, "+-")) return std::nullopt;
  const int hours = take(text, 2);
  int minutes = 0;
  if (!text.empty()) {
    if (!skip(text, ":")) return std::nullopt;
    minutes = take(text, 2);
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const auto offset = std::chrono::minutes(hours * 60 + minutes);
  return west ? -offset : offset;
}

}  // namespace

void append_text(std::string& out, Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  auto rest = static_cast<unsigned long long>((time - day).count());
  char buffer[27];
  char* at = buffer;
  put(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *at++ = '-';
  put(at, static_cast<unsigned>(date.month()), 2);
  *at++ = '-';
  put(at, static_cast<unsigned>(date.day()), 2);
  *at++ = 'T';
  const auto micros = static_cast<unsigned>(rest % 1'000'000);
  rest /= 1'000'000;
  put(at, static_cast<unsigned>(rest / 3600), 2);
  *at++ = ':';
  put(at, static_cast<unsigned>(rest / 60 % 60), 2);
  *at++ = ':';
  put(at, static_cast<unsigned>(rest % 60), 2);
  *at++ = '.';
  put(at, micros, 6);
  *at = 'Z';
  out.append(buffer, sizeof buffer);
}

std::string to_text(Time time) {
  std::string text;
  append_text(text, time);
  return text;
}

std::optional<Time> time_from_text(std::string_view text) {
  const int year = take(text, 4);
  if (year < 0 || !skip(text, "-")) return std::nullopt;
  const int month = take(text, 2);
  if (month < 0 || !skip(text, "-")) return std::nullopt;
  const int day = take(text, 2);
  if (day < 0 || !skip(text, "Tt ")) return std::nullopt;
  const int hour = take(text, 2);
  if (hour < 0 || hour > 23 || !skip(text, ":")) return std::nullopt;
  const int minute = take(text, 2);
  if (minute < 0 || minute > 59 || !skip(text, ":")) return std::nullopt;
  const int second = take(text, 2);
  if (second < 0 || second > 60) return std::nullopt;
  int micros = 0;
  if (skip(text, ".")) {
    const auto fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    micros = *fraction;
  }
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  const Time time = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                    std::chrono::seconds(second) + Duration(micros) - *offset;
  // An offset can lead out of the four-digit years, and with them out of 27 characters.
  constexpr Time kFirst = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
  constexpr Time kEnd = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);
  if (time < kFirst || time >= kEnd) return std::nullopt;
  return time;
}

}  // namespace mms::vocabulary
