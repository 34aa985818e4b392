// Carries replays on: one at a time, at the pace that was asked for, from a cursor that survives.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/doorbell.hpp"
#include "database/database.hpp"
#include "relay/event_sink.hpp"
#include "relay/replay_table.hpp"
#include "relay/rules/in_flight.hpp"

namespace mms::relay {

struct ReplayerSettings {
  std::string holder;  // this process, as no other one is called
  std::chrono::milliseconds lease{3000};
  std::chrono::milliseconds look_every{500};  // for replays that wait
  std::chrono::milliseconds keep_every{250};  // so much is published again after a kill
  std::chrono::milliseconds retry_after{500};
  std::chrono::milliseconds patience{10'000};  // without progress; then one that waits has its turn
  std::int64_t page = 250;
  std::size_t window = 1000;         // events under way
  std::size_t most_bytes = 900'000;  // of a message
};

struct ReplayerHooks {
  std::function<void(std::size_t)> published;  // events delivered
  std::function<void(const Replay&)> changed;  // begun here, or ended
  std::function<void(const std::string&)> on_fault;
  std::function<Time()> now;                       // for what is shown
  std::function<std::optional<Time>()> lease_now;  // this machine's clock for a store that has none of its own (SQLite)
};

// Of several replicas each carries on another replay; when one dies another one takes over after the lease's end and
// publishes again what was delivered since the cursor last moved. Every event of the range at least once, in the order
// of the log, marked by `replayid`. Threads: run() on the context's; stop() from any. Lifetime: all that it is given
// outlives it.
class Replayer {
 public:
  // For one topic. Its making and its end may take seconds: so this runs on no thread that others wait for.
  using MakeSink = std::function<std::unique_ptr<EventSink>(const std::string& topic)>;
  Replayer(database::Database& database,
           boost::asio::io_context& context,
           MakeSink make_sink,
           ReplayerSettings settings,
           ReplayerHooks hooks);

  // Ends after stop(); what is under way is carried on by another one, or after the next start.
  async::Task<void> run();
  void stop();

 private:
  struct Work;
  async::Task<std::optional<Replay>> claim();
  async::Task<void> carry_on(Replay replay);
  async::Task<void> fill(Work& work);
  void publish_pending(Work& work);
  void take_deliveries(Work& work);
  void begin_at(Work& work, std::int64_t position, std::int64_t published);
  async::Task<bool> keep(Work& work);
  Lease lease_on(const ReplayId& id) const;

  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<database::Appender> appender_;
  MakeSink make_sink_;
  ReplayerSettings settings_;
  ReplayerHooks hooks_;
  async::Doorbell bell_;
  std::atomic<bool> stopping_{false};
};

}  // namespace mms::relay
