// What vehicles send on Kafka, taken in on a thread of its own.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>

#include "crypto/random.hpp"
#include "database/database.hpp"
#include "inbound/intake.hpp"
#include "lanes/lane.hpp"
#include "outside/kafka/kafka_sink.hpp"
#include "outside/kafka/kafka_source.hpp"
#include "service/observe.hpp"
#include "service/settings.hpp"
#include "telemetry/metrics.hpp"
#include "trips/vehicle_track.hpp"

namespace mms::service {

// Whether there is anything to take in, by the settings.
bool takes_in(const Settings& settings);

// Lifetime: database, lane, observation and metrics outlive it; the lane serves until stop() has returned.
class TakingIn {
 public:
  // Throws std::invalid_argument for wrong KAFKA_OPTIONS.
  TakingIn(database::Database& database,
           lanes::Lane& lane,
           const Settings& settings,
           Observation& observation,
           telemetry::Metrics& metrics,
           trips::SharedTracking& tracking,
           trips::OnTrack on_track,
           trips::Rerouter* rerouter);
  ~TakingIn() { stop(); }
  TakingIn(const TakingIn&) = delete;
  TakingIn& operator=(const TakingIn&) = delete;

  void start();
  // What is under way is stored, and the group is left.
  void stop();
  const inbound::IntakeState& state() const { return intake_.state(); }

 private:
  boost::asio::io_context context_{1};
  std::atomic<bool> stopping_{false};
  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<database::Appender> appender_;
  crypto::RandomIdSource ids_;
  trips::VehicleTrackTools track_tools_;
  kafka::KafkaSource source_;
  kafka::KafkaSink letters_;
  inbound::Intake intake_;
  std::thread thread_;
};

}  // namespace mms::service
