// One who watches the log live: catches up from the store, then follows the tail.
#pragma once

#include <atomic>
#include <string_view>

#include "http/route.hpp"
#include "relay/live_tail.hpp"
#include "relay/rules/event_filter.hpp"

namespace mms::relay {

// How many may watch, over all threads. Threads: any.
class Watchers {
 public:
  explicit Watchers(std::size_t most) : most_(most) {}
  bool enter() {
    if (open_.fetch_add(1) < most_) return true;
    open_.fetch_sub(1);
    return false;
  }
  void leave() { open_.fetch_sub(1); }
  std::size_t open() const { return open_.load(); }

 private:
  std::size_t most_;
  std::atomic<std::size_t> open_{0};
};

// A place among them that was entered, left however the stream ends, also when its coroutine is dropped at a stop.
class Place {
 public:
  explicit Place(Watchers& watchers) : watchers_(watchers) {}
  ~Place() { watchers_.leave(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Watchers& watchers_;
};

struct WatchTools {
  database::Reader& reader;
  LiveTail& tail;
  Watchers& watchers;
  http::Admit admit;
  std::chrono::milliseconds heartbeat{15'000};
};

// What it asked for, and how it came in: asked again while it watches.
struct Watch {
  http::Request request;  // its views hold until the stream has ended
  vocabulary::Permission permission = vocabulary::Permission::events_read;
  std::vector<std::string> asked_fleets;  // empty: all that it may see
  EventFilter filter;
  std::int64_t after = 0;
  bool was_at_end = false;
};

// The fleets whose events a caller may see by `permission`, of those asked for; absent: every one.
// Refuses: forbidden (a vehicle).
vocabulary::Result<std::optional<std::vector<std::string>>> fleets_shown_to(const vocabulary::Caller& caller,
                                                                            vocabulary::Permission permission,
                                                                            const std::vector<std::string>& asked = {});

// Writes every event above `after` that the filter shows, once and in order, until the reader leaves or lags, the
// caller loses the permission, or the service stops. The caller has entered `watchers`; this leaves.
async::Task<void> watch_log(const WatchTools& tools, Watch watch, http::EventStream& out);

}  // namespace mms::relay
