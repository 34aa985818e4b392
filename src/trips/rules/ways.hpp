// Ways on roads for trips: asked and found beside the lane, carried by the command, used while the stops are the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trips/rules/trip.hpp"
#include "trips/rules/trip_input.hpp"

namespace mms::trips {

// Where a trip is to stop, in order, and what drives there.
struct WayAsked {
  std::vector<Point> stops;
  Sector sector = Sector::logistics;
  std::optional<Time> departure;  // nothing: now
};

// A way between these stops. The route's revision is the trip's affair.
struct FoundWay {
  std::vector<Point> stops;
  Sector sector = Sector::logistics;
  Route route;
  std::string line;  // encoded polyline of six digits
};

WayAsked way_of(const CreateTrip& input);
// The stops as the update leaves them; nothing when it leaves the way alone.
std::optional<WayAsked> way_of(const UpdateTrip& input, const Trip& stored);

// Between which stops waypoints are to be ordered; nothing when nobody asks for it, or there is nothing to order.
std::optional<WayAsked> order_of(const CreateTrip& input);
// From the last waypoint that was reached: it and those before it stay in front.
std::optional<WayAsked> order_of(const UpdateTrip& input, const Trip& stored);
// Puts the last waypoints into this order: of each place, which of them comes there, counted from 0.
void put_in_order(List<StopInput, 100>& waypoints, const std::vector<std::size_t>& order);

// The rest of its way from a place: over the stops that are left. Nothing when none is, or it is not on its way.
std::optional<WayAsked> rest_of(const Trip& trip, const Point& from);
// Whether the way leads over just the stops that are left.
bool is_for_rest(const FoundWay& way, const Trip& trip);

std::vector<Point> points_of(const Trip& trip);
// Whether a way was found for just these stops.
bool is_for(const FoundWay& way, const Trip& trip);

// The places of an encoded polyline of six digits; what is cut off at its end is left out.
std::vector<Point> points_of_polyline(std::string_view line);

}  // namespace mms::trips
