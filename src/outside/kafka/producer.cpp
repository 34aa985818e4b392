// Calls of librdkafka.
#include "outside/kafka/producer.hpp"

#include <fmt/format.h>

#include <vector>

#include "outside/kafka/client.hpp"

namespace mms::kafka {
namespace {

void set_all(rd_kafka_conf_t* configuration, const KafkaSettings& settings) {
  set_connection(configuration, settings.brokers, settings.options);
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
}

}  // namespace

rd_kafka_conf_t* make_configuration(const KafkaSettings& settings) {
  return configuration_by([&](rd_kafka_conf_t* configuration) { set_all(configuration, settings); });
}

KafkaSink::Producer::Producer(KafkaSink& sink, std::uint64_t generation) : sink_(sink), generation_(generation) {
  auto* configuration = make_configuration(sink.settings_);
  rd_kafka_conf_set_opaque(configuration, this);
  rd_kafka_conf_set_dr_msg_cb(configuration, delivered);
  rd_kafka_conf_set_error_cb(configuration, failed);
  handle_ = open_client(RD_KAFKA_PRODUCER, configuration);
}

KafkaSink::Producer::~Producer() {
  rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  rd_kafka_poll(handle_, 0);
  rd_kafka_destroy(handle_);
}

rd_kafka_resp_err_t KafkaSink::Producer::publish(const relay::Message& m, const std::string& content_type) {
  const std::string topic(m.topic);
  std::vector<rd_kafka_vu_t> parts;
  const auto part = [&](rd_kafka_vtype_t type) -> auto& {
    parts.push_back({.vtype = type, .u = {}});
    return parts.back().u;
  };
  const auto bytes = [](std::string_view text) { return const_cast<char*>(text.data()); };
  part(RD_KAFKA_VTYPE_TOPIC).cstr = topic.c_str();
  part(RD_KAFKA_VTYPE_KEY).mem = {bytes(m.key), m.key.size()};
  part(RD_KAFKA_VTYPE_VALUE).mem = {bytes(m.body), m.body.size()};
  part(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  // Comes back with the report; never followed.
  part(RD_KAFKA_VTYPE_OPAQUE).ptr = reinterpret_cast<void*>(m.sequence);  // NOLINT(performance-no-int-to-ptr)
  const auto header = [&](const char* name, std::string_view value) {
    part(RD_KAFKA_VTYPE_HEADER).header = {name, bytes(value), static_cast<ssize_t>(value.size())};
  };
  if (!content_type.empty()) header("content-type", content_type);
  for (const auto& [name, value] : m.headers) header(name.c_str(), value);
  auto* error = rd_kafka_produceva(handle_, parts.data(), parts.size());
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const auto code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

void KafkaSink::Producer::poll(std::chrono::milliseconds most) {
  rd_kafka_poll(handle_, static_cast<int>(most.count()));
}

std::string KafkaSink::Producer::trouble_with(const std::string& topic, bool create) {
  return kafka::trouble_with(handle_, topic, create);
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

}  // namespace mms::kafka
