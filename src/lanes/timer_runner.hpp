// Fires timers: looks for due ones and sends a command for each through the lane, which decides whether it still
// counts.
#pragma once

#include <functional>
#include <memory>

#include "database/database.hpp"
#include "lanes/lane.hpp"
#include "lanes/rules/timers.hpp"

namespace mms::lanes {

struct TimerHooks {
  // Nothing for a timer that nobody knows: it stays and is reported.
  std::function<std::unique_ptr<Command>(const Timer&)> command_of;
  // By how much it was late when the lane had carried it out.
  std::function<void(vocabulary::Duration)> fired;
  std::function<void(const std::string&)> on_fault;
  // This machine's clock, for a store that has none of its own (SQLite); absent where the store has one.
  std::function<vocabulary::Time()> now;
};

// Looks every `look_every`; so long may a timer be late with an idle lane. Several replicas may look at the same rows:
// the command that comes second finds nothing to do. Threads: that of the io_context on which it is spawned. Ends when
// `stopping` says so.
async::Task<void> run_timers(database::Reader& reader,
                             Lane& lane,
                             TimerHooks hooks,
                             std::chrono::milliseconds look_every,
                             std::function<bool()> stopping);

}  // namespace mms::lanes
