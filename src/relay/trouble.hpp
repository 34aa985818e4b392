// What is wrong with a part that works by itself, and since when: said by the part, read by /health.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "vocabulary/time.hpp"

namespace mms::relay {

struct Trouble {
  std::string words;  // for the engineer on call; empty: none
  vocabulary::Time since;
};

// Threads: any.
class KeptTrouble {
 public:
  Trouble now() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }
  void set(std::string words) {
    const std::lock_guard lock(mutex_);
    if (trouble_.words.empty() && !words.empty()) {
      trouble_.since = std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now());
    }
    trouble_.words = std::move(words);
  }

 private:
  mutable std::mutex mutex_;
  Trouble trouble_;
};

}  // namespace mms::relay
