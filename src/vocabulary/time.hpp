// Points in time: UTC, microseconds; on the wire RFC 3339 with six digits and Z.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace mms::vocabulary {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

// "2026-11-24T20:59:26.000000Z", always 27 characters for years 0000 to 9999, so that texts sort as times do.
std::string to_text(Time time);
void append_text(std::string& out, Time time);

// Any RFC 3339 date-time (offsets, up to nine fraction digits, t/z in lower case) and PostgreSQL's
// "2026-11-24 20:59:26.5+00"; nothing for anything else. A leap second (:60) is read as the next second.
std::optional<Time> time_from_text(std::string_view text);

// Whole and fractional seconds to a Duration, rounded to the microsecond.
inline Duration seconds(double s) {
  return std::chrono::round<Duration>(std::chrono::duration<double>(s));
}

}  // namespace mms::vocabulary
