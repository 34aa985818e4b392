// Places on the roads: where a request's places lie, nearest roads, traces.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "roads/match.hpp"
#include "roads/road_graph.hpp"
#include "routing/rules/answers.hpp"
#include "routing/rules/pricing.hpp"

namespace mms::routing {

// A place of a request and the JSON Pointer to it.
struct AskedPlace {
  roads::Coordinate place;
  std::string pointer;
};
// "/from", then "/via/0" …
std::vector<AskedPlace> places_of(std::span<const Coordinates> places, std::string_view pointer);

// Where each lies on the roads that are open to the vehicle, within five kilometres.
// Refuses: invalid_fields with every place that is off the map or in an area that is to be avoided.
vocabulary::Result<std::vector<roads::RoadPosition>> snap_all(const roads::RoadGraph& graph,
                                                              const Priced& priced,
                                                              const Pricing& pricing,
                                                              std::span<const AskedPlace> places);
PlaceOnRoad view_of(const roads::RoadGraph& graph, const roads::RoadPosition& position);

LineText line_of(std::span<const roads::Coordinate> line, GeometryFormat format);

NearestView find_nearest(
    const roads::RoadGraph& graph, const Priced& priced, roads::Coordinate place, std::size_t count, double radius_m);

// Never refuses: what lies on no road is said point by point.
MatchView match(const roads::RoadGraph& graph, const PriceBook& book, const MatchInput& input);

}  // namespace mms::routing
