// How long to wait before the next try.
#pragma once

#include <algorithm>
#include <chrono>

#include "vocabulary/ids.hpp"

namespace mms::inbound {

// Doubles from `first` up to `last`, and of that a chance part between a half and the whole, so that those who failed
// together do not come back together. `tries` were made before; `chance` is a random id.
inline std::chrono::milliseconds retry_after(std::chrono::milliseconds first,
                                             std::chrono::milliseconds last,
                                             int tries,
                                             const vocabulary::Uuid& chance) {
  const auto whole = std::min<std::chrono::milliseconds>(last, first * (1LL << std::min(tries, 20)));
  return whole / 2 + whole / 2 * chance.bytes[15] / 255;
}

}  // namespace mms::inbound
