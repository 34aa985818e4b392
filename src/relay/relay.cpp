// The loop of the relay.
#include "relay/relay.hpp"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>

#include "database/event_log.hpp"
#include "relay/event_table.hpp"
#include "relay/rules/cloud_event.hpp"

namespace mms::relay {

using async::Clock;
using async::Task;

namespace {

constexpr std::chrono::seconds kPatience(5);
// How far behind it is stays known while nothing can be published.
constexpr std::chrono::seconds kHeadEvery(1);

}  // namespace

Relay::Relay(database::Database& database,
             boost::asio::io_context& context,
             EventSink& sink,
             CommitBell& bell,
             RelaySettings settings,
             RelayHooks hooks)
    : executor_(context.get_executor()),
      reader_(database.open_reader(context)),
      appender_(database.open_appender(context)),
      sink_(sink),
      settings_(std::move(settings)),
      hooks_(std::move(hooks)),
      alarm_(executor_),
      bell_(bell.add(executor_, [this] { hear(); })) {}

void Relay::stop() {
  stopping_ = true;
  boost::asio::post(executor_, [this] { hear(); });
}

void Relay::hear() {
  heard_ = true;
  alarm_.cancel();
}

Lease Relay::lease() const {
  return {.sink = settings_.sink,
          .holder = settings_.holder,
          .length = settings_.lease,
          .now = hooks_.now ? std::optional(hooks_.now()) : std::nullopt};
}

Task<void> Relay::run() {
  while (!stopping_) {
    auto rest = settings_.look_every;
    heard_ = false;
    bell_.arm();
    try {
      if (co_await hold_lease()) {
        co_await relay();
      } else {
        co_await stand_by();
        rest = settings_.lease / 4;
      }
    } catch (const std::exception& e) {
      hooks_.on_fault(fmt::format("relaying to {}: {}", settings_.sink, e.what()));
      rest = settings_.retry_after;
    }
    if (state_.holds() && Clock::now() >= lease_until_) lose("the lease could not be renewed");
    if (!heard_ && !stopping_) co_await pause(rest);
  }
  co_await finish();
}

// Takes it when it is free, and renews it in good time.
Task<bool> Relay::hold_lease() {
  const auto now = Clock::now();
  if (state_.holds() && lease_until_ - now > settings_.lease / 2) co_return true;
  std::vector<database::Query> queries;
  queries.push_back(claim_lease(lease()));
  const auto answers = co_await appender_->append(std::move(queries));
  const auto cursor = cursor_from(answers[0]);
  if (!cursor) {
    if (state_.holds()) lose("another one has the lease");
    co_return false;
  }
  // Counted from before the question: ours ends before the store's does.
  lease_until_ = now + settings_.lease;
  if (state_.holds()) co_return true;
  cursor_ = *cursor;
  // Before it is said that this one relays: how much there is to do.
  note_head(log_head_from(co_await reader_->run_one(log_head(), now + kPatience)));
  state_.lag_ = head_ - cursor_;
  begin_at(cursor_);
  co_return true;
}

void Relay::begin_at(std::int64_t cursor) {
  state_.holds_ = true;
  read_to_ = added_to_ = cursor;
  flight_ = InFlight(cursor);
  pending_.clear();
  handed_ = 0;
  failed_ = false;
  moved_at_ = Clock::now();
  sink_.open([this] { boost::asio::post(executor_, [this] { hear(); }); });
}

void Relay::lose(const std::string& why) {
  hooks_.on_fault(fmt::format("relaying to {} stops here: {}", settings_.sink, why));
  state_.holds_ = false;
  state_.trouble_.set({});
  sink_.close();
}

// How far the others are behind is worth knowing here too.
Task<void> Relay::stand_by() {
  const auto rows = co_await reader_->run_one(cursor_and_head(settings_.sink), Clock::now() + kPatience);
  state_.lag_ = rows[0].integer(1) - rows[0].integer(0);
}

Task<void> Relay::relay() {
  for (bool more = true; more && !stopping_;) {
    take_deliveries();
    if (failed_) {
      // What follows a lost message must not pass it: all goes again, from the cursor.
      if (begin_after_ == Clock::time_point{}) begin_after_ = Clock::now() + settings_.retry_after;
      if (Clock::now() < begin_after_) break;
      begin_after_ = {};
      begin_at(std::max(cursor_, flight_.settled()));
    }
    more = co_await fill();
    if (!co_await advance()) co_return lose("another one has the lease");
    if (Clock::now() >= lease_until_ - settings_.lease / 2) break;  // to renew it
  }
  if (Clock::now() - head_at_ > kHeadEvery) {
    note_head(log_head_from(co_await reader_->run_one(log_head(), Clock::now() + kPatience)));
  }
  note_progress();
}

void Relay::note_head(std::int64_t head) {
  head_ = head;
  head_at_ = Clock::now();
}

void Relay::take_deliveries() {
  const auto before = flight_.size();
  std::size_t failures = 0;
  for (const auto& delivery : sink_.take_deliveries()) {
    moved_at_ = Clock::now();
    if (delivery.arrived) {
      if (!failed_) flight_.acknowledged(delivery.sequence);
    } else {
      ++failures;
    }
  }
  if (flight_.size() < before) hooks_.published(before - flight_.size());
  if (failures == 0) return;
  hooks_.failed(failures);
  failed_ = true;
}

// Reads and publishes one page; whether there may be more to do at once.
Task<bool> Relay::fill() {
  if (failed_) co_return false;
  if (!publish_pending()) co_return false;
  if (flight_.size() >= settings_.window) co_return false;
  std::vector<database::Query> queries;
  queries.push_back(log_head());
  queries.push_back(database::log_events(read_to_, settings_.page));
  const auto answers = co_await reader_->run(std::move(queries), Clock::now() + kPatience);
  auto events = database::events_from(answers[1]);
  const auto head = log_head_from(answers[0]);
  note_head(events.empty() ? head : std::max(head, events.back().sequence));
  if (events.empty()) co_return false;
  read_to_ = events.back().sequence;
  const bool more = static_cast<std::int64_t>(events.size()) == settings_.page;
  std::ranges::move(events, std::back_inserter(pending_));
  co_return publish_pending() && more;
}

// False when the sink takes no more for now.
bool Relay::publish_pending() {
  for (; !pending_.empty(); pending_.pop_front()) {
    const auto& event = pending_.front();
    const auto destinations = destinations_of(event, settings_.topics);
    const auto body = cloud_event_json(event, settings_.most_bytes);
    // Known before it is handed over: it may be delivered at once.
    if (event.sequence > added_to_) flight_.add(event.sequence, static_cast<int>(destinations.size()));
    added_to_ = event.sequence;
    for (; handed_ < destinations.size(); ++handed_) {
      const auto& [topic, key] = destinations[handed_];
      if (!sink_.publish({.sequence = event.sequence, .topic = topic, .key = key, .body = body})) return false;
    }
    handed_ = 0;
  }
  return true;
}

// False when the lease is another's.
Task<bool> Relay::advance() {
  const auto settled = flight_.settled();
  if (settled <= cursor_ || Clock::now() - advanced_at_ < settings_.advance_every) co_return true;
  const auto now = Clock::now();
  std::vector<database::Query> queries;
  queries.push_back(advance_cursor(lease(), settled));
  const auto answers = co_await appender_->append(std::move(queries));
  const auto cursor = cursor_from(answers[0]);
  if (!cursor) co_return false;
  cursor_ = *cursor;
  advanced_at_ = now;
  lease_until_ = now + settings_.lease;
  co_return true;
}

void Relay::note_progress() {
  const auto now = Clock::now();
  state_.lag_ = std::max<std::int64_t>(0, head_ - flight_.settled());
  if (flight_.size() == 0) moved_at_ = now;
  auto trouble = sink_.trouble();
  if (trouble.empty() && now - moved_at_ > settings_.patience) trouble = "nothing was delivered for a while";
  state_.trouble_.set(std::move(trouble));
}

Task<void> Relay::finish() {
  const auto until = Clock::now() + settings_.last_words;
  try {
    while (state_.holds() && Clock::now() < until && Clock::now() < lease_until_) {
      take_deliveries();
      if (failed_ || (!co_await fill() && flight_.size() == 0)) break;
      if (flight_.size() > 0 && !sink_.trouble().empty()) break;  // it will not be in time
      heard_ = false;
      co_await pause(std::chrono::milliseconds(20));
    }
    advanced_at_ = {};
    if (state_.holds() && co_await advance()) {
      std::vector<database::Query> queries;
      queries.push_back(release_lease(lease()));
      co_await appender_->append(std::move(queries));
    }
  } catch (const std::exception& e) {
    hooks_.on_fault(fmt::format("the end of relaying to {}: {}", settings_.sink, e.what()));
  }
  state_.holds_ = false;
  sink_.close();
}

Task<void> Relay::pause(std::chrono::milliseconds most) {
  alarm_.expires_after(most);
  boost::system::error_code ignored;
  co_await alarm_.async_wait(boost::asio::redirect_error(async::use_task, ignored));
}

}  // namespace mms::relay
