// Lines from the table of routes.
#include "trips/route_lines.hpp"

#include "trips/trip_store.hpp"

namespace mms::trips {

std::optional<RouteLines::Line> RouteLines::find(const TripId& id, int revision) {
  const std::scoped_lock lock(mutex_);
  const auto at = kept_.find(id);
  if (at == kept_.end() || at->second->revision != revision) return std::nullopt;
  order_.splice(order_.begin(), order_, at->second);
  return at->second->line;
}

void RouteLines::keep(const TripId& id, int revision, Line line) {
  const std::scoped_lock lock(mutex_);
  if (const auto at = kept_.find(id); at != kept_.end()) {
    if (at->second->revision > revision) return;
    drop(at->second);
  }
  order_.push_front({id, revision, std::move(line)});
  kept_[id] = order_.begin();
  points_ += weight(order_.front());
  while (points_ > most_points_ && order_.size() > 1) drop(std::prev(order_.end()));
}

void RouteLines::drop(std::list<Kept>::iterator kept) {
  points_ -= weight(*kept);
  kept_.erase(kept->id);
  order_.erase(kept);
}

async::Task<std::vector<RouteLines::Line>> lines_of(RouteLines& lines,
                                                    database::Reader& reader,
                                                    const std::vector<const Trip*>& trips,
                                                    async::Deadline deadline) {
  std::vector<RouteLines::Line> found(trips.size());
  std::vector<std::size_t> missing;
  std::vector<RouteKey> keys;
  for (std::size_t i = 0; i < trips.size(); ++i) {
    const auto& trip = *trips[i];
    if (!trip.route || trip.route->source == RouteSource::geodesic) continue;
    if (auto kept = lines.find(trip.id, trip.route->revision)) {
      found[i] = std::move(*kept);
    } else {
      missing.push_back(i);
      keys.push_back({trip.id, trip.route->revision});
    }
  }
  if (missing.empty()) co_return found;
  const auto rows = co_await reader.run_one(find_route_bodies(keys), deadline);
  for (std::size_t k = 0; k < missing.size(); ++k) {
    const auto& trip = *trips[missing[k]];
    auto& line = found[missing[k]];
    if (!rows[k].is_null(0)) line = RouteLine::of(points_of_route(std::string(rows[k].text(0))), *trip.route);
    lines.keep(trip.id, trip.route->revision, line);
  }
  co_return found;
}

}  // namespace mms::trips
