// The lines of routes under way, kept ready beside the path of the positions.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "database/database.hpp"
#include "trips/rules/route_line.hpp"

namespace mms::trips {

// The least recently used go first. Of a trip the newest route alone is kept. Threads: any.
class RouteLines {
 public:
  // A point takes 24 bytes.
  explicit RouteLines(std::size_t most_points = 1'000'000) : most_points_(most_points) {}
  RouteLines(const RouteLines&) = delete;
  RouteLines& operator=(const RouteLines&) = delete;

  using Line = std::shared_ptr<const RouteLine>;
  // The line of a route that is kept, null for one that is none; nothing when it is not kept.
  std::optional<Line> find(const TripId& id, int revision);
  void keep(const TripId& id, int revision, Line line);

 private:
  struct Kept {
    TripId id;
    int revision;
    Line line;
  };
  static std::size_t weight(const Kept& kept) { return kept.line ? kept.line->points() : 1; }
  void drop(std::list<Kept>::iterator kept);

  std::mutex mutex_;
  std::size_t most_points_;
  std::size_t points_ = 0;
  std::list<Kept> order_;  // the last used one first
  std::unordered_map<TripId, std::list<Kept>::iterator> kept_;
};

// The lines of trips' routes, each by its place; null for a route that is not on roads. Reads those that are not kept.
// Throws what the reader throws.
async::Task<std::vector<RouteLines::Line>> lines_of(RouteLines& lines,
                                                    database::Reader& reader,
                                                    const std::vector<const Trip*>& trips,
                                                    async::Deadline deadline);

}  // namespace mms::trips
