// A message that came in, and where it stood.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relay/rules/message_header.hpp"
#include "vocabulary/time.hpp"

namespace mms::inbound {

using vocabulary::Time;

struct Place {
  std::string topic;
  int partition = 0;
  std::int64_t offset = 0;
  // Grows whenever the partition is given to this reader anew: what was read before counts for nothing then.
  std::uint64_t assignment = 0;
};

struct Message {
  Place place;
  Time sent_at;  // as the sender or the broker stamped it: the same at every reading
  std::optional<std::string> key;
  std::optional<std::string> payload;
  std::vector<relay::MessageHeader> headers;
};

}  // namespace mms::inbound
