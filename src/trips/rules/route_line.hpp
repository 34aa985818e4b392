// A route's line, made ready for finding a vehicle's place on it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "trips/rules/geodesy.hpp"
#include "trips/rules/trip.hpp"

namespace mms::trips {

// What is known of where on the line a vehicle may be. Places are metres from the line's beginning.
struct Sought {
  Point here;
  double from_m = 0;  // not before
  double to_m = 0;    // not behind
  // Where it should be by what it drove since its last place. Nothing: it has none; then earlier places are preferred.
  std::optional<double> expected_m;
  std::optional<double> heading_deg;  // of one that moves
  double near_m = 0;                  // at most so far beside the line it is on it
};

struct PlaceOnLine {
  double along_m = 0;
  double away_m = 0;  // beside the line
};

// Its length is the route's distance: what the line measures on our sphere is stretched to it, so that legs and line
// agree. Threads: any, when made.
class RouteLine {
 public:
  // Null when the points are no line, or the route has no length or no legs.
  static std::shared_ptr<const RouteLine> of(std::vector<Point> points, const Route& route);

  // A line may cross itself or come back on the same road: the place is the one that lies near the point and agrees
  // with what was driven and with the heading. Looks no farther ahead than it must.
  PlaceOnLine find(const Sought& sought) const;

  double length_m() const { return leg_ends_.back(); }
  // Where leg `leg` begins; that of the count of legs is the end.
  double begin_of(std::size_t leg) const { return leg == 0 ? 0 : leg_ends_[leg - 1]; }
  std::size_t legs() const { return leg_ends_.size(); }
  Point point_at(double along_m) const;
  std::size_t points() const { return points_.size(); }

 private:
  struct Best;
  void look(const Sought& sought, double from_m, double to_m, Best& best) const;
  std::size_t segment_at(double along_m) const;

  std::vector<Point> points_;
  std::vector<double> along_;  // of each point
  std::vector<double> leg_ends_;
};

}  // namespace mms::trips
