// Command lines into imports and routes.
#include "routing/road_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <vector>

#include "road_import/import_roads.hpp"
#include "routing/live_roads.hpp"
#include "routing/rules/route_answers.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::routing {
namespace {

using vocabulary::ProblemKind;
using vocabulary::refuse;
using vocabulary::Result;

struct Given {
  std::vector<std::string> plain;
  std::string output, country, map;
  bool json = false;
  bool truck = false;
};

Result<Given> read(std::span<const std::string> arguments) {
  Given given;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& word = arguments[i];
    std::string* value = word == "-o" || word == "--output" ? &given.output
                         : word == "--country"              ? &given.country
                         : word == "--map"                  ? &given.map
                                                            : nullptr;
    if (value != nullptr) {
      if (++i == arguments.size()) return refuse(ProblemKind::bad_parameter, word + " needs a value behind it");
      *value = arguments[i];
    } else if (word == "--json") {
      given.json = true;
    } else if (word == "--truck") {
      given.truck = true;
    } else if (word.starts_with("--")) {
      return refuse(ProblemKind::bad_parameter, "there is no option " + word);
    } else {
      given.plain.push_back(word);
    }
  }
  return given;
}

std::string road_file_beside(const std::string& input) {
  for (const std::string_view ending : {".osm.pbf", ".pbf"}) {
    if (input.ends_with(ending)) return input.substr(0, input.size() - ending.size()) + ".roads";
  }
  return input + ".roads";
}

// A bar on a terminal, a line for each step elsewhere.
road_import::Progress progress() {
  return [last = std::string(), shown = -1, bar = ::isatty(STDERR_FILENO) != 0](std::string_view step,
                                                                                double share) mutable {
    const int percent = static_cast<int>(share * 100);
    if (step == last && (percent == shown || !bar)) return;
    if (bar && !last.empty() && step != last) fmt::print(stderr, "\n");
    const int full = percent * 30 / 100;
    if (bar) {
      fmt::print(stderr, "\r{:<26} [{:<30}] {:>3} %", step, std::string(static_cast<std::size_t>(full), '#'), percent);
    } else {
      fmt::print(stderr, "{}\n", step);
    }
    last = step;
    shown = percent;
  };
}

Result<Coordinates> place_of(const std::string& text) {
  const auto comma = text.find(',');
  double latitude = NAN, longitude = NAN;
  const auto number = [](std::string_view part, double& out) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), out);
    return error == std::errc() && end == part.data() + part.size();
  };
  const bool good = comma != std::string::npos && number(std::string_view(text).substr(0, comma), latitude) &&
                    number(std::string_view(text).substr(comma + 1), longitude) &&
                    roads::is_on_earth(latitude, longitude);
  if (!good)
    return refuse(ProblemKind::bad_parameter, text + " is no place: write latitude,longitude, such as 42.50,1.52");
  return Coordinates{{latitude}, {longitude}};
}

std::string words_of(const RoutesView& view) {
  const auto& route = view.routes.front();
  const auto metres = [](double m) {
    return m < 1000 ? fmt::format("{:.0f} m", m) : fmt::format("{:.1f} km", m / 1000);
  };
  const int minutes = static_cast<int>(std::lround(route.duration_s / 60));
  auto text = fmt::format("{}, {}\n", metres(route.distance_m),
                          minutes < 1    ? fmt::format("{:.0f} s", route.duration_s)
                          : minutes < 60 ? fmt::format("{} min", minutes)
                                         : fmt::format("{} h {} min", minutes / 60, minutes % 60));
  int number = 0;
  for (const auto& step : *route.steps) {
    text += fmt::format("{:>3}. {}{}\n", ++number, step.instruction,
                        step.distance_m > 0 ? fmt::format(" ({})", metres(step.distance_m)) : "");
  }
  return text;
}

}  // namespace

std::string_view import_roads_help() {
  return "import-roads FILE.osm.pbf [-o FILE.roads] [--country CH]\n"
         "  Makes a road file of an OpenStreetMap extract; without -o beside it. ROADS_FILE=FILE.roads lets serve use "
         "it.\n"
         "  --country  whose speed limits count where a road has none, when the extract does not say\n";
}

std::string_view route_help() {
  return "route --map FILE.roads FROM [VIA…] TO [--truck] [--json]\n"
         "  Prints a route's distance, duration and steps. Places are latitude,longitude.\n"
         "  mission-management route --map andorra.roads 42.50,1.52 42.56,1.60\n";
}

Result<std::string> import_roads_command(std::span<const std::string> arguments) {
  TRY(given, read(arguments));
  if (given.plain.size() != 1 || !given.map.empty() || given.json || given.truck) {
    return refuse(ProblemKind::bad_parameter, "import-roads takes one file (import-roads --help)");
  }
  const auto output = given.output.empty() ? road_file_beside(given.plain[0]) : given.output;
  auto done = road_import::import_roads(given.plain[0], output, progress(), given.country);
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
  if (!done) return std::unexpected(std::move(done).error());
  return fmt::format(
      "{}: {} ways, {} road segments, {} restrictions ({} left out), {:.1f} MB{}\n", output, done->ways, done->segments,
      done->restrictions, done->restrictions_left_out, static_cast<double>(done->file_bytes) / 1e6,
      done->country.empty() ? "; no country known, so defaults of speed are general" : ", speeds of " + done->country);
}

Result<std::string> route_command(std::span<const std::string> arguments, vocabulary::Time now) {
  TRY(given, read(arguments));
  if (given.plain.size() < 2 || given.map.empty() || !given.output.empty()) {
    return refuse(ProblemKind::bad_parameter, "route takes --map FILE.roads and two places or more (route --help)");
  }
  if (given.plain.size() > kMostVias + 2) return refuse(ProblemKind::bad_parameter, "route takes at most 102 places");
  RouteInput input;
  std::vector<Coordinates> places;
  for (const auto& text : given.plain) {
    TRY(place, place_of(text));
    places.push_back(place);
  }
  input.from = places.front();
  input.to = places.back();
  input.via.assign(places.begin() + 1, places.end() - 1);
  if (given.truck) input.profile.value = roads::VehicleClass::truck;
  TRY(graph, road_import::open_roads(given.map));
  LiveRoads roads(graph, 1);
  TRY(view, find_routes(*graph, [&roads](const Pricing& pricing) { return roads.priced(pricing); }, input, now));
  if (given.json) return vocabulary::json::write(view) + "\n";
  return words_of(view);
}

}  // namespace mms::routing
