// A metric that traffic replaces while queries run.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "roads/metric.hpp"

namespace mms::roads {

// Threads: current() from any, replace() from one writer at a time. A query that took current() keeps it to its end, so
// no query waits for traffic and none sees half of an update.
class LiveMetric {
 public:
  explicit LiveMetric(Metric first) : metric_(std::make_shared<const Metric>(std::move(first))) {}

  std::shared_ptr<const Metric> current() const { return metric_.load(); }
  void replace(Metric next) { metric_.store(std::make_shared<const Metric>(std::move(next))); }

 private:
  std::atomic<std::shared_ptr<const Metric>> metric_;
};

}  // namespace mms::roads
