// Something that is away and comes back: the log is told when that begins and when it ends, however often it is tried.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "async/task.hpp"
#include "service/observe.hpp"

namespace mms::service {

// Threads: one. Lifetime: observation outlives it.
class Outage {
 public:
  Outage(Observation& observation, std::string where) : observation_(observation), where_(std::move(where)) {}

  void goes_on(const std::string& why) {
    if (since_) return;
    since_ = async::Clock::now();
    observation_.fault(where_, why);
  }
  // Answers whether there was one.
  bool is_over() {
    if (!since_) return false;
    observation_.mended(where_, async::Clock::now() - *std::exchange(since_, std::nullopt));
    return true;
  }

 private:
  Observation& observation_;
  std::string where_;
  std::optional<async::Clock::time_point> since_;
};

}  // namespace mms::service
