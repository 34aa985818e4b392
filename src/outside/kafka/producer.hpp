// librdkafka's producer with an owner. Seen by kafka_sink.cpp and producer.cpp alone.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>

#include "outside/kafka/kafka_sink.hpp"

namespace mms::kafka {

// The properties that the guarantees rest on, behind those of the settings. Throws std::invalid_argument.
rd_kafka_conf_t* make_configuration(const KafkaSettings& settings);

// Threads: publish from the relay's; all else from the sink's.
class KafkaSink::Producer {
 public:
  // Throws std::runtime_error.
  Producer(KafkaSink& sink, std::uint64_t generation);
  // Gives up what is under way; may take a second.
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  rd_kafka_resp_err_t publish(const relay::Message& message, const std::string& content_type);
  // Serves delivery reports for at most so long.
  void poll(std::chrono::milliseconds most);
  // Why nothing can be published to the topic, in words; empty when it is there. May take seconds.
  std::string trouble_with(const std::string& topic, bool create);

 private:
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  static void failed(rd_kafka_t* handle, int error, const char* reason, void* self);

  KafkaSink& sink_;
  std::uint64_t generation_;
  rd_kafka_t* handle_ = nullptr;
};

}  // namespace mms::kafka
