// Trips' wishes as routes, on the pool of the roads, and no later than the deadline.
#include "service/trip_roads.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include "routing/rules/plan_answers.hpp"
#include "routing/rules/route_answers.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::service {
namespace {

using trips::FoundWays;
using trips::StopOrders;
using trips::WayAsked;
using vocabulary::Result;

roads::VehicleClass class_of(trips::Sector sector) {
  const bool heavy = sector == trips::Sector::logistics || sector == trips::Sector::mining;
  return heavy ? roads::VehicleClass::truck : roads::VehicleClass::car;
}

vocabulary::Coordinates place_of(const trips::Point& p) {
  return {{p.latitude}, {p.longitude}};
}

routing::RouteInput input_of(const WayAsked& asked) {
  routing::RouteInput input;
  input.from = place_of(asked.stops.front());
  input.to = place_of(asked.stops.back());
  for (std::size_t i = 1; i + 1 < asked.stops.size(); ++i) input.via.push_back(place_of(asked.stops[i]));
  input.departure = asked.departure;
  input.profile.value = class_of(asked.sector);
  input.geometry.value = routing::GeometryFormat::polyline6;
  input.steps.value = false;
  return input;
}

// Nothing where no road leads.
std::optional<trips::FoundWay> find_one(routing::LiveRoads& live, const WayAsked& asked, vocabulary::Time now) {
  const auto book = [&live](const routing::Pricing& pricing) { return live.priced(pricing); };
  const auto found = routing::find_routes(live.graph(), book, input_of(asked), now);
  if (!found || found->routes.empty()) return std::nullopt;
  const auto& offer = found->routes.front();
  trips::FoundWay way{.stops = asked.stops, .sector = asked.sector, .route = {}, .line = {}};
  way.route.source = trips::RouteSource::roads;
  way.route.distance_m = offer.distance_m;
  way.route.duration_s = offer.duration_s;
  for (const auto& leg : offer.legs) way.route.legs.push_back({leg.distance_m, leg.duration_s});
  way.line = vocabulary::json::from_stored<std::string>(offer.geometry.json);
  return way;
}

// The planner's order; stops that no road leads to come last, as they were sent.
std::vector<std::size_t> order_one(routing::LiveRoads* live,
                                   const WayAsked& asked,
                                   vocabulary::Time now,
                                   const std::function<double()>& share_used) {
  const auto middle = asked.stops.size() - 2;
  routing::RoutePlanInput input;
  input.start = place_of(asked.stops.front());
  input.end = place_of(asked.stops.back());
  input.departure = asked.departure;
  input.profile.value = class_of(asked.sector);
  for (std::size_t i = 1; i <= middle; ++i) {
    const auto place = place_of(asked.stops[i]);
    input.stops.emplace_back().latitude = place.latitude;
    input.stops.back().longitude = place.longitude;
  }
  auto plan = [&] {
    if (live == nullptr) return routing::plan_geodesic(input, now, share_used);
    const auto book = [live](const routing::Pricing& pricing) { return live->priced(pricing); };
    auto on_roads = routing::plan_on_roads(live->graph(), book, input, now, share_used);
    // A stop off the map: then as the crow flies.
    return on_roads ? std::move(on_roads) : routing::plan_geodesic(input, now, share_used);
  }();
  std::vector<std::size_t> order;
  std::vector<bool> is_placed(middle);
  const auto place = [&](std::size_t stop) {
    if (is_placed[stop]) return;
    is_placed[stop] = true;
    order.push_back(stop);
  };
  if (plan) {
    for (const auto& visit : plan->visits) place(static_cast<std::size_t>(visit.stop));
  }
  for (std::size_t i = 0; i < middle; ++i) place(i);
  return order;
}

// What `work` answers, or nothing at the deadline: then it goes on unheard.
async::Task<std::optional<FoundWays>> by(async::Deadline deadline,
                                         async::Task<Result<FoundWays>> work,
                                         std::function<void(const std::string&)> on_fault) {
  using Answer = std::optional<FoundWays>;
  using Timer =
      boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor>;
  struct Race {
    Race(const async::Executor& executor, async::Resume<Answer> r) : timer(executor), resume(std::move(r)) {}
    Timer timer;
    async::Resume<Answer> resume;
  };
  co_return co_await async::suspend<Answer>([&](async::Resume<Answer> resume) {
    const auto executor = resume.executor();
    // Both ends run on this thread.
    const auto race = std::make_shared<Race>(executor, std::move(resume));
    race->timer.expires_at(deadline);
    race->timer.async_wait([race](const boost::system::error_code& error) {
      if (!error && race->resume) race->resume.here(std::nullopt);
    });
    boost::asio::co_spawn(executor, std::move(work),
                          [race, on_fault = std::move(on_fault)](std::exception_ptr failed, Result<FoundWays> found) {
                            if (failed) on_fault("a way for a trip was not found: an exception");
                            if (!race->resume) return;
                            race->timer.cancel();
                            race->resume.here(failed || !found ? Answer() : Answer(std::move(*found)));
                          });
  });
}

}  // namespace

trips::FindWays trip_ways(routing::RoadWork& work,
                          std::function<vocabulary::Time()> now,
                          std::function<void(const std::string&)> on_fault) {
  if (work.roads == nullptr) return {};
  return [&work, now = std::move(now), on_fault = std::move(on_fault)](
             std::vector<WayAsked> asked, async::Deadline deadline) -> async::Task<FoundWays> {
    const auto count = asked.size();
    auto& workshop = count > 1 ? work.heavy : work.quick;
    auto looking = workshop.run(
        deadline, [asked = std::move(asked), deadline, roads = work.roads, at = now()]() -> Result<FoundWays> {
          FoundWays ways(asked.size());
          for (std::size_t i = 0; i < asked.size() && async::Clock::now() < deadline; ++i) {
            ways[i] = find_one(*roads, asked[i], at);
          }
          return ways;
        });
    auto found = co_await by(deadline, std::move(looking), on_fault);
    co_return found ? std::move(*found) : FoundWays(count);
  };
}

trips::OrderStops trip_orders(routing::RoadWork& work, std::function<vocabulary::Time()> now) {
  return [&work, now = std::move(now)](std::vector<WayAsked> asked,
                                       async::Deadline deadline) -> async::Task<Result<StopOrders>> {
    auto looking = work.heavy.run(
        deadline, [asked = std::move(asked), deadline, roads = work.roads, at = now()]() -> Result<StopOrders> {
          StopOrders orders;
          for (const auto& one : asked) {
            const auto left = (deadline - async::Clock::now()) / static_cast<long>(asked.size() - orders.size());
            orders.push_back(order_one(roads, one, at, routing::time_for(one.stops.size() - 2, left)));
          }
          return orders;
        });
    co_return co_await std::move(looking);
  };
}

trips::FindRest trip_rest(routing::RoadWork& work, std::function<vocabulary::Time()> now) {
  if (work.roads == nullptr) return {};
  return [&work, now = std::move(now)](
             WayAsked asked, async::Deadline deadline) -> async::Task<Result<std::optional<trips::FoundWay>>> {
    auto looking = work.quick.run(
        deadline,
        [asked = std::move(asked), roads = work.roads, at = now()]() -> Result<std::optional<trips::FoundWay>> {
          return find_one(*roads, asked, at);
        });
    co_return co_await std::move(looking);
  };
}

trips::OnTrack trip_sightings(routing::SpeedObserver* observer) {
  if (observer == nullptr) return {};
  return [observer](const trips::Trip& trip, const std::vector<trips::Position>& positions) {
    routing::SeenVehicle seen{.trip = vocabulary::to_text(trip.id),
                              .vehicle = {},
                              .vehicle_class = class_of(trip.sector),
                              .stops = {},
                              .points = {}};
    seen.vehicle = trip.vehicle_id.value_or(seen.trip);
    for (const auto& stop : trips::stops_of(trip))
      seen.stops.push_back(roads::coordinate(stop.latitude, stop.longitude));
    for (const auto& p : positions) {
      seen.points.push_back({roads::coordinate(p.latitude, p.longitude), p.recorded_at, p.accuracy_m});
    }
    observer->see(std::move(seen));
  };
}

}  // namespace mms::service
