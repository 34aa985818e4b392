// A producer that keeps the order of a key, and loses sessions and reports.
#include "broker.hpp"

#include <utility>

namespace mms::simulation {

void Sink::open(std::function<void()> wake) {
  give_up();
  wake_ = std::move(wake);
  failed_ = false;
}

void Sink::close() {
  give_up();
  wake_ = {};
}

// Whatever was on its way to the broker may be there already.
void Sink::give_up() {
  if (!under_way_.empty()) {
    const auto some = tools_.chance.pick(static_cast<int>(under_way_.size()) + 1);
    if (some > 0) tools_.diary.write("  {} of the messages given up by {} arrive", some, tools_.replica);
    for (int i = 0; i < some; ++i) arrive(under_way_[static_cast<std::size_t>(i)]);
  }
  under_way_.clear();
  reports_.clear();
}

void Sink::drop() {
  wake_ = {};
  give_up();
}

bool Sink::publish(const relay::Message& message) {
  if (!wake_ || failed_ || under_way_.size() >= static_cast<std::size_t>(tools_.weather.sink_room)) return false;
  under_way_.push_back({message.sequence, std::string(message.topic), std::string(message.key)});
  return true;
}

std::vector<relay::Delivery> Sink::take_deliveries() {
  return std::exchange(reports_, {});
}

void Sink::arrive(const Arrived& message) {
  tools_.diary.write("  {} arrives", message.sequence);
  tools_.arrived(message);
}

void Sink::report(std::int64_t sequence, bool arrived) {
  reports_.push_back({sequence, arrived});
}

void Sink::deliver() {
  auto some = 1 + tools_.chance.pick(static_cast<int>(under_way_.size()));
  tools_.diary.write("{} messages of {} are delivered", some, tools_.replica);
  if (some > 1 && has(Planted::sink_overtakes, 2)) std::swap(under_way_[0], under_way_[1]);
  for (; some > 0 && !failed_; --some) {
    const auto message = std::move(under_way_.front());
    under_way_.pop_front();
    if (has(Planted::sink_forgets, 10)) {
      report(message.sequence, true);
    } else if (tools_.chance.once_in(tools_.weather.sink_fails)) {
      failed_ = true;
    } else {
      arrive(message);
      failed_ = tools_.chance.once_in(tools_.weather.sink_loses_report);
      if (!failed_) report(message.sequence, true);
    }
    if (!failed_) continue;
    tools_.diary.write("  message {} of {} failed, and all behind it", message.sequence, tools_.replica);
    report(message.sequence, false);
    for (const auto& behind : under_way_) report(behind.sequence, false);
    under_way_.clear();
  }
  if (wake_) wake_();
}

}  // namespace mms::simulation
