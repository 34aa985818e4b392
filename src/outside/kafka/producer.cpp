// Calls of librdkafka.
#include "outside/kafka/producer.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace mms::kafka {
namespace {

constexpr int kAskTime = 2000;  // ms

void set(rd_kafka_conf_t* configuration, const std::string& name, const std::string& value) {
  char words[512] = {};
  if (rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), words, sizeof words) == RD_KAFKA_CONF_OK) return;
  throw std::invalid_argument(words);
}

void set_all(rd_kafka_conf_t* configuration, const KafkaSettings& settings) {
  for (const auto& option : settings.options) {
    const auto equals = option.find('=');
    if (equals == std::string::npos) throw std::invalid_argument("each must be name=value");
    set(configuration, option.substr(0, equals), option.substr(equals + 1));
  }
  set(configuration, "bootstrap.servers", settings.brokers);
  set(configuration, "client.id", "mission-management");
  set(configuration, "enable.idempotence", "true");  // no message twice, none out of order, across its own retries
  set(configuration, "enable.gapless.guarantee", "true");
  set(configuration, "acks", "all");
  // A message waits as long as the broker is away: given up in between, those behind it would pass it.
  set(configuration, "message.timeout.ms", "0");
  set(configuration, "compression.type", "lz4");
  set(configuration, "linger.ms", "5");
  set(configuration, "partitioner", "murmur2_random");  // as Java's clients spread the same keys
  set(configuration, "message.max.bytes", "8000000");   // the broker decides, after compression
  set(configuration, "queue.buffering.max.messages", "10000");
  set(configuration, "queue.buffering.max.kbytes", "65536");
  set(configuration, "socket.keepalive.enable", "true");
  set(configuration, "reconnect.backoff.max.ms", "1000");
  set(configuration, "log.connection.close", "false");
}

}  // namespace

rd_kafka_conf_t* make_configuration(const KafkaSettings& settings) {
  auto* configuration = rd_kafka_conf_new();
  try {
    set_all(configuration, settings);
  } catch (...) {
    rd_kafka_conf_destroy(configuration);
    throw;
  }
  return configuration;
}

KafkaSink::Producer::Producer(KafkaSink& sink, std::uint64_t generation) : sink_(sink), generation_(generation) {
  auto* configuration = make_configuration(sink.settings_);
  rd_kafka_conf_set_opaque(configuration, this);
  rd_kafka_conf_set_dr_msg_cb(configuration, delivered);
  rd_kafka_conf_set_error_cb(configuration, failed);
  rd_kafka_conf_set_log_cb(configuration, log);
  char words[512] = {};
  handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, words, sizeof words);
  if (handle_ != nullptr) return;
  rd_kafka_conf_destroy(configuration);
  throw std::runtime_error(words);
}

KafkaSink::Producer::~Producer() {
  rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  rd_kafka_poll(handle_, 0);
  rd_kafka_destroy(handle_);
}

rd_kafka_resp_err_t KafkaSink::Producer::publish(const relay::Message& m, const std::string& content_type) {
  const std::string topic(m.topic);
  std::array<rd_kafka_vu_t, 6> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = topic.c_str();
  parts[1].vtype = RD_KAFKA_VTYPE_KEY;
  parts[1].u.mem = {const_cast<char*>(m.key.data()), m.key.size()};
  parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[2].u.mem = {const_cast<char*>(m.body.data()), m.body.size()};
  parts[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[3].u.i = RD_KAFKA_MSG_F_COPY;
  parts[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  // Comes back with the report; never followed.
  parts[4].u.ptr = reinterpret_cast<void*>(m.sequence);  // NOLINT(performance-no-int-to-ptr)
  parts[5].vtype = RD_KAFKA_VTYPE_HEADER;
  parts[5].u.header = {"content-type", content_type.data(), static_cast<ssize_t>(content_type.size())};
  auto* error = rd_kafka_produceva(handle_, parts.data(), parts.size());
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const auto code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

void KafkaSink::Producer::poll(std::chrono::milliseconds most) {
  rd_kafka_poll(handle_, static_cast<int>(most.count()));
}

rd_kafka_resp_err_t KafkaSink::Producer::look_at(const std::string& name) {
  auto* topic = rd_kafka_topic_new(handle_, name.c_str(), nullptr);
  if (topic == nullptr) return rd_kafka_last_error();
  const struct rd_kafka_metadata* found = nullptr;
  auto error = rd_kafka_metadata(handle_, 0, topic, &found, kAskTime);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    error = found->topic_cnt == 1 ? found->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    rd_kafka_metadata_destroy(found);
  }
  rd_kafka_topic_destroy(topic);
  return error;
}

rd_kafka_resp_err_t KafkaSink::Producer::create(const std::string& name) {
  char words[256] = {};
  // -1: as many partitions and copies as the broker gives by itself.
  auto* topic = rd_kafka_NewTopic_new(name.c_str(), -1, -1, words, sizeof words);
  if (topic == nullptr) return RD_KAFKA_RESP_ERR__INVALID_ARG;
  auto* queue = rd_kafka_queue_new(handle_);
  rd_kafka_CreateTopics(handle_, &topic, 1, nullptr, queue);
  rd_kafka_NewTopic_destroy(topic);
  auto error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  if (auto* event = rd_kafka_queue_poll(queue, kAskTime)) {
    error = rd_kafka_event_error(event);
    std::size_t count = 0;
    const auto* result = rd_kafka_event_CreateTopics_result(event);
    const auto* const* topics = result != nullptr ? rd_kafka_CreateTopics_result_topics(result, &count) : nullptr;
    if (count == 1) error = rd_kafka_topic_result_error(topics[0]);
    rd_kafka_event_destroy(event);
  }
  rd_kafka_queue_destroy(queue);
  return error;
}

void KafkaSink::Producer::delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  auto& producer = *static_cast<Producer*>(self);
  const bool arrived = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string why;
  if (!arrived) {
    why =
        fmt::format("{} did not take a message: {}", rd_kafka_topic_name(message->rkt), rd_kafka_err2str(message->err));
  }
  producer.sink_.report(producer.generation_, reinterpret_cast<std::int64_t>(message->_private), arrived, why);
}

void KafkaSink::Producer::failed(rd_kafka_t* handle, int error, const char* reason, void* self) {
  auto& producer = *static_cast<Producer*>(self);
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    char words[256] = {};
    rd_kafka_fatal_error(handle, words, sizeof words);
    producer.sink_.report(producer.generation_, 0, false, fmt::format("the producer gave up: {}", words));
  } else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || error == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
    producer.sink_.set_trouble(producer.generation_,
                               fmt::format("no broker answers, look at KAFKA_BROKERS: {}", reason));
  }
}

// Its own log would stand between our lines and be none of them; what matters comes by the callbacks above.
void KafkaSink::Producer::log(const rd_kafka_t*, int, const char*, const char*) {}

}  // namespace mms::kafka
