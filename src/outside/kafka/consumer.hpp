// librdkafka's consumer with an owner. Seen by kafka_source.cpp and consumer.cpp alone.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "outside/kafka/kafka_source.hpp"

namespace mms::kafka {

// Throws std::invalid_argument.
rd_kafka_conf_t* make_configuration(const SourceSettings& settings);

// Threads: the source's.
class KafkaSource::Consumer {
 public:
  // Throws std::runtime_error.
  explicit Consumer(KafkaSource& source);
  // Tells the broker what was settled and leaves the group; may take seconds.
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Asks for the topics, makes those that it shall make, and reads those that are there. What is wrong, in words.
  std::string look_at_topics();
  // Waits for a message at most so long, and serves the group; false when there was none.
  bool poll(std::chrono::milliseconds most);
  // Tells the broker what was settled since it was last told; `wait`: until it has answered.
  void commit(bool wait);
  // While paused nothing comes, and the group is served all the same.
  void pause(bool on);
  bool is_paused() const { return paused_; }
  // Not to be mended but by another consumer.
  bool is_broken() const { return broken_; }
  // Where the partitions end, for the lag.
  void note_ends();

 private:
  static void rebalance(rd_kafka_t*, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* which, void* self);
  static void committed(rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* which, void* self);
  static void failed(rd_kafka_t* handle, int error, const char* reason, void* self);
  void assign(rd_kafka_topic_partition_list_t* which);
  void revoke();
  void take(const rd_kafka_message_t& message);
  void fail(rd_kafka_resp_err_t error, const char* words);

  KafkaSource& source_;
  rd_kafka_t* handle_ = nullptr;
  std::vector<std::string> subscribed_;
  bool paused_ = false;
  bool broken_ = false;
};

}  // namespace mms::kafka
