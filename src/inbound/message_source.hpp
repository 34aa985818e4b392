// The port to where messages come from: Kafka; in tests a list.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "inbound/rules/message.hpp"

namespace mms::inbound {

// Reads topics on behalf of a group: what one reader of it does not finish another one is given. Never blocks: what
// takes time happens on threads of its own. Threads: the intake's, but for `wake`; trouble and lag from any.
class MessageSource {
 public:
  virtual ~MessageSource() = default;
  // Begins. `wake` is called, by any thread, when there is something to take.
  virtual void open(std::function<void()> wake) = 0;
  // Leaves the group, once what was settled is said to the broker; waits for that at most some seconds.
  virtual void close() = 0;
  // At most so many, each partition in its order. What is not taken waits in bounded memory, then at the broker.
  virtual std::vector<Message> take(std::size_t most) = 0;
  // Everything of this partition up to here, included, is done with: nobody need be given it again.
  virtual void settle(const Place& place) = 0;
  // Why it does not work, in words for the engineer on call; empty when it does.
  virtual std::string trouble() const = 0;
  // Messages of this reader's partitions that are not settled yet, as the broker last said.
  virtual std::int64_t lag() const = 0;
};

}  // namespace mms::inbound
