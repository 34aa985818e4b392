// Who must know that things change before anybody is told that they did: a cache that other replicas read.
#pragma once

#include <string>
#include <vector>

#include "async/task.hpp"

namespace mms::lanes {

// Threads: the lane's.
class ChangeGuard {
 public:
  virtual ~ChangeGuard() = default;
  // Before the batch that changes these things is committed, while it holds the command lock.
  // Throws database::Unavailable: then the batch is rolled back.
  virtual async::Task<void> before(const std::vector<std::string>& names) = 0;
  // The batch is durable and nobody was told yet. Never throws.
  virtual async::Task<void> after(const std::vector<std::string>& names) = 0;
};

}  // namespace mms::lanes
