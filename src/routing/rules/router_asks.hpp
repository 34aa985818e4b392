// What another routing server (OSRM or Valhalla) is asked, and what its answers say: OSRM's HTTP API, version 5, which
// Valhalla speaks too when asked for "format":"osrm".
#pragma once

#include <string>
#include <string_view>

#include "routing/rules/answers.hpp"
#include "vocabulary/problem.hpp"

namespace mms::routing {

BOOST_DEFINE_ENUM_CLASS(RouterKind, osrm, valhalla)

// An HTTP request; GET when the body is empty.
struct RouterAsk {
  std::string target;
  std::string body;
};

// Refuse what that server cannot do: no_map.
vocabulary::Result<RouterAsk> ask_routes(RouterKind kind, const RouteInput& input);
vocabulary::Result<RouterAsk> ask_matrix(RouterKind kind, const MatrixInput& input);
vocabulary::Result<RouterAsk> ask_nearest(RouterKind kind, const Coordinates& place, int count);
vocabulary::Result<RouterAsk> ask_match(RouterKind kind, const MatchInput& input);

// Refuse: no_route, invalid_fields (a place off its map, more than it takes), unavailable (an answer of another shape).
vocabulary::Result<RoutesView> routes_from(RouterKind kind, std::string_view body, const RouteInput& input, Time now);
vocabulary::Result<MatrixView> matrix_from(RouterKind kind, std::string_view body, const MatrixInput& input, Time now);
vocabulary::Result<NearestView> nearest_from(RouterKind kind, std::string_view body, double radius_m);
// What lies on no road is said point by point. These servers say how sure they are of a whole route: so sure its points
// are too. Edges are those of a loaded map, and absent.
vocabulary::Result<MatchView> match_from(RouterKind kind, std::string_view body, const MatchInput& input);

}  // namespace mms::routing
