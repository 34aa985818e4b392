// The loop of one watcher.
#include "relay/watcher.hpp"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>

#include "access/rules/scope.hpp"
#include "relay/event_table.hpp"
#include "relay/rules/cloud_event.hpp"

namespace mms::relay {
namespace {

using async::Clock;
using async::Task;
using vocabulary::Permission;

constexpr std::int64_t kPage = 200;
constexpr std::size_t kChunk = 32 * 1024;
constexpr std::chrono::seconds kPatience(5);
// As long as the guard believes a verified credential: a key that another replica revoked is noticed in twice that.
constexpr std::chrono::seconds kAskAgain(5);

// Why it must end, or nothing. A store that is away says nothing about the caller: no event leaves meanwhile either.
Task<std::string_view> ask_again(const WatchTools& tools, Watch& watch) {
  watch.request.deadline = Clock::now() + kPatience;
  try {
    const auto caller = co_await tools.admit(watch.request, watch.permission);
    if (!caller) co_return vocabulary::name_of(caller.error().kind);
    const auto fleets = fleets_shown_to(*caller, watch.permission, watch.asked_fleets);
    if (!fleets) co_return "forbidden";
    watch.filter.fleets = *fleets;
  } catch (const database::Unavailable&) {
  }
  co_return std::string_view();
}

// One chunk from memory, no faster than the reader takes it: what waits for it is the tail, not a buffer of its own.
Task<void> send_kept(const LiveTail& tail, Watch& watch, http::EventStream& out) {
  std::string chunk;
  const auto& kept = tail.kept();
  auto next = std::ranges::upper_bound(kept, watch.after, {}, [](const auto& k) { return k.event.sequence; });
  for (; next != kept.end() && chunk.size() < kChunk; ++next) {
    if (shows(watch.filter, next->event)) chunk += next->frame;
    watch.after = next->event.sequence;
  }
  if (next == kept.end()) watch.after = std::max(watch.after, tail.position());
  if (!chunk.empty() && co_await out.drained()) co_await out.send(std::move(chunk));
}

// From the store, no faster than the reader takes it.
Task<void> send_stored(const WatchTools& tools, Watch& watch, http::EventStream& out) {
  const auto page = co_await read_log(tools.reader, watch.filter, watch.after, kPage, Clock::now() + kPatience);
  std::string chunk;
  for (const auto& event : page.events) {
    chunk += event_frame(event);
    if (chunk.size() < kChunk) continue;
    if (!co_await out.drained() || !co_await out.send(std::exchange(chunk, {}))) co_return;
  }
  if (!co_await out.drained() || (!chunk.empty() && !co_await out.send(std::move(chunk)))) co_return;
  watch.after = page.next_after;
}

// Who was at the end once must stay within the tail: the store is for catching up, not for readers that never will.
// False when it must end.
Task<bool> send_news(const WatchTools& tools, Watch& watch, http::EventStream& out) {
  if (tools.tail.holds(watch.after)) {
    co_await send_kept(tools.tail, watch, out);
  } else if (watch.was_at_end) {
    co_await out.send(end_frame("too_slow"));
    co_return false;
  } else {
    co_await send_stored(tools, watch, out);
  }
  co_return true;
}

}  // namespace

vocabulary::Result<std::optional<std::vector<std::string>>> fleets_shown_to(const vocabulary::Caller& caller,
                                                                            Permission permission,
                                                                            const std::vector<std::string>& asked) {
  auto visible = access::visible_to(caller, permission);
  if (visible.vehicle_id) {
    return vocabulary::refuse(vocabulary::ProblemKind::forbidden,
                              "the log is for people and services; a vehicle reads what is its own",
                              fmt::format(R"("permission":"{}")", vocabulary::to_text(permission)));
  }
  if (asked.empty()) return std::move(visible.fleets);
  auto shown = asked;
  if (visible.fleets) {
    std::erase_if(
        shown, [&](const auto& fleet) { return std::ranges::find(*visible.fleets, fleet) == visible.fleets->end(); });
  }
  return shown;
}

Task<void> watch_log(const WatchTools& tools, Watch watch, http::EventStream& out) {
  const Place place(tools.watchers);
  Alarm alarm(co_await boost::asio::this_coro::executor);
  const auto wake = [&alarm] { alarm.cancel(); };
  out.when_closed(wake);
  const LiveTail::Seat seat(tools.tail, wake);
  auto next_beat = Clock::now() + tools.heartbeat;
  auto next_question = Clock::now() + kAskAgain;
  co_await out.send("retry: 2000\n" + position_frame("events", watch.after));
  while (out.is_open()) {
    const auto now = Clock::now();
    if (now >= next_question) {
      if (const auto reason = co_await ask_again(tools, watch); !reason.empty()) {
        co_await out.send(end_frame(reason));
        co_return;
      }
      next_question = Clock::now() + kAskAgain;
    }
    if (now >= next_beat) {
      co_await out.send(position_frame("heartbeat", watch.after));
      next_beat = now + tools.heartbeat;
    }
    bool trouble = false;
    if (watch.after >= tools.tail.position()) {
      watch.was_at_end = watch.was_at_end || tools.tail.has_looked();
    } else {
      try {
        if (!co_await send_news(tools, watch, out)) co_return;
      } catch (const database::Unavailable&) {
        trouble = true;  // tried again after a while; the tail reports it
      }
    }
    if (!out.is_open()) break;
    if (!trouble && watch.after < tools.tail.position()) continue;
    alarm.expires_at(trouble ? Clock::now() + std::chrono::milliseconds(500) : std::min(next_beat, next_question));
    boost::system::error_code ignored;
    co_await alarm.async_wait(boost::asio::redirect_error(async::use_task, ignored));
  }
}

}  // namespace mms::relay
