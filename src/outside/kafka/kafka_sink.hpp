// Kafka behind the port EventSink.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "relay/event_sink.hpp"

namespace mms::kafka {

struct KafkaSettings {
  std::string brokers;               // host:port, separated by commas
  std::vector<std::string> topics;   // all that will be published to: they must be there before the first message
  bool create_topics = false;        // makes the missing ones, with the broker's number of partitions
  std::vector<std::string> options;  // more of librdkafka's properties, each name=value: TLS, SASL
  std::string content_type;          // header of every message
};

// Threads: as the port says. Lifetime: on_fault outlives it; its destructor waits for its thread, at most some seconds.
class KafkaSink final : public relay::EventSink {
 public:
  using OnFault = std::function<void(const std::string&)>;
  // Throws std::invalid_argument for an option that librdkafka does not know or take.
  KafkaSink(KafkaSettings settings, OnFault on_fault);
  ~KafkaSink() override;
  KafkaSink(const KafkaSink&) = delete;
  KafkaSink& operator=(const KafkaSink&) = delete;

  void open(std::function<void()> wake) override;
  void close() override;
  bool publish(const relay::Message& message) override;
  std::vector<relay::Delivery> take_deliveries() override;
  std::string trouble() const override;

 private:
  class Producer;
  friend class Producer;
  void serve();
  void run(std::uint64_t generation);
  bool topics_are_there(Producer& producer, std::uint64_t generation);
  void look_again(Producer& producer, std::uint64_t generation);
  bool is_current(std::uint64_t generation) const { return generation_.load() == generation; }
  void wait_a_while(std::uint64_t generation);
  void report(std::uint64_t generation, std::int64_t sequence, bool arrived, const std::string& why);
  void set_trouble(std::uint64_t generation, const std::string& words);

  KafkaSettings settings_;
  OnFault on_fault_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<std::uint64_t> generation_{0};  // of what was opened last
  bool wanted_ = false;
  bool ending_ = false;
  std::function<void()> wake_;
  std::shared_ptr<Producer> ready_;
  std::vector<relay::Delivery> deliveries_;
  std::string trouble_;
  std::thread thread_;
};

}  // namespace mms::kafka
