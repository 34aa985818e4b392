// A message that could not be taken, as it is laid aside: itself, to the byte, and beside it what was wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inbound/rules/message.hpp"
#include "vocabulary/problem.hpp"

namespace mms::inbound {

// Key, headers and payload together; brokers refuse more than 1 MiB unless told.
inline constexpr std::size_t kMostLetterBytes = 1'000'000;

struct DeadLetter {
  std::string_view payload;  // shortened when the message is larger than a letter may be; then a header says so
  // The message's own, and behind them: dlq.reason (a problem's code), dlq.detail, dlq.errors (JSON, when fields are to
  // blame), dlq.topic, dlq.partition, dlq.offset, dlq.sent_at, dlq.at, dlq.payload_bytes (when it is shortened).
  std::vector<relay::MessageHeader> headers;
};

// Lifetime: that of the message.
DeadLetter dead_letter_of(const Message& message, const vocabulary::Problem& problem, Time now);

}  // namespace mms::inbound
