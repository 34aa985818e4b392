// What runs beside the requests: timers, missions that start themselves, housekeeping, figures of the store.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>

#include "database/database.hpp"
#include "lanes/lane.hpp"
#include "missions/auto_start.hpp"
#include "service/monitoring.hpp"
#include "service/observe.hpp"
#include "service/settings.hpp"

namespace mms::service {

// On a thread of its own, until stop(). Everything handed in outlives it.
class Background {
 public:
  Background(database::Database& database,
             lanes::Lane& lane,
             missions::AutoStart& auto_start,
             Monitoring& monitoring,
             Observation& observation,
             const Settings& settings);
  ~Background() { stop(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  void stop();

 private:
  boost::asio::io_context context_{1};
  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<database::Appender> appender_;
  missions::AutoStart& auto_start_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace mms::service
