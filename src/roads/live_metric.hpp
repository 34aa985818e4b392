// A metric that traffic replaces while queries run.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "roads/metric.hpp"

namespace mms::roads {

// Threads: current() from any, replace() from one writer at a time. A query that took current() keeps it to its end: no
// query waits for a customisation, none sees half of an update. The lock is held while a pointer is copied;
// std::atomic<shared_ptr> of libstdc++ 12 unlocks its load without release order, which is a data race.
class LiveMetric {
 public:
  explicit LiveMetric(Metric first) : metric_(std::make_shared<const Metric>(std::move(first))) {}

  std::shared_ptr<const Metric> current() const {
    const std::lock_guard lock(mutex_);
    return metric_;
  }
  void replace(Metric next) {
    auto made = std::make_shared<const Metric>(std::move(next));
    const std::lock_guard lock(mutex_);
    metric_.swap(made);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Metric> metric_;
};

}  // namespace mms::roads
