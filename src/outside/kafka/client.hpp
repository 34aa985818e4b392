// What producer and consumer share of librdkafka. Seen by the .cpp files of this room alone.
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <string>
#include <vector>

namespace mms::kafka {

// Throws std::invalid_argument for what librdkafka does not know or take; nothing leaks then.
rd_kafka_conf_t* configuration_by(const std::function<void(rd_kafka_conf_t*)>& fill);
void set(rd_kafka_conf_t* configuration, const std::string& name, const std::string& value);
// The options first, so that what the guarantees rest on is set behind them.
void set_connection(rd_kafka_conf_t* configuration,
                    const std::string& brokers,
                    const std::vector<std::string>& options);

// Takes the configuration. Throws std::runtime_error.
rd_kafka_t* open_client(rd_kafka_type_t type, rd_kafka_conf_t* configuration);

// Asks the broker for the topic, and makes it if it shall; why it cannot be used, in words, or nothing. May take
// seconds.
std::string trouble_with(rd_kafka_t* client, const std::string& topic, bool create);

}  // namespace mms::kafka
