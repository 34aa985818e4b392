// Missions with start_policy auto start by themselves: for each free vehicle, the first of its queue that the gate lets
// through. The queue is a column that follows from each mission's state, the lane decides each start as anybody's, so
// any number of replicas may look at the same time, and nothing is lost with one of them.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "async/doorbell.hpp"
#include "async/task.hpp"
#include "database/database.hpp"
#include "lanes/lane.hpp"
#include "vocabulary/event.hpp"
#include "vocabulary/ids.hpp"

namespace mms::missions {

class AutoStart {
 public:
  struct Hooks {
    // Each attempt: whether it started.
    std::function<void(bool)> tried;
    std::function<void(const std::string&)> on_fault;
  };

  // What was committed: looks soon when a mission may start because of it. Threads: any.
  void saw(const std::vector<vocabulary::Event>& events);
  // What the gate looks at has changed: a vehicle's state or the environment. Threads: any.
  void facts_changed();
  // Starts whoever may, until `stopping`. Commits of other replicas are seen after `look_every`. A mission that is
  // refused is tried again after 1, 2, 4 … 30 s, and as soon as facts change: a vehicle's state, the environment, a
  // safety event. Threads: that of the io_context on which it is spawned.
  async::Task<void> run(database::Reader& reader,
                        lanes::Lane& lane,
                        Hooks hooks,
                        std::chrono::milliseconds look_every,
                        std::function<bool()> stopping);
  // After the io_context of run() has stopped.
  void close() { bell_.close(); }

 private:
  struct Refused {
    int times = 0;
    async::Clock::time_point again;
  };
  async::Task<std::size_t> start_those_that_may(database::Reader& reader, lanes::Lane& lane, const Hooks& hooks);
  std::vector<std::string> held_back();

  async::Doorbell bell_;
  std::atomic<bool> facts_changed_{false};
  std::map<vocabulary::MissionId, Refused> refused_;
};

}  // namespace mms::missions
