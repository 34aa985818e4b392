// The thread that reads.
#include "outside/kafka/kafka_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "outside/kafka/consumer.hpp"

namespace mms::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPoll(50);
constexpr std::chrono::milliseconds kRetry(1000);
constexpr std::chrono::milliseconds kCommitEvery(100);
// Pausing throws away what was fetched ahead; an intake that is only busy is not worth it.
constexpr std::chrono::milliseconds kPauseAfter(1000);

std::size_t size_of(const inbound::Message& message) {
  std::size_t size = sizeof message + (message.key ? message.key->size() : 0);
  size += message.payload ? message.payload->size() : 0;
  for (const auto& header : message.headers) size += header.name.size() + header.value.size();
  return size;
}

}  // namespace

KafkaSource::KafkaSource(SourceSettings settings, SourceHooks hooks)
    : settings_(std::move(settings)), hooks_(std::move(hooks)) {
  rd_kafka_conf_destroy(make_configuration(settings_));
}

void KafkaSource::open(std::function<void()> wake) {
  close();
  ending_ = false;
  wake_ = std::move(wake);
  thread_ = std::thread([this] { serve(); });
}

void KafkaSource::close() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
  partitions_.clear();
  waiting_.clear();
  waiting_bytes_ = 0;
  trouble_.clear();
}

std::vector<inbound::Message> KafkaSource::take(std::size_t most) {
  std::vector<inbound::Message> taken;
  {
    const std::lock_guard lock(mutex_);
    while (!waiting_.empty() && taken.size() < most) {
      waiting_bytes_ -= size_of(waiting_.front());
      taken.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }
  if (!taken.empty()) changed_.notify_all();
  return taken;
}

void KafkaSource::settle(const inbound::Place& place) {
  const std::lock_guard lock(mutex_);
  const auto at = partitions_.find({place.topic, place.partition});
  if (at == partitions_.end() || at->second.assignment != place.assignment) return;
  at->second.next = place.offset + 1;
}

std::string KafkaSource::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::int64_t KafkaSource::lag() const {
  const std::lock_guard lock(mutex_);
  std::int64_t lag = 0;
  for (const auto& [name, partition] : partitions_) {
    if (partition.next >= 0) lag += std::max<std::int64_t>(0, partition.end - partition.next);
  }
  return lag;
}

void KafkaSource::set_trouble(const std::string& words) {
  {
    const std::lock_guard lock(mutex_);
    if (trouble_ == words) return;
    trouble_ = words;
  }
  if (!words.empty()) hooks_.on_fault(words);
}

void KafkaSource::give(inbound::Message message) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    const auto at = partitions_.find({message.place.topic, message.place.partition});
    if (at == partitions_.end()) return;
    if (at->second.next < 0) at->second.next = at->second.committed = message.place.offset;
    at->second.end = std::max(at->second.end, message.place.offset + 1);
    message.place.assignment = at->second.assignment;
    first = waiting_.empty();
    waiting_bytes_ += size_of(message);
    waiting_.push_back(std::move(message));
  }
  if (first) wake_();
}

bool KafkaSource::is_full() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() >= settings_.most_messages || waiting_bytes_ >= settings_.most_bytes;
}

void KafkaSource::serve() {
  for (;;) {
    try {
      run();
    } catch (const std::exception& e) {
      set_trouble(fmt::format("look at KAFKA_BROKERS and KAFKA_OPTIONS: {}", e.what()));
    }
    const std::lock_guard lock(mutex_);
    if (ending_) return;
  }
}

// Until it is to end, or the consumer is broken.
void KafkaSource::run() {
  Consumer consumer(*this);
  Clock::time_point next_look;
  Clock::time_point next_commit;
  Clock::time_point full_since = Clock::time_point::max();
  bool all_there = false;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (ending_) break;
    }
    const auto now = Clock::now();
    if (consumer.is_broken()) return wait_a_while(kRetry);
    if ((!all_there || !trouble().empty()) && now >= next_look) {
      const auto words = consumer.look_at_topics();
      all_there = words.empty();
      set_trouble(words);
      next_look = Clock::now() + kRetry;
    }
    if (now >= next_commit) {
      consumer.commit(false);
      consumer.note_ends();
      next_commit = now + kCommitEvery;
    }
    const bool full = is_full();
    if (!full) {
      full_since = Clock::time_point::max();
      if (consumer.is_paused()) consumer.pause(false);
    } else if (full_since == Clock::time_point::max()) {
      full_since = now;
    }
    if (full && !consumer.is_paused() && now - full_since < kPauseAfter) {
      wait_a_while(kPoll);
      continue;
    }
    if (full && !consumer.is_paused()) consumer.pause(true);
    // The first may be waited for; those behind it are there already or not.
    auto most = kPoll;
    for (int i = 0; i < 256 && consumer.poll(most) && !is_full(); ++i) most = std::chrono::milliseconds(0);
  }
}

void KafkaSource::wait_a_while(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  if (!ending_) changed_.wait_for(lock, most);
}

}  // namespace mms::kafka
