// The port to where messages leave: Kafka, later webhooks; in tests a list.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relay/rules/message_header.hpp"

namespace mms::relay {

struct Message {
  std::int64_t sequence = 0;
  std::string_view topic;
  std::string_view key;  // messages of one key arrive in the order of publishing; without data: none
  std::string_view body;
  std::span<const MessageHeader> headers = {};
};

struct Delivery {
  std::int64_t sequence = 0;
  bool arrived = false;
};

// Never blocks: what takes time happens on threads of its own. Threads: the relay's, but for `wake`.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Begins, or begins anew: what was published before and is not delivered yet is given up, and nothing of it is
  // reported any more. `wake` is called, by any thread, when there is something to take or room again.
  virtual void open(std::function<void()> wake) = 0;
  virtual void close() = 0;
  // Takes a copy. False when there is no room, or the sink is not ready: publish it again later.
  virtual bool publish(const Message& message) = 0;
  // What became of messages since it was last asked. After one that did not arrive, open it anew.
  virtual std::vector<Delivery> take_deliveries() = 0;
  // Why it does not work, in words for the engineer on call; empty when it does.
  virtual std::string trouble() const = 0;
};

}  // namespace mms::relay
