// The loop of the replayer.
#include "relay/replayer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "relay/event_table.hpp"
#include "relay/rules/cloud_event.hpp"

namespace mms::relay {

using async::Clock;
using async::Task;

namespace {

constexpr std::chrono::seconds kPatience(5);
// The pace is kept over so much time.
constexpr int kPagesInASecond = 4;

}  // namespace

struct Replayer::Work {
  Replay replay;
  std::unique_ptr<EventSink> sink;
  InFlight flight;
  std::deque<vocabulary::Event> pending;  // read, not yet handed to the sink
  std::int64_t read_to = 0;
  std::int64_t page_from = 0;  // of the page that is under way: all before it is delivered
  std::int64_t added = 0;      // events since `base`
  std::int64_t base = 0;       // events delivered before
  Clock::time_point next_page;
  Clock::time_point kept_at;
  Clock::time_point lease_until;
  Clock::time_point moved_at;
  Clock::time_point begin_after;
  bool failed = false;

  bool is_read() const { return read_to >= replay.to_sequence && pending.empty(); }
  bool is_done() const { return is_read() && flight.size() == 0; }
  // What was read and does not pass the filter is done with once all before it is delivered.
  std::int64_t position() const {
    return flight.size() == 0 && pending.empty() ? read_to : std::max(page_from, flight.settled());
  }
  std::int64_t published() const { return base + added - static_cast<std::int64_t>(flight.size()); }
};

Replayer::Replayer(database::Database& database,
                   boost::asio::io_context& context,
                   MakeSink make_sink,
                   ReplayerSettings settings,
                   ReplayerHooks hooks)
    : reader_(database.open_reader(context)),
      appender_(database.open_appender(context)),
      make_sink_(std::move(make_sink)),
      settings_(std::move(settings)),
      hooks_(std::move(hooks)) {}

void Replayer::stop() {
  stopping_ = true;
  bell_.ring();
}

Lease Replayer::lease_on(const ReplayId& id) const {
  return {.sink = vocabulary::to_text(id),
          .holder = settings_.holder,
          .length = settings_.lease,
          .now = hooks_.lease_now()};
}

Task<void> Replayer::run() {
  while (!stopping_) {
    bool worked = false;
    try {
      if (auto replay = co_await claim()) {
        worked = true;
        co_await carry_on(std::move(*replay));
      }
    } catch (const std::exception& e) {
      hooks_.on_fault(fmt::format("replaying: {}", e.what()));
      worked = false;
    }
    if (!worked && !stopping_) co_await bell_.wait(settings_.look_every);
  }
  bell_.close();
}

Task<std::optional<Replay>> Replayer::claim() {
  const auto id = waiting_from(co_await reader_->run_one(waiting_replay(hooks_.lease_now()), Clock::now() + kPatience));
  if (!id) co_return std::nullopt;
  std::vector<database::Query> queries;
  queries.push_back(claim_replay(lease_on(*id)));
  co_return replay_from((co_await appender_->append(std::move(queries)))[0]);
}

void Replayer::begin_at(Work& work, std::int64_t position, std::int64_t published) {
  work.flight = InFlight(position);
  work.pending.clear();
  work.read_to = work.page_from = position;
  work.base = published;
  work.added = 0;
  work.failed = false;
  work.begin_after = {};
  work.sink->open([this] { bell_.ring(); });
}

Task<void> Replayer::carry_on(Replay replay) {
  Work work;
  work.replay = std::move(replay);
  // Counted from before the claim would be exact; half a lease is left for that.
  work.lease_until = Clock::now() + settings_.lease / 2;
  work.moved_at = Clock::now();
  work.sink = make_sink_(work.replay.topic);
  hooks_.changed(work.replay);
  begin_at(work, work.replay.position, work.replay.published);
  bool ours = true;
  while (!stopping_ && !work.is_done() && Clock::now() - work.moved_at < settings_.patience) {
    const auto before = work.position();
    take_deliveries(work);
    if (work.failed && Clock::now() >= work.begin_after) begin_at(work, work.position(), work.published());
    if (!work.failed) co_await fill(work);
    if (work.position() > before) work.moved_at = Clock::now();
    ours = co_await keep(work);
    if (!ours) break;
    if (!work.is_done()) co_await bell_.wait(std::chrono::milliseconds(50));
  }
  work.sink->close();
  if (!ours) co_return;  // cancelled, or another one's by now
  move_to(work.replay, work.position(), work.published(), hooks_.now());
  if (work.is_done()) end(work.replay, ReplayStatus::completed, hooks_.now());
  std::vector<database::Query> queries;
  queries.push_back(leave_replay(lease_on(work.replay.id), work.replay));
  const auto answers = co_await appender_->append(std::move(queries));
  if (work.is_done() && !answers[0].empty()) hooks_.changed(work.replay);
}

void Replayer::take_deliveries(Work& work) {
  const auto before = work.flight.size();
  for (const auto& delivery : work.sink->take_deliveries()) {
    if (!delivery.arrived) {
      if (!work.failed) work.begin_after = Clock::now() + settings_.retry_after;
      work.failed = true;
    } else if (!work.failed) {
      work.flight.acknowledged(delivery.sequence);
    }
  }
  if (work.flight.size() < before) hooks_.published(before - work.flight.size());
}

// Reads and publishes what the pace allows.
Task<void> Replayer::fill(Work& work) {
  publish_pending(work);
  const auto now = Clock::now();
  if (!work.pending.empty() || work.read_to >= work.replay.to_sequence || now < work.next_page) co_return;
  if (work.flight.size() >= settings_.window) co_return;
  const std::int64_t most =
      std::clamp<std::int64_t>(work.replay.events_per_second / kPagesInASecond, 1, settings_.page);
  if (work.flight.size() == 0) work.page_from = work.read_to;
  auto page = co_await read_log(*reader_, filter_of(work.replay), work.read_to, most, now + kPatience);
  std::erase_if(page.events, [&](const vocabulary::Event& e) { return e.sequence > work.replay.to_sequence; });
  work.read_to = std::min(page.next_after, work.replay.to_sequence);
  const auto count = static_cast<std::int64_t>(page.events.size());
  work.next_page = now + std::chrono::microseconds(1'000'000 * count / work.replay.events_per_second);
  std::ranges::move(page.events, std::back_inserter(work.pending));
  publish_pending(work);
}

void Replayer::publish_pending(Work& work) {
  const auto replay = vocabulary::to_text(work.replay.id);
  for (; !work.pending.empty(); work.pending.pop_front()) {
    const auto& event = work.pending.front();
    const auto key = vocabulary::to_text(event.stream_id);
    const auto body = cloud_event_json(event, settings_.most_bytes, replay);
    if (!work.sink->publish({.sequence = event.sequence, .topic = work.replay.topic, .key = key, .body = body})) return;
    // It is reported by this thread alone: nothing is missed by knowing it only now.
    work.flight.add(event.sequence, 1);
    ++work.added;
  }
}

// Moves the stored cursor and renews the lease; false when it does not run any more, or is another's.
Task<bool> Replayer::keep(Work& work) {
  const auto now = Clock::now();
  if (now >= work.lease_until) co_return false;
  if (now - work.kept_at < settings_.keep_every) co_return true;
  move_to(work.replay, work.position(), work.published(), hooks_.now());
  const auto trouble = work.sink->trouble();
  work.replay.trouble = trouble.empty() ? std::nullopt : std::optional(trouble);
  std::vector<database::Query> queries;
  queries.push_back(keep_replay(lease_on(work.replay.id), work.replay));
  const auto answers = co_await appender_->append(std::move(queries));
  work.kept_at = now;
  work.lease_until = now + settings_.lease;
  co_return !answers[0].empty();
}

}  // namespace mms::relay
