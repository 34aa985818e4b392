// One loop for all watchers.
#include "relay/live_tail.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include "database/event_log.hpp"
#include "relay/event_table.hpp"
#include "relay/rules/cloud_event.hpp"

namespace mms::relay {
namespace {

constexpr std::int64_t kPage = 500;
constexpr std::size_t kMostKept = 4096;
constexpr std::size_t kMostBytes = 8 * 1024 * 1024;
constexpr std::chrono::seconds kPatience(5);
constexpr std::chrono::milliseconds kAfterFault(1000);

}  // namespace

LiveTail::LiveTail(const async::Executor& executor,
                   database::Reader& reader,
                   CommitBell& bell,
                   std::chrono::milliseconds look_every,
                   OnFault on_fault)
    : executor_(executor),
      reader_(reader),
      look_every_(look_every),
      on_fault_(std::move(on_fault)),
      alarm_(executor),
      bell_(bell.add(executor, [this] { hear(); })) {}

LiveTail::Seat::Seat(LiveTail& tail, std::function<void()> wake)
    : tail_(tail), at_(tail.seats_.insert(tail.seats_.end(), std::move(wake))) {
  if (std::exchange(tail.following_, true)) return;
  boost::asio::co_spawn(tail.executor_, tail.follow(), boost::asio::detached);
}

LiveTail::Seat::~Seat() {
  tail_.seats_.erase(at_);
}

async::Task<void> LiveTail::follow() {
  while (!seats_.empty()) {
    heard_ = false;
    bell_.arm();
    bool more = false;
    auto rest = look_every_;
    try {
      more = co_await look();
    } catch (const std::exception& e) {
      on_fault_(fmt::format("looking for new events: {}", e.what()));
      rest = std::max(look_every_, kAfterFault);
    }
    if (more || heard_) continue;
    alarm_.expires_after(rest);
    boost::system::error_code ignored;
    co_await alarm_.async_wait(boost::asio::redirect_error(async::use_task, ignored));
  }
  kept_.clear();
  kept_bytes_ = 0;
  position_ = from_ = 0;
  has_looked_ = false;
  following_ = false;
}

// Whether there may be more at once.
async::Task<bool> LiveTail::look() {
  const auto deadline = async::Clock::now() + kPatience;
  if (!has_looked_) {
    position_ = from_ = log_head_from(co_await reader_.run_one(log_head(), deadline));
    has_looked_ = true;
    wake_all();
  }
  auto events = database::events_from(co_await reader_.run_one(database::log_events(position_, kPage), deadline));
  if (events.empty()) co_return false;
  const bool more = static_cast<std::int64_t>(events.size()) == kPage;
  for (auto& event : events) keep(std::move(event));
  wake_all();
  co_return more;
}

void LiveTail::keep(vocabulary::Event event) {
  auto frame = event_frame(event);
  position_ = event.sequence;
  event.data.clear();  // stands in the frame
  kept_bytes_ += frame.size();
  kept_.push_back({std::move(event), std::move(frame)});
  while (kept_.size() > kMostKept || kept_bytes_ > kMostBytes) {
    from_ = kept_.front().event.sequence;
    kept_bytes_ -= kept_.front().frame.size();
    kept_.pop_front();
  }
}

void LiveTail::wake_all() {
  for (auto& wake : seats_) wake();
}

void LiveTail::hear() {
  heard_ = true;
  alarm_.cancel();
}

}  // namespace mms::relay
