// Rate limits' buckets that replicas share.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "outside/redis/connection.hpp"

namespace mms::redis {

// A bucket is kept as the moment, on Redis' clock, at which it is full again; one that is full is not kept.
struct Spending {
  std::string bucket;
  std::chrono::microseconds spent{0};  // filling that up takes so long; negative: given back
  std::chrono::microseconds most{0};   // the bucket is never further from full
};

// Threads: that of the connection.
class Buckets {
 public:
  // Lifetime: the connection outlives it. `prefix` tells this installation's keys from others'.
  Buckets(Connection& connection, std::string prefix) : connection_(connection), prefix_(std::move(prefix)) {}

  // Takes all of it in one step, and answers how far each bucket is from full then. Throws Away, also when Redis
  // refuses: then nothing was taken, or it is not known.
  async::Task<std::vector<std::chrono::microseconds>> spend(const std::vector<Spending>& spendings);

 private:
  Connection& connection_;
  std::string prefix_;
};

}  // namespace mms::redis
