// A queue, traces by trip, and reports.
#include "routing/speed_observer.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "routing/traffic_store.hpp"

namespace mms::routing {
namespace {

constexpr std::size_t kMostWaiting = 10'000, kMostTrips = 20'000, kMostPoints = 1'000, kReportsAtOnce = 1'000;
constexpr std::size_t kEnoughPoints = 6;
constexpr std::chrono::seconds kQuiet{20}, kGone{300}, kOld{600};

std::shared_ptr<const Priced> distances_for(LiveRoads& roads, roads::VehicleClass vehicle_class) {
  Pricing pricing;
  pricing.vehicle = vehicle_class == roads::VehicleClass::truck ? roads::usual_truck() : roads::usual_car();
  pricing.shares = roads::only(roads::Objective::distance);
  pricing.traffic = false;
  return roads.priced(pricing);
}

}  // namespace

SpeedObserver::SpeedObserver(database::Database& database,
                             LiveRoads& roads,
                             std::size_t least_vehicles,
                             WatchHooks hooks)
    : roads_(roads),
      hooks_(std::move(hooks)),
      appender_(database.open_appender(context_)),
      observed_({.least_vehicles = least_vehicles}) {
  boost::asio::co_spawn(context_, watch(), boost::asio::detached);
  thread_ = std::thread([this] { context_.run(); });
}

void SpeedObserver::stop() {
  stopping_ = true;
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
}

void SpeedObserver::see(SeenVehicle seen) {
  const std::lock_guard lock(waiting_lock_);
  if (waiting_.size() >= kMostWaiting) {
    ++dropped_;
    return;
  }
  waiting_.push_back(std::move(seen));
}

async::Task<void> SpeedObserver::watch() {
  boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> alarm(
      co_await boost::asio::this_coro::executor);
  while (!stopping_) {
    alarm.expires_after(hooks_.look);
    co_await alarm.async_wait(async::use_task);
    try {
      const auto now = hooks_.now();
      take_in(now);
      co_await say(now);
    } catch (const std::exception& e) {  // the store is away: what is not said now is said when it is due again
      hooks_.on_fault(e.what());
    }
  }
}

void SpeedObserver::take_in(Time now) {
  std::vector<SeenVehicle> seen;
  {
    const std::lock_guard lock(waiting_lock_);
    seen.swap(waiting_);
  }
  for (auto& one : seen) {
    // What is sent hours later says nothing of now.
    std::erase_if(one.points, [&](const auto& point) { return point.at + kOld <= now; });
    if (one.points.empty()) continue;
    if (!trips_.contains(one.trip) && trips_.size() >= kMostTrips) {
      ++dropped_;
      continue;
    }
    auto points = std::move(trips_[one.trip].points);
    points.insert(points.end(), one.points.begin(), one.points.end());
    one.points = std::move(points);
    trips_[one.trip] = std::move(one);
  }
  for (auto it = trips_.begin(); it != trips_.end();) {
    match(it->second, now);
    it = it->second.points.empty() || it->second.points.back().at + kGone <= now ? trips_.erase(it) : std::next(it);
  }
  edges_ = observed_.edges();
}

void SpeedObserver::match(SeenVehicle& trip, Time now) {
  auto& points = trip.points;
  std::ranges::sort(points, {}, &SeenVehicle::Point::at);
  points.erase(std::ranges::unique(points, {}, &SeenVehicle::Point::at).begin(), points.end());
  if (points.size() > kMostPoints) points.erase(points.begin(), points.end() - kMostPoints);
  const bool enough = points.size() >= kEnoughPoints || (points.size() > 1 && points.back().at + kQuiet <= now);
  if (!enough) return;
  std::vector<roads::TracePoint> trace;
  const auto begin = points.front().at;
  for (const auto& point : points) {
    trace.push_back({point.place, std::chrono::duration<double>(point.at - begin).count(), point.accuracy_m});
  }
  const auto priced = distances_for(roads_, trip.vehicle_class);
  const auto passes = passes_of(roads_.graph(), *priced->model, priced->metric, trace, begin, trip.stops);
  const auto vehicle = std::hash<std::string>()(trip.vehicle);
  for (const auto& pass : passes) observed_.add(vehicle, pass);
  points.erase(points.begin(), points.end() - 1);  // the next stretch begins where this one ended
}

async::Task<void> SpeedObserver::say(Time now) {
  std::vector<TrafficView> views;
  const roads::CostModel& car = *distances_for(roads_, roads::VehicleClass::car)->model;
  const auto due = observed_.due(now);
  for (std::size_t i = 0; i < due.size(); ++i) {
    TrafficView view{.source = std::string(kObservedSource)};
    view.edge = due[i].edge;
    view.map = roads_.map_id();
    view.kind = TrafficKind::speed;
    view.speed_kmh = std::clamp(std::round(due[i].ratio * car.speed_kmh(due[i].edge) * 10) / 10, 1.0, 300.0);
    view.reported_at = now;
    view.expires_at = due[i].expires_at;
    view.reported_by = kObservedSource;
    views.push_back(std::move(view));
    if (views.size() < kReportsAtOnce && i + 1 < due.size()) continue;
    co_await appender_->append(put_traffic(views));
    views.clear();
  }
}

}  // namespace mms::routing
