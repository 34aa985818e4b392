// Feeds the speeds of tracked vehicles into the traffic.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "database/database.hpp"
#include "routing/live_roads.hpp"
#include "routing/rules/observed_speeds.hpp"
#include "routing/traffic_watch.hpp"

namespace mms::routing {

// Where a vehicle was on one trip; what comes later of the same trip goes on from there.
struct SeenVehicle {
  std::string trip;
  std::string vehicle;
  roads::VehicleClass vehicle_class{};
  std::vector<roads::Coordinate> stops;
  struct Point {
    roads::Coordinate place;
    Time at;
    std::optional<double> accuracy_m;
  };
  std::vector<Point> points;
};

// Matches what it has seen every few seconds on a thread of its own, and stores what came of it as reports of the
// source "observed", so that every replica has it. Of a service with several replicas each counts the vehicles that
// report to it. Lifetime: database and roads outlive it.
class SpeedObserver {
 public:
  SpeedObserver(database::Database& database, LiveRoads& roads, std::size_t least_vehicles, WatchHooks hooks);
  ~SpeedObserver() { stop(); }
  SpeedObserver(const SpeedObserver&) = delete;
  SpeedObserver& operator=(const SpeedObserver&) = delete;
  void stop();

  // Threads: any; never waits. Beyond 10,000 waiting it is dropped, and counted.
  void see(SeenVehicle seen);
  std::uint64_t dropped() const { return dropped_; }
  std::size_t edges() const { return edges_; }

 private:
  async::Task<void> watch();
  async::Task<void> say(Time now);
  void take_in(Time now);
  void match(SeenVehicle& trip, Time now);

  LiveRoads& roads_;
  WatchHooks hooks_;
  boost::asio::io_context context_{1};
  std::unique_ptr<database::Appender> appender_;
  std::mutex waiting_lock_;
  std::vector<SeenVehicle> waiting_;
  std::map<std::string, SeenVehicle> trips_;
  ObservedSpeeds observed_;
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::size_t> edges_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace mms::routing
