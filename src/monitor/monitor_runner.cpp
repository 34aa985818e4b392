// The loop that looks.
#include "monitor/monitor_runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "async/doorbell.hpp"
#include "missions/rules/mission_safety.hpp"
#include "monitor/monitor_store.hpp"
#include "trips/rules/trip_safety.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::monitor {
namespace {

using async::Clock;
using async::Task;

constexpr std::int64_t kMost = 256;

class Runner {
 public:
  Runner(database::Reader& reader, lanes::Lane& lane, const MonitorHooks& hooks)
      : reader_(reader), lane_(lane), hooks_(hooks), listening_since_(hooks.now()) {}

  // Whether there may be more to do at once.
  Task<bool> look() {
    const auto now = hooks_.store_has_clock ? std::nullopt : std::optional(hooks_.now());
    const auto due = to_observe_from(
        co_await reader_.run_one(missions_to_observe(now, kMost), Clock::now() + std::chrono::seconds(5)));
    hooks_.behind(behind(due));
    std::vector<lanes::Submission> submissions;
    for (const auto& one : due) {
      submissions.push_back(
          {.command = observe_mission(one.mission, listening_since_, {missions::mission_link(), &trips::trip_link()}),
           .caller = vocabulary::service_caller("monitor"),
           .trace = "monitor",
           .deadline = Clock::now() + std::chrono::seconds(30),
           .idempotency = std::nullopt});
    }
    const auto outcomes = co_await lane_.submit_all(std::move(submissions));
    bool all_well = true;
    bool more = static_cast<std::int64_t>(due.size()) == kMost;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      if (!outcomes[i]) {
        all_well = false;
        hooks_.on_fault(fmt::format("mission {} was not looked at: {}", vocabulary::to_text(due[i].mission),
                                    outcomes[i].error().detail));
        continue;
      }
      const auto looked = vocabulary::json::from_stored<Looked>(outcomes[i]->body);
      more = more || looked.unfinished;
      hooks_.looked(looked, due[i].mission);
    }
    if (!all_well) deaf();
    co_return all_well&& more;
  }

  // Reports may have been refused until now, so silence proves nothing.
  void deaf() { listening_since_ = hooks_.now(); }

 private:
  Duration behind(const std::vector<ToObserve>& due) const {
    Duration most{0};
    for (const auto& one : due) {
      if (one.received_at) most = std::max(most, hooks_.now() - *one.received_at - kHold);
    }
    return most;
  }

  database::Reader& reader_;
  lanes::Lane& lane_;
  const MonitorHooks& hooks_;
  Time listening_since_;
};

}  // namespace

Task<void> run_monitor(database::Reader& reader,
                       lanes::Lane& lane,
                       MonitorHooks hooks,
                       std::chrono::milliseconds look_every,
                       std::function<bool()> stopping) {
  Runner runner(reader, lane, hooks);
  async::Doorbell nobody_rings;
  while (!stopping()) {
    bool more = false;
    try {
      more = co_await runner.look();
    } catch (const std::exception& e) {
      runner.deaf();
      hooks.on_fault(fmt::format("looking for missions to observe: {}", e.what()));
    }
    if (!more) co_await nobody_rings.wait(look_every);
  }
}

}  // namespace mms::monitor
