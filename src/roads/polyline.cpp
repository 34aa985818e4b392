// Encoded polyline, six digits.
#include "roads/polyline.hpp"

#include <cmath>
#include <cstdint>
#include <optional>

namespace mms::roads {
namespace {

void append(std::string& out, std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value) << 1;
  if (value < 0) bits = ~bits;
  for (; bits >= 0x20; bits >>= 5) out.push_back(static_cast<char>((0x20 | (bits & 0x1F)) + 63));
  out.push_back(static_cast<char>(bits + 63));
}

std::optional<std::int64_t> take(std::string_view& text) {
  std::uint64_t bits = 0;
  for (int shift = 0; shift < 40 && !text.empty(); shift += 5) {
    const int chunk = text.front() - 63;
    text.remove_prefix(1);
    if (chunk < 0 || chunk > 63) return {};
    bits |= static_cast<std::uint64_t>(chunk & 0x1F) << shift;
    if (chunk < 0x20) return static_cast<std::int64_t>((bits & 1) != 0 ? ~(bits >> 1) : bits >> 1);
  }
  return {};
}

std::int64_t micro(std::int32_t e7) {
  return std::lround(e7 / 10.0);
}

}  // namespace

std::string to_polyline6(std::span<const Coordinate> line) {
  std::string text;
  std::int64_t latitude = 0, longitude = 0;
  for (const Coordinate place : line) {
    append(text, micro(place.latitude_e7) - latitude);
    append(text, micro(place.longitude_e7) - longitude);
    latitude = micro(place.latitude_e7);
    longitude = micro(place.longitude_e7);
  }
  return text;
}

vocabulary::Result<std::vector<Coordinate>> from_polyline6(std::string_view text) {
  std::vector<Coordinate> line;
  std::int64_t latitude = 0, longitude = 0;
  while (!text.empty()) {
    const auto north = take(text), east = take(text);
    if (north && east) {
      latitude += *north;
      longitude += *east;
    }
    const double lat = static_cast<double>(latitude) * 1e-6, lon = static_cast<double>(longitude) * 1e-6;
    if (!north || !east || !is_on_earth(lat, lon)) {
      return vocabulary::refuse(vocabulary::ProblemKind::bad_parameter, "not a polyline with six digits");
    }
    line.push_back(coordinate(lat, lon));
  }
  return line;
}

}  // namespace mms::roads
