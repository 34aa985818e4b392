// The thread that looks after the producer.
#include "outside/kafka/kafka_sink.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "outside/kafka/producer.hpp"

namespace mms::kafka {
namespace {

constexpr std::chrono::milliseconds kPoll(100);
constexpr std::chrono::milliseconds kRetry(1000);

}  // namespace

KafkaSink::KafkaSink(KafkaSettings settings, OnFault on_fault)
    : settings_(std::move(settings)), on_fault_(std::move(on_fault)) {
  rd_kafka_conf_destroy(make_configuration(settings_));
  thread_ = std::thread([this] { serve(); });
}

KafkaSink::~KafkaSink() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    wanted_ = false;
    ++generation_;
    ready_.reset();
  }
  changed_.notify_all();
  thread_.join();
}

void KafkaSink::open(std::function<void()> wake) {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
    wanted_ = true;
    wake_ = std::move(wake);
    ready_.reset();
    deliveries_.clear();
  }
  changed_.notify_all();
}

void KafkaSink::close() {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
    wanted_ = false;
    wake_ = nullptr;
    ready_.reset();
    deliveries_.clear();
    trouble_.clear();
  }
  changed_.notify_all();
}

bool KafkaSink::publish(const relay::Message& message) {
  std::shared_ptr<Producer> producer;
  {
    const std::lock_guard lock(mutex_);
    producer = ready_;
  }
  if (!producer) return false;
  const auto error = producer->publish(message, settings_.content_type);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    report(generation_, message.sequence, false,
           fmt::format("{} cannot take a message: {}", message.topic, rd_kafka_err2str(error)));
  }
  return true;
}

std::vector<relay::Delivery> KafkaSink::take_deliveries() {
  const std::lock_guard lock(mutex_);
  return std::exchange(deliveries_, {});
}

std::string KafkaSink::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void KafkaSink::report(std::uint64_t generation, std::int64_t sequence, bool arrived, const std::string& why) {
  if (!is_current(generation)) return;  // given up
  set_trouble(generation, why);
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    if (!is_current(generation)) return;
    if (deliveries_.empty()) wake = wake_;
    deliveries_.push_back({.sequence = sequence, .arrived = arrived});
  }
  if (wake) wake();
}

void KafkaSink::set_trouble(std::uint64_t generation, const std::string& words) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_current(generation) || trouble_ == words) return;
    trouble_ = words;
  }
  if (!words.empty()) on_fault_(words);
}

void KafkaSink::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || wanted_; });
    if (ending_) return;
    const auto generation = generation_.load();
    lock.unlock();
    run(generation);
    lock.lock();
  }
}

// Until something else is wanted.
void KafkaSink::run(std::uint64_t generation) {
  std::shared_ptr<Producer> producer;
  try {
    producer = std::make_shared<Producer>(*this, generation);
  } catch (const std::exception& e) {
    set_trouble(generation, fmt::format("look at KAFKA_BROKERS and KAFKA_OPTIONS: {}", e.what()));
    return wait_a_while(generation);
  }
  while (is_current(generation) && !topics_are_there(*producer, generation)) {
    producer->poll(std::chrono::milliseconds(0));
    wait_a_while(generation);
  }
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    if (!is_current(generation)) return;
    ready_ = producer;
    wake = wake_;
  }
  if (wake) wake();
  auto next_look = std::chrono::steady_clock::now();
  while (is_current(generation)) {
    producer->poll(kPoll);
    if (trouble().empty() || std::chrono::steady_clock::now() < next_look) continue;
    look_again(*producer, generation);
    next_look = std::chrono::steady_clock::now() + kRetry;
  }
  // Here and not by who closed it: ending a producer takes time.
  const std::lock_guard lock(mutex_);
  if (ready_ == producer) ready_.reset();
}

// A sink that has nothing to publish learns by this that its broker is back.
void KafkaSink::look_again(Producer& producer, std::uint64_t generation) {
  for (const auto& topic : settings_.topics) {
    if (!producer.trouble_with(topic, false).empty()) return;
  }
  set_trouble(generation, {});
}

bool KafkaSink::topics_are_there(Producer& producer, std::uint64_t generation) {
  for (const auto& topic : settings_.topics) {
    auto words = producer.trouble_with(topic, settings_.create_topics);
    if (words.empty()) continue;
    set_trouble(generation, words);
    return false;
  }
  set_trouble(generation, {});
  return true;
}

void KafkaSink::wait_a_while(std::uint64_t generation) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kRetry, [&] { return !is_current(generation); });
}

}  // namespace mms::kafka
