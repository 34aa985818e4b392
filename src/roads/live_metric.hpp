// What is replaced while queries run: a metric under traffic.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "roads/metric.hpp"

namespace mms::roads {

// Threads: current() from any, replace() from one writer at a time. A query that took current() keeps it to its end: no
// query waits for a customisation, none sees half of an update. The lock is held while a pointer is copied;
// std::atomic<shared_ptr> of libstdc++ 12 unlocks its load without release order, which is a data race.
template <class T>
class Live {
 public:
  Live() = default;
  explicit Live(T first) : value_(std::make_shared<const T>(std::move(first))) {}

  // Null until there is one.
  std::shared_ptr<const T> current() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void replace(T next) {
    auto made = std::make_shared<const T>(std::move(next));
    const std::lock_guard lock(mutex_);
    value_.swap(made);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};
using LiveMetric = Live<Metric>;

}  // namespace mms::roads
