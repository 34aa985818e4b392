// What sources say of the traffic, and what is kept of it.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "routing/rules/route_input.hpp"

namespace mms::routing {

BOOST_DEFINE_ENUM_CLASS(WayDirection, forward, backward, both)
BOOST_DEFINE_ENUM_CLASS(TrafficKind, speed, closed, cleared)

// The source of what tracked vehicles are seen to drive; nobody else may speak for it.
inline constexpr std::string_view kObservedSource = "observed";

// An OpenStreetMap way, in the direction in which it is drawn, against it, or both.
struct TrafficWay {
  Between<std::int64_t{1}, std::int64_t{0x1FFFFFFFFFFFFF}> id;
  Or<WayDirection::both> direction;
};
BOOST_DESCRIBE_STRUCT(TrafficWay, (), (id, direction))

using EdgeNumber = Between<std::int64_t{0}, std::int64_t{4'294'967'294}>;

// Exactly one of way, edge and line; exactly one of speed_kmh, closed and clear.
struct TrafficInput {
  Identifier source;
  std::optional<TrafficWay> way;
  std::optional<EdgeNumber> edge;              // of the loaded map
  std::optional<List<Coordinates, 500>> line;  // drawn along the road
  std::optional<Between<1.0, 300.0>> speed_kmh;
  Or<false> closed;
  Or<false> clear;                  // takes back what this source said
  std::optional<Time> reported_at;  // absent: now
  std::optional<Time> expires_at;   // absent: an hour after reported_at
};
BOOST_DESCRIBE_STRUCT(TrafficInput, (), (source, way, edge, line, speed_kmh, closed, clear, reported_at, expires_at))
void check_fields(Reading& in, const TrafficInput& input);
// Not the service's own.
void check_source(Reading& in, const Identifier& source);

// A report as it is stored and shown: of one direction of a way, one edge or one line.
struct TrafficView {
  std::string source;
  std::optional<std::int64_t> way_id;
  std::optional<WayDirection> direction;
  std::optional<std::int64_t> edge;
  std::optional<std::string> map;  // whose edge it is
  std::optional<std::vector<Coordinates>> line;
  TrafficKind kind{};
  std::optional<double> speed_kmh;
  Time reported_at;
  Time expires_at;
  std::string reported_by;
};
BOOST_DESCRIBE_STRUCT(
    TrafficView,
    (),
    (source, way_id, direction, edge, map, line, kind, speed_kmh, reported_at, expires_at, reported_by))

// What a view of a way or an edge is about.
template <class View>
std::string target_on_map(const View& view) {
  if (view.way_id) return fmt::format("way {} {}", *view.way_id, vocabulary::name_of(*view.direction));
  return fmt::format("edge {} {}", *view.edge, *view.map);
}
// The view, of this edge of the map or of each direction of this way.
template <class View>
std::vector<View> placed_on_map(View view,
                                const std::optional<TrafficWay>& way,
                                const std::optional<EdgeNumber>& edge,
                                std::string_view map) {
  if (edge) {
    view.edge = edge->value;
    view.map = map;
  }
  if (!way) return {std::move(view)};
  view.way_id = way->id.value;
  std::vector<View> views;
  for (const auto direction : {WayDirection::forward, WayDirection::backward}) {
    if (way->direction.value != WayDirection::both && way->direction.value != direction) continue;
    view.direction = direction;
    views.push_back(view);
  }
  return views;
}

// What the view is about, the same for the same thing; of a line, all its points.
std::string target_of(const TrafficView& view);
// One view, or two of a way in both directions.
std::vector<TrafficView> views_of(const TrafficInput& input, std::string_view map, std::string_view caller, Time now);
// What no single field shows about its times. Pointers begin with `pointer`.
std::vector<vocabulary::FieldError> time_faults_of(const TrafficInput& input, std::string_view pointer, Time now);

}  // namespace mms::routing
