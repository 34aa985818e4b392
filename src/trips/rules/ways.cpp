// Stops to points, and encoded lines to points.
#include "trips/rules/ways.hpp"

#include <algorithm>

namespace mms::trips {
namespace {

Point point_of(const StopInput& stop) {
  return {stop.latitude, stop.longitude};
}

void append(std::vector<Point>& points, const std::vector<StopInput>& stops) {
  for (const auto& stop : stops) points.push_back(point_of(stop));
}

}  // namespace

WayAsked way_of(const CreateTrip& input) {
  WayAsked asked{.stops = {point_of(input.origin)}, .sector = input.sector, .departure = input.scheduled_start_time};
  append(asked.stops, input.waypoints);
  asked.stops.push_back(point_of(input.destination));
  return asked;
}

std::optional<WayAsked> way_of(const UpdateTrip& input, const Trip& stored) {
  if (!input.origin.value && !input.destination.value && !input.waypoints.value && !input.sector.value) return {};
  WayAsked asked{
      .stops = {},
      .sector = input.sector.value.value_or(stored.sector),
      .departure = input.scheduled_start_time.present ? input.scheduled_start_time.value : stored.scheduled_start_time};
  asked.stops.push_back(input.origin.value ? point_of(*input.origin.value) : point_of(stored.origin));
  if (input.waypoints.value) {
    append(asked.stops, *input.waypoints.value);
  } else {
    for (const auto& stop : stored.waypoints) asked.stops.push_back(point_of(stop));
  }
  asked.stops.push_back(input.destination.value ? point_of(*input.destination.value) : point_of(stored.destination));
  return asked;
}

std::optional<WayAsked> order_of(const CreateTrip& input) {
  if (!input.optimize_stops || input.waypoints.size() < 2) return std::nullopt;
  return way_of(input);
}

std::optional<WayAsked> order_of(const UpdateTrip& input, const Trip& stored) {
  if (!input.optimize_stops.value.value_or(false) || !input.waypoints.value) return std::nullopt;
  const auto reached =
      std::ranges::count_if(stored.waypoints, [](const Stop& stop) { return stop.reached_at.has_value(); });
  auto asked = way_of(input, stored);
  // The origin and what was reached lie behind, but for the last of them.
  if (asked->stops.size() < static_cast<std::size_t>(reached) + 4) return std::nullopt;
  asked->stops.erase(asked->stops.begin(), asked->stops.begin() + reached);
  return asked;
}

void put_in_order(List<StopInput, 100>& waypoints, const std::vector<std::size_t>& order) {
  const auto first = waypoints.size() - order.size();
  const List<StopInput, 100> before = waypoints;
  for (std::size_t i = 0; i < order.size(); ++i) waypoints[first + i] = before[first + order[i]];
}

std::optional<WayAsked> rest_of(const Trip& trip, const Point& from) {
  const auto next = next_stop_of(trip);
  if (!next) return std::nullopt;
  WayAsked asked{.stops = points_of(trip), .sector = trip.sector, .departure = {}};
  asked.stops.erase(asked.stops.begin(), asked.stops.begin() + *next);
  asked.stops.insert(asked.stops.begin(), from);
  return asked;
}

bool is_for_rest(const FoundWay& way, const Trip& trip) {
  if (way.stops.empty() || way.sector != trip.sector) return false;
  const auto rest = rest_of(trip, way.stops.front());
  return rest && rest->stops == way.stops;
}

std::vector<Point> points_of(const Trip& trip) {
  std::vector<Point> points;
  for (const auto& stop : stops_of(trip)) points.push_back(point_of(stop));
  return points;
}

bool is_for(const FoundWay& way, const Trip& trip) {
  return way.sector == trip.sector && way.stops == points_of(trip);
}

std::vector<Point> points_of_polyline(std::string_view line) {
  constexpr double kUnits = 1e6;  // to a degree; divided, so that what was rounded is the nearest number
  std::vector<Point> points;
  std::int64_t sums[2] = {0, 0};
  for (std::size_t at = 0; at < line.size();) {
    for (auto& sum : sums) {
      std::uint64_t bits = 0;
      bool more = true;
      for (unsigned shift = 0; more && shift < 60; shift += 5) {
        if (at == line.size()) return points;
        const auto digit = static_cast<std::uint64_t>(static_cast<unsigned char>(line[at++]) - 63) & 0x3f;
        bits |= (digit & 0x1f) << shift;
        more = digit >= 0x20;
      }
      sum += static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
    }
    points.push_back({static_cast<double>(sums[0]) / kUnits, static_cast<double>(sums[1]) / kUnits});
  }
  return points;
}

}  // namespace mms::trips
