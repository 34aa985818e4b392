// Calls of librdkafka.
#include "outside/kafka/consumer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "outside/kafka/client.hpp"

namespace mms::kafka {
namespace {

void set_all(rd_kafka_conf_t* configuration, const SourceSettings& settings) {
  // These may be chosen otherwise.
  set(configuration, "session.timeout.ms", "6000");  // so long what a dead replica had waits for another one
  set(configuration, "heartbeat.interval.ms", "1500");
  set(configuration, "queued.max.messages.kbytes", "16384");
  set(configuration, "queued.min.messages", "2000");
  set_connection(configuration, settings.brokers, settings.options);
  set(configuration, "group.id", settings.group);
  // Offsets are told when what the messages say is stored, and not when they are read.
  set(configuration, "enable.auto.commit", "false");
  set(configuration, "enable.auto.offset.store", "false");
  set(configuration, "auto.offset.reset", "earliest");
  set(configuration, "allow.auto.create.topics", "false");
  set(configuration, "partition.assignment.strategy", "range,roundrobin");
}

struct ListEnds {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
using List = std::unique_ptr<rd_kafka_topic_partition_list_t, ListEnds>;

std::string text(const void* bytes, std::size_t size) {
  return {static_cast<const char*>(bytes), size};
}

std::vector<relay::MessageHeader> headers_of(const rd_kafka_message_t& message) {
  std::vector<relay::MessageHeader> all;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return all;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    all.push_back({name, value != nullptr ? text(value, size) : std::string()});
  }
  return all;
}

}  // namespace

rd_kafka_conf_t* make_configuration(const SourceSettings& settings) {
  return configuration_by([&](rd_kafka_conf_t* configuration) { set_all(configuration, settings); });
}

KafkaSource::Consumer::Consumer(KafkaSource& source) : source_(source) {
  auto* configuration = make_configuration(source.settings_);
  rd_kafka_conf_set_opaque(configuration, this);
  rd_kafka_conf_set_rebalance_cb(configuration, rebalance);
  rd_kafka_conf_set_offset_commit_cb(configuration, committed);
  rd_kafka_conf_set_error_cb(configuration, failed);
  handle_ = open_client(RD_KAFKA_CONSUMER, configuration);
  rd_kafka_poll_set_consumer(handle_);
}

KafkaSource::Consumer::~Consumer() {
  // Calls rebalance, which tells what was settled.
  rd_kafka_consumer_close(handle_);
  rd_kafka_destroy(handle_);
}

std::string KafkaSource::Consumer::look_at_topics() {
  std::vector<std::string> there;
  std::string words;
  for (const auto& topic : source_.settings_.topics) {
    auto trouble = trouble_with(handle_, topic, source_.settings_.create_topics);
    if (trouble.empty()) {
      there.push_back(topic);
    } else if (words.empty()) {
      words = std::move(trouble);
    }
  }
  // One that is not there for the moment, with its broker, is read on when it is back.
  if (there.size() <= subscribed_.size()) return words;
  const List list(rd_kafka_topic_partition_list_new(static_cast<int>(there.size())));
  for (const auto& topic : there) rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  const auto error = rd_kafka_subscribe(handle_, list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return fmt::format("topics cannot be read: {}", rd_kafka_err2str(error));
  subscribed_ = std::move(there);
  return words;
}

bool KafkaSource::Consumer::poll(std::chrono::milliseconds most) {
  auto* message = rd_kafka_consumer_poll(handle_, static_cast<int>(most.count()));
  if (message == nullptr) return false;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    take(*message);
  } else {
    fail(message->err, rd_kafka_message_errstr(message));
  }
  rd_kafka_message_destroy(message);
  return true;
}

void KafkaSource::Consumer::take(const rd_kafka_message_t& m) {
  inbound::Message message;
  message.place = {.topic = rd_kafka_topic_name(m.rkt), .partition = m.partition, .offset = m.offset, .assignment = 0};
  const auto stamp = rd_kafka_message_timestamp(&m, nullptr);
  message.sent_at = vocabulary::Time(std::chrono::milliseconds(stamp > 0 ? stamp : 0));
  if (m.key != nullptr) message.key = text(m.key, m.key_len);
  if (m.payload != nullptr) message.payload = text(m.payload, m.len);
  message.headers = headers_of(m);
  source_.give(std::move(message));
}

void KafkaSource::Consumer::commit(bool wait) {
  const List list(rd_kafka_topic_partition_list_new(1));
  {
    const std::lock_guard lock(source_.mutex_);
    for (auto& [name, partition] : source_.partitions_) {
      if (partition.next < 0 || partition.next == partition.committed) continue;
      rd_kafka_topic_partition_list_add(list.get(), name.first.c_str(), name.second)->offset = partition.next;
      partition.committed = partition.next;
    }
  }
  if (list->cnt == 0) return;
  // The answer to one that does not wait comes by poll.
  const auto error = rd_kafka_commit(handle_, list.get(), wait ? 0 : 1);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) committed(handle_, error, list.get(), this);
}

void KafkaSource::Consumer::pause(bool on) {
  rd_kafka_topic_partition_list_t* assigned = nullptr;
  if (rd_kafka_assignment(handle_, &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const List list(assigned);
  if (on) {
    rd_kafka_pause_partitions(handle_, list.get());
  } else {
    rd_kafka_resume_partitions(handle_, list.get());
  }
  paused_ = on;
}

void KafkaSource::Consumer::note_ends() {
  const std::lock_guard lock(source_.mutex_);
  for (auto& [name, partition] : source_.partitions_) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    // As the broker said it with the last messages: asks nobody.
    const auto error = rd_kafka_get_watermark_offsets(handle_, name.first.c_str(), name.second, &low, &high);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) partition.end = std::max(partition.end, high);
  }
}

void KafkaSource::Consumer::rebalance(rd_kafka_t*,
                                      rd_kafka_resp_err_t what,
                                      rd_kafka_topic_partition_list_t* which,
                                      void* self) {
  auto& consumer = *static_cast<Consumer*>(self);
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    consumer.assign(which);
  } else {
    consumer.revoke();
  }
}

void KafkaSource::Consumer::assign(rd_kafka_topic_partition_list_t* which) {
  {
    const std::lock_guard lock(source_.mutex_);
    source_.partitions_.clear();
    for (int i = 0; i < which->cnt; ++i) {
      source_.partitions_[{which->elems[i].topic, which->elems[i].partition}] = {.assignment = ++source_.assignments_};
    }
  }
  rd_kafka_assign(handle_, which);
  if (paused_) rd_kafka_pause_partitions(handle_, which);
}

// All of them: this group's strategies take everything back before they give anew.
void KafkaSource::Consumer::revoke() {
  // Nobody would answer one that waits.
  commit(source_.trouble().empty());
  {
    const std::lock_guard lock(source_.mutex_);
    source_.partitions_.clear();
    source_.waiting_.clear();
    source_.waiting_bytes_ = 0;
  }
  rd_kafka_assign(handle_, nullptr);
}

void KafkaSource::Consumer::committed(rd_kafka_t*,
                                      rd_kafka_resp_err_t error,
                                      rd_kafka_topic_partition_list_t* which,
                                      void* self) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  auto& source = static_cast<Consumer*>(self)->source_;
  source.hooks_.commit_failed();
  const std::lock_guard lock(source.mutex_);
  for (int i = 0; which != nullptr && i < which->cnt; ++i) {
    const auto at = source.partitions_.find({which->elems[i].topic, which->elems[i].partition});
    if (at != source.partitions_.end()) at->second.committed = -1;  // to be told again
  }
}

void KafkaSource::Consumer::failed(rd_kafka_t*, int error, const char* reason, void* self) {
  static_cast<Consumer*>(self)->fail(static_cast<rd_kafka_resp_err_t>(error), reason);
}

void KafkaSource::Consumer::fail(rd_kafka_resp_err_t error, const char* words) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__FATAL: {
      char why[256] = {};
      rd_kafka_fatal_error(handle_, why, sizeof why);
      broken_ = true;
      return source_.set_trouble(fmt::format("the consumer gave up: {}", why));
    }
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return source_.set_trouble(fmt::format("no broker answers, look at KAFKA_BROKERS: {}", words));
    case RD_KAFKA_RESP_ERR__TRANSPORT:  // one connection of several; it comes again
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:  // the group gives the partitions anew
      return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return source_.set_trouble("a topic that was read is not there any more: create it");
    default:
      return source_.set_trouble(fmt::format("reading: {}", words));
  }
}

}  // namespace mms::kafka
