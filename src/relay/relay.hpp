// Relays the log to a sink: every event at least once, in the order of its stream, from a cursor that survives.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "database/database.hpp"
#include "relay/commit_bell.hpp"
#include "relay/cursor_table.hpp"
#include "relay/event_sink.hpp"
#include "relay/live_tail.hpp"
#include "relay/rules/in_flight.hpp"
#include "relay/rules/topics.hpp"
#include "relay/trouble.hpp"

namespace mms::relay {

struct RelaySettings {
  std::string sink = "kafka";  // the cursor's name
  std::string holder;          // this process, as no other one is called
  TopicNames topics;
  std::chrono::milliseconds lease{3000};
  std::chrono::milliseconds look_every{50};      // for what other replicas committed
  std::chrono::milliseconds advance_every{200};  // so much is published again after a kill
  std::chrono::milliseconds retry_after{500};    // after a message that did not arrive
  std::chrono::milliseconds patience{5000};      // nothing delivered for so long, with messages under way, is trouble
  std::chrono::milliseconds last_words{2000};    // for what is under way at a stop
  std::int64_t page = 250;
  std::size_t window = 4000;         // events under way
  std::size_t most_bytes = 900'000;  // of a message; brokers refuse more than 1 MiB unless told
};

struct RelayHooks {
  std::function<void(std::size_t)> published;  // events delivered
  std::function<void(std::size_t)> failed;     // messages that did not arrive
  std::function<void(const std::string&)> on_fault;
  // This machine's clock, for a store that has none of its own (SQLite).
  std::function<vocabulary::Time()> now;
};

// What others may know of it. Threads: any.
class RelayState {
 public:
  bool holds() const { return holds_; }
  std::int64_t lag() const { return lag_; }  // events committed and not yet known to be delivered
  Trouble trouble() const { return trouble_.now(); }

 private:
  friend class Relay;

  std::atomic<bool> holds_{false};
  std::atomic<std::int64_t> lag_{0};
  KeptTrouble trouble_;
};

// Of several replicas one relays at a time: the holder of the lease. When it dies another one takes over after the
// lease's end and publishes again what was delivered since the cursor last moved: a consumer drops what it knows by the
// event's id. See docs/decisions/0013.
// Threads: run() on the context's; stop() and the sink's and bell's wakes from any. Lifetime: all that it is given
// outlives it.
class Relay {
 public:
  Relay(database::Database& database,
        boost::asio::io_context& context,
        EventSink& sink,
        CommitBell& bell,
        RelaySettings settings,
        RelayHooks hooks);

  // Ends after stop(): what is under way is waited for, the cursor moved and the lease released.
  async::Task<void> run();
  void stop();
  const RelayState& state() const { return state_; }

 private:
  async::Task<bool> hold_lease();
  async::Task<void> stand_by();
  async::Task<bool> advance();
  async::Task<void> relay();
  async::Task<bool> fill();
  bool publish_pending();
  void take_deliveries();
  void begin_at(std::int64_t cursor);
  void lose(const std::string& why);
  void note_head(std::int64_t head);
  void note_progress();
  async::Task<void> finish();
  async::Task<void> pause(std::chrono::milliseconds most);
  void hear();
  Lease lease() const;

  async::Executor executor_;
  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<database::Appender> appender_;
  EventSink& sink_;
  RelaySettings settings_;
  RelayHooks hooks_;
  RelayState state_;
  Alarm alarm_;
  CommitBell::Listener& bell_;
  std::atomic<bool> stopping_{false};
  bool heard_ = false;

  InFlight flight_;
  std::deque<vocabulary::Event> pending_;  // read, not yet handed to the sink
  std::size_t handed_ = 0;                 // messages of the first pending event that the sink took
  std::int64_t read_to_ = 0;
  std::int64_t added_to_ = 0;  // the last event that flight_ knows
  std::int64_t head_ = 0;
  async::Clock::time_point head_at_{};
  std::int64_t cursor_ = 0;  // as it is stored
  async::Clock::time_point lease_until_{};
  async::Clock::time_point advanced_at_{};
  async::Clock::time_point moved_at_{};  // when something was last delivered, or nothing was under way
  async::Clock::time_point begin_after_{};
  bool failed_ = false;
};

}  // namespace mms::relay
