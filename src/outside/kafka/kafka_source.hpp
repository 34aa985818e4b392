// Kafka behind the port MessageSource: a member of a consumer group.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "inbound/message_source.hpp"

namespace mms::kafka {

struct SourceSettings {
  std::string brokers;  // host:port, separated by commas
  std::string group;
  std::vector<std::string> topics;  // those that are missing are waited for; the others are read meanwhile
  bool create_topics = false;
  std::vector<std::string> options;  // more of librdkafka's properties, each name=value
  std::size_t most_messages = 2000;  // that wait to be taken; beyond either the partitions are paused
  std::size_t most_bytes = 16U << 20U;
};

struct SourceHooks {
  std::function<void(const std::string&)> on_fault;
  std::function<void()> commit_failed;
};

// Threads: as the port says. Lifetime: the hooks' owners outlive it; its destructor waits for its thread, at most some
// seconds.
class KafkaSource final : public inbound::MessageSource {
 public:
  // Throws std::invalid_argument for an option that librdkafka does not know or take.
  KafkaSource(SourceSettings settings, SourceHooks hooks);
  ~KafkaSource() override { close(); }
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  void open(std::function<void()> wake) override;
  void close() override;
  std::vector<inbound::Message> take(std::size_t most) override;
  void settle(const inbound::Place& place) override;
  std::string trouble() const override;
  std::int64_t lag() const override;

 private:
  class Consumer;
  friend class Consumer;
  using PartitionName = std::pair<std::string, int>;
  // One that this member of the group was given.
  struct Partition {
    std::uint64_t assignment = 0;
    std::int64_t next = -1;       // the first offset that is not settled; -1: nothing was read yet
    std::int64_t committed = -1;  // what the broker was last told of it
    std::int64_t end = 0;         // the offset that the next message will have, as far as is known
  };

  void serve();
  void run();
  void give(inbound::Message message);
  bool is_full() const;
  void set_trouble(const std::string& words);
  void wait_a_while(std::chrono::milliseconds most);

  SourceSettings settings_;
  SourceHooks hooks_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::function<void()> wake_;
  std::deque<inbound::Message> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::map<PartitionName, Partition> partitions_;
  std::uint64_t assignments_ = 0;
  std::string trouble_;
  std::thread thread_;
};

}  // namespace mms::kafka
