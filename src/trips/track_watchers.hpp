// Who watches which trip's track live.
#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "async/task.hpp"
#include "vocabulary/ids.hpp"

namespace mms::trips {

// Threads: any. Lifetime: outlives the contexts of those who watch.
class TrackWatchers {
  struct Taken {
    async::Executor executor;
    std::weak_ptr<std::function<void()>> wake;
  };

 public:
  using Wake = std::function<void()>;

  // A watcher's place; `wake` is called on its executor after each time that the trip moved.
  class Seat {
   public:
    Seat(TrackWatchers& watchers, const vocabulary::TripId& trip, async::Executor executor, Wake wake)
        : watchers_(watchers), wake_(std::make_shared<Wake>(std::move(wake))) {
      const std::scoped_lock lock(watchers_.mutex_);
      at_ = watchers_.seats_.emplace(trip, Taken{std::move(executor), wake_});
      watchers_.count_ = watchers_.seats_.size();
    }
    ~Seat() {
      const std::scoped_lock lock(watchers_.mutex_);
      watchers_.seats_.erase(at_);
      watchers_.count_ = watchers_.seats_.size();
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    TrackWatchers& watchers_;
    std::shared_ptr<Wake> wake_;
    std::unordered_multimap<vocabulary::TripId, Taken>::iterator at_;
  };

  // Costs nothing worth mentioning while nobody watches.
  void moved(const vocabulary::TripId& trip) {
    if (count_.load(std::memory_order_relaxed) == 0) return;
    const std::scoped_lock lock(mutex_);
    const auto [from, to] = seats_.equal_range(trip);
    for (auto at = from; at != to; ++at) {
      boost::asio::post(at->second.executor, [held = at->second.wake] {
        if (const auto wake = held.lock()) (*wake)();
      });
    }
  }

 private:
  std::mutex mutex_;
  std::unordered_multimap<vocabulary::TripId, Taken> seats_;
  std::atomic<std::size_t> count_{0};
};

}  // namespace mms::trips
