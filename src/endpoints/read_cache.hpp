// What was read lately, kept for all replicas: the port that features read through.
#pragma once

#include <optional>
#include <string>

#include "async/task.hpp"

namespace mms::endpoints {

// The law: what find() gives is never older than a write that was acknowledged, by any replica, before find() began.
// Threads: one, that of its io_context.
class ReadCache {
 public:
  virtual ~ReadCache() = default;
  struct Sought {
    std::optional<std::string> found;
    std::string lease;  // for offer(); empty: what is read now may not be kept
  };
  // Never throws for faults of the world: nothing is found then.
  virtual async::Task<Sought> find(const std::string& name) = 0;
  // What was read from the store after find() gave the lease. Kept unless the thing was changed meanwhile.
  virtual void offer(const std::string& name, const std::string& lease, std::string value) = 0;
};

}  // namespace mms::endpoints
