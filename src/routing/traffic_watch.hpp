// Brings what the tables say of the traffic and of usual speeds onto the roads of this process, whoever wrote it.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "database/database.hpp"
#include "routing/live_roads.hpp"
#include "routing/profile_store.hpp"
#include "routing/rules/traffic_input.hpp"

namespace mms::routing {

// The edges of this map that a report is about; none where the map has no such way or road, or is another one.
std::vector<roads::DirectedEdge> edges_of(LiveRoads& roads, const TrafficView& view);
std::vector<roads::DirectedEdge> edges_of(const LiveRoads& roads, const ProfileView& view);

struct WatchHooks {
  std::function<vocabulary::Time()> now;
  std::function<void(const std::string& what)> on_fault;
  std::chrono::milliseconds look{500};  // in force on every replica within two seconds
};

// Looks on a thread of its own. Lifetime: database and roads outlive it.
class TrafficWatch {
 public:
  // Returns when what was stored is in force, or after ten seconds in which the store could not be read.
  TrafficWatch(database::Database& database, LiveRoads& roads, WatchHooks hooks);
  ~TrafficWatch() { stop(); }
  TrafficWatch(const TrafficWatch&) = delete;
  TrafficWatch& operator=(const TrafficWatch&) = delete;
  void stop();

 private:
  async::Task<void> watch(std::function<void()> first_done);
  async::Task<void> read_new();
  async::Task<void> read_profiles();
  void make_next_hour();
  async::Task<void> forget_old();

  LiveRoads& roads_;
  WatchHooks hooks_;
  boost::asio::io_context context_{1};
  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<database::Appender> appender_;
  std::int64_t sequence_ = 0;
  ProfilesMark profiles_mark_;
  async::Deadline look_at_profiles_{};
  std::optional<WeekHour> hour_made_;
  vocabulary::Time forget_at_{};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace mms::routing
