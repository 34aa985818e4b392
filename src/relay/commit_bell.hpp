// Rings when something was committed, for those who wait at the end of the log.
#pragma once

#include <atomic>
#include <functional>
#include <list>

#include "async/task.hpp"

namespace mms::relay {

// Threads: add before the first ring; ring from any thread, arm from the listener's.
// Lifetime: outlives whoever rings it; the listeners' io_contexts outlive the last ring.
class CommitBell {
 public:
  class Listener {
   public:
    Listener(async::Executor executor, std::function<void()> wake)
        : executor_(std::move(executor)), wake_(std::move(wake)) {}
    // From now on one ring is heard. Arm first and look then: what is committed between the two rings.
    void arm() { armed_.store(true); }

   private:
    friend class CommitBell;
    async::Executor executor_;
    std::function<void()> wake_;
    std::atomic<bool> armed_{false};
  };

  Listener& add(async::Executor executor, std::function<void()> wake) {
    return listeners_.emplace_back(std::move(executor), std::move(wake));
  }
  // Costs nothing worth mentioning while nobody waits.
  void ring() {
    for (auto& listener : listeners_) {
      if (listener.armed_.exchange(false)) boost::asio::post(listener.executor_, [&listener] { listener.wake_(); });
    }
  }

 private:
  std::list<Listener> listeners_;
};

}  // namespace mms::relay
