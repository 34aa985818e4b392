// Where events are relayed to: a broker that keeps what arrives, and the sink by which one replica reaches it.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "diary.hpp"
#include "relay/event_sink.hpp"
#include "weather.hpp"

namespace mms::simulation {

struct Arrived {
  std::int64_t sequence;
  std::string topic;
  std::string key;
};

// Threads: one.
class Sink final : public relay::EventSink {
 public:
  struct Tools {
    Chance& chance;
    Weather& weather;
    Diary& diary;
    Planted planted;
    int replica;
    std::function<void(const Arrived&)> arrived;
  };
  explicit Sink(Tools tools) : tools_(std::move(tools)) {}

  void open(std::function<void()> wake) override;
  void close() override;
  bool publish(const relay::Message& message) override;
  std::vector<relay::Delivery> take_deliveries() override;
  std::string trouble() const override { return {}; }

  bool has_work() const { return !under_way_.empty(); }
  // Some of what is under way arrives, or does not.
  void deliver();
  // The process is gone: what was under way may still arrive, in its order.
  void drop();

 private:
  void give_up();
  void arrive(const Arrived& message);
  void report(std::int64_t sequence, bool arrived);
  bool has(Planted planted, int once_in) { return tools_.planted == planted && tools_.chance.once_in(once_in); }

  Tools tools_;
  std::function<void()> wake_;
  std::deque<Arrived> under_way_;
  std::vector<relay::Delivery> reports_;
  bool failed_ = false;  // nothing is taken until it is opened anew
};

}  // namespace mms::simulation
