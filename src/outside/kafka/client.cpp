// Calls of librdkafka that any client makes.
#include "outside/kafka/client.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace mms::kafka {
namespace {

constexpr int kAskTime = 2000;  // ms

// Its own log would stand between our lines and be none of them; what matters comes by callbacks.
void no_log(const rd_kafka_t*, int, const char*, const char*) {}

// ERR_NO_ERROR, ERR_UNKNOWN_TOPIC_OR_PART, or why it cannot be asked.
rd_kafka_resp_err_t look_at(rd_kafka_t* client, const std::string& name) {
  auto* topic = rd_kafka_topic_new(client, name.c_str(), nullptr);
  if (topic == nullptr) return rd_kafka_last_error();
  const struct rd_kafka_metadata* found = nullptr;
  auto error = rd_kafka_metadata(client, 0, topic, &found, kAskTime);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    error = found->topic_cnt == 1 ? found->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    rd_kafka_metadata_destroy(found);
  }
  rd_kafka_topic_destroy(topic);
  return error;
}

rd_kafka_resp_err_t create_topic(rd_kafka_t* client, const std::string& name) {
  char words[256] = {};
  // -1: as many partitions and copies as the broker gives by itself.
  auto* topic = rd_kafka_NewTopic_new(name.c_str(), -1, -1, words, sizeof words);
  if (topic == nullptr) return RD_KAFKA_RESP_ERR__INVALID_ARG;
  auto* queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &topic, 1, nullptr, queue);
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

}  // namespace

rd_kafka_conf_t* configuration_by(const std::function<void(rd_kafka_conf_t*)>& fill) {
  auto* configuration = rd_kafka_conf_new();
  try {
    fill(configuration);
  } catch (...) {
    rd_kafka_conf_destroy(configuration);
    throw;
  }
  return configuration;
}

void set(rd_kafka_conf_t* configuration, const std::string& name, const std::string& value) {
  char words[512] = {};
  if (rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), words, sizeof words) == RD_KAFKA_CONF_OK) return;
  throw std::invalid_argument(words);
}

void set_connection(rd_kafka_conf_t* configuration,
                    const std::string& brokers,
                    const std::vector<std::string>& options) {
  for (const auto& option : options) {
    const auto equals = option.find('=');
    if (equals == std::string::npos) throw std::invalid_argument("each must be name=value");
    set(configuration, option.substr(0, equals), option.substr(equals + 1));
  }
  set(configuration, "bootstrap.servers", brokers);
  set(configuration, "client.id", "mission-management");
  set(configuration, "socket.keepalive.enable", "true");
  set(configuration, "reconnect.backoff.max.ms", "1000");
  set(configuration, "log.connection.close", "false");
}

rd_kafka_t* open_client(rd_kafka_type_t type, rd_kafka_conf_t* configuration) {
  rd_kafka_conf_set_log_cb(configuration, no_log);
  char words[512] = {};
  auto* client = rd_kafka_new(type, configuration, words, sizeof words);
  if (client != nullptr) return client;
  rd_kafka_conf_destroy(configuration);
  throw std::runtime_error(words);
}

std::string trouble_with(rd_kafka_t* client, const std::string& topic, bool create) {
  auto error = look_at(client, topic);
  const bool missing = error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
  if (missing && create) {
    error = create_topic(client, topic);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
      error = look_at(client, topic);
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  if (missing) return fmt::format("the topic {} is not there: create it, or set KAFKA_CREATE_TOPICS=true", topic);
  return fmt::format("no broker answers, look at KAFKA_BROKERS: {}", rd_kafka_err2str(error));
}

}  // namespace mms::kafka
