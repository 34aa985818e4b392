// Reads the values of speed, length, weight and duration tags.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "road_import/way_rules.hpp"

namespace mms::road_import {
namespace {

struct Number {
  double value = 0;
  std::string_view rest;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<Number> leading_number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return {};
  return Number{value, trimmed(text.substr(static_cast<std::size_t>(end - text.data())))};
}

// Legal limits in km/h inside towns, outside, and on motorways (OpenStreetMap wiki, "Speed limits", 2024).
struct CountryLimits {
  std::string_view country;
  double urban, rural, trunk, motorway;
};
constexpr std::array<CountryLimits, 24> limits = {{
    {"AD", 50, 90, 90, 90},   {"AT", 50, 100, 100, 130}, {"BE", 50, 90, 120, 120}, {"CH", 50, 80, 100, 120},
    {"CZ", 50, 90, 110, 130}, {"DE", 50, 100, 140, 140}, {"DK", 50, 80, 80, 130},  {"ES", 50, 90, 90, 120},
    {"FI", 50, 80, 100, 120}, {"FR", 50, 80, 110, 130},  {"GB", 48, 97, 113, 113}, {"HU", 50, 90, 110, 130},
    {"IE", 50, 80, 100, 120}, {"IT", 50, 90, 110, 130},  {"LI", 50, 80, 80, 120},  {"LU", 50, 90, 90, 130},
    {"NL", 50, 80, 100, 100}, {"NO", 50, 80, 90, 110},   {"PL", 50, 90, 100, 140}, {"PT", 50, 90, 100, 120},
    {"RO", 50, 90, 100, 130}, {"SE", 50, 70, 90, 110},   {"SI", 50, 90, 110, 130}, {"US", 40, 89, 105, 113},
}};

std::optional<double> implied_limit(std::string_view country, std::string_view zone) {
  const auto found = std::ranges::find(limits, country, &CountryLimits::country);
  const CountryLimits& known = found == limits.end() ? limits[1] : *found;
  if (zone == "urban") return known.urban;
  if (zone == "rural" || zone == "nsl_single") return known.rural;
  if (zone == "trunk" || zone == "nsl_dual") return known.trunk;
  if (zone == "motorway") return known.motorway;
  if (zone == "living_street") return 10;
  if (zone.starts_with("zone"))
    return leading_number(zone.substr(zone.find_first_of("0123456789") == zone.npos ? zone.size()
                                                                                    : zone.find_first_of("0123456789")))
        .value_or(Number{30, {}})
        .value;
  return {};
}

}  // namespace

std::optional<double> parse_speed_kmh(std::string_view text, std::string_view country) {
  text = trimmed(text);
  if (text == "none") return 140;
  if (text == "walk") return 7;
  if (const auto number = leading_number(text)) {
    const double kmh = number->rest == "mph"     ? number->value * 1.609344
                       : number->rest == "knots" ? number->value * 1.852
                                                 : number->value;
    return kmh >= 1 && kmh <= 250 ? std::optional(kmh) : std::nullopt;
  }
  const std::size_t colon = text.find(':');
  return colon == text.npos ? implied_limit(country, text)
                            : implied_limit(text.substr(0, colon), text.substr(colon + 1));
}

std::optional<double> parse_length_m(std::string_view text) {
  const auto number = leading_number(text);
  if (!number) return {};
  if (number->rest.starts_with('\'') || number->rest == "ft") {
    const auto inches = leading_number(number->rest.substr(std::min<std::size_t>(1, number->rest.size())));
    return number->value * 0.3048 + (inches ? inches->value * 0.0254 : 0);
  }
  return number->rest == "cm" ? number->value / 100 : number->value;
}

std::optional<double> parse_weight_t(std::string_view text) {
  const auto number = leading_number(text);
  if (!number) return {};
  if (number->rest == "kg") return number->value / 1000;
  if (number->rest == "lbs" || number->rest == "lb") return number->value * 0.00045359237;
  if (number->rest == "st") return number->value * 0.90718474;
  return number->value;
}

std::optional<double> parse_duration_s(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with("PT")) {
    double seconds = 0;
    for (std::string_view rest = text.substr(2); !rest.empty();) {
      const auto number = leading_number(rest);
      if (!number || number->rest.empty()) return {};
      const char unit = number->rest.front();
      seconds += number->value * (unit == 'H' ? 3600 : unit == 'M' ? 60 : 1);
      rest = number->rest.substr(1);
    }
    return seconds > 0 ? std::optional(seconds) : std::nullopt;
  }
  double seconds = 0, unit = text.find(':') == text.npos ? 60 : 3600;
  for (std::string_view rest = text; !rest.empty();) {
    const auto number = leading_number(rest);
    if (!number) return {};
    seconds += number->value * unit;
    unit /= 60;
    rest = number->rest.starts_with(':') ? number->rest.substr(1) : std::string_view();
  }
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

}  // namespace mms::road_import
