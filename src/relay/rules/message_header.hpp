// A header of a message: what is said beside its body.
#pragma once

#include <string>

namespace mms::relay {

struct MessageHeader {
  std::string name;
  std::string value;  // bytes
  bool operator==(const MessageHeader&) const = default;
};

}  // namespace mms::relay
