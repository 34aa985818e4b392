// The relay to Kafka, on a thread of its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>

#include "database/database.hpp"
#include "outside/kafka/kafka_sink.hpp"
#include "relay/relay.hpp"
#include "relay/replay_routes.hpp"
#include "relay/replayer.hpp"
#include "service/observe.hpp"
#include "service/settings.hpp"
#include "telemetry/metrics.hpp"

namespace mms::service {

// Lifetime: database, bell, observation and metrics outlive it; the bell is not rung after stop().
class Relaying {
 public:
  // `holder`: what no other process is called. Events are sent again on a thread beside. Throws std::invalid_argument
  // for wrong KAFKA_OPTIONS.
  Relaying(database::Database& database,
           relay::CommitBell& bell,
           const Settings& settings,
           std::string holder,
           Observation& observation,
           telemetry::Metrics& metrics);
  ~Relaying() { stop(); }
  Relaying(const Relaying&) = delete;
  Relaying& operator=(const Relaying&) = delete;

  void start();
  // What is under way is waited for, and the lease is given back.
  void stop();
  const relay::RelayState& state() const { return relay_.state(); }

 private:
  boost::asio::io_context context_{1};
  kafka::KafkaSink sink_;
  relay::Relay relay_;
  std::thread thread_;
  boost::asio::io_context replay_context_{1};
  relay::Replayer replayer_;
  std::thread replay_thread_;
};

// Where replays may write to, by the settings.
relay::ReplayTopics replay_topics(const Settings& settings);

}  // namespace mms::service
