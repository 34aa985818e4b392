// Plans anew for vehicles that left their route, beside the path of the positions.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "lanes/lane.hpp"
#include "trips/position_keeper.hpp"
#include "trips/rules/ways.hpp"
#include "vocabulary/caller.hpp"
#include "vocabulary/problem.hpp"

namespace mms::trips {

// A way over these stops by the traffic of now; nothing where no road leads. Refuses: unavailable, request_timeout.
using FindRest = std::function<async::Task<vocabulary::Result<std::optional<FoundWay>>>(WayAsked, async::Deadline)>;

// Nothing of it is kept: what is lost, or finds the roads busy, is seen again by the trip's next position.
// Threads: any. Lifetime: outlives the contexts of those who call it.
class Rerouter {
 public:
  Rerouter(lanes::Lane& lane, FindRest find_rest) : lane_(lane), find_rest_(std::move(find_rest)) {}
  Rerouter(const Rerouter&) = delete;
  Rerouter& operator=(const Rerouter&) = delete;

  // Looks for a way and has the trip take it, when these positions show that it is off its route and it was not planned
  // anew just before. Never waits; the work goes on upon the executor.
  void consider(const async::Executor& executor,
                const TripPositions& of,
                const vocabulary::Caller& caller,
                std::string_view trace);

 private:
  struct Plan {
    TripId id;
    int revision;
    WayAsked asked;
    vocabulary::Caller caller;
    std::string trace;
  };
  bool take_turn(const TripId& id);
  void give_back(const TripId& id);
  async::Task<void> carry_out(Plan plan);

  lanes::Lane& lane_;
  FindRest find_rest_;
  std::mutex mutex_;
  std::unordered_map<TripId, async::Clock::time_point> planned_;
  std::atomic<int> under_way_{0};
};

}  // namespace mms::trips
