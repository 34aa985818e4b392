// The loop that looks for due timers.
#include "lanes/timer_runner.hpp"

#include <fmt/format.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/wait_traits.hpp>

#include "lanes/timer_table.hpp"

namespace mms::lanes {
namespace {

using async::Task;

constexpr std::int64_t kMost = 256;
using Alarm = boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor>;

// How many were carried out.
Task<std::size_t> fire(Lane& lane, const TimerHooks& hooks, const std::vector<Timer>& due) {
  std::vector<Submission> submissions;
  std::vector<vocabulary::Time> due_at;
  for (const auto& timer : due) {
    auto command = hooks.command_of(timer);
    if (!command) {
      hooks.on_fault(fmt::format("a timer of an unknown kind is due: {} {}", timer.stream, timer.kind));
      continue;
    }
    submissions.push_back({.command = std::move(command),
                           .caller = vocabulary::service_caller("timer"),
                           .trace = "timer-" + timer.kind,
                           .deadline = async::Clock::now() + std::chrono::seconds(30),
                           .idempotency = std::nullopt});
    due_at.push_back(timer.due_at);
  }
  const auto outcomes = co_await lane.submit_all(std::move(submissions));
  const auto now = std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now());
  std::size_t done = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i]) continue;
    ++done;
    hooks.fired(now - due_at[i]);
  }
  co_return done;
}

}  // namespace

Task<void> run_timers(database::Reader& reader,
                      Lane& lane,
                      TimerHooks hooks,
                      std::chrono::milliseconds look_every,
                      std::function<bool()> stopping) {
  Alarm alarm(co_await boost::asio::this_coro::executor);
  while (!stopping()) {
    std::size_t found = 0;
    std::size_t done = 0;
    try {
      const auto now = hooks.now ? std::optional(hooks.now()) : std::nullopt;
      const auto rows = co_await reader.run_one(due_timers(now, kMost), async::Clock::now() + std::chrono::seconds(5));
      const auto due = timers_from(rows);
      found = due.size();
      if (found > 0) done = co_await fire(lane, hooks, due);
    } catch (const std::exception& e) {
      hooks.on_fault(fmt::format("looking for due timers: {}", e.what()));
    }
    if (done > 0) continue;  // what fired may have set the next one, due at once
    // What could not be fired is tried again, but not at once.
    alarm.expires_after(found > done ? std::max(look_every, std::chrono::milliseconds(500)) : look_every);
    boost::system::error_code ignored;
    co_await alarm.async_wait(boost::asio::redirect_error(async::use_task, ignored));
  }
}

}  // namespace mms::lanes
