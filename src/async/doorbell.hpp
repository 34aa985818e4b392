// Wakes a loop that otherwise looks around at intervals.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/wait_traits.hpp>
#include <mutex>
#include <optional>

#include "async/task.hpp"

namespace mms::async {

// One loop waits, anybody rings. A ring while nobody waits is kept for the next wait.
class Doorbell {
 public:
  // Threads: any. After close() it does nothing.
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    if (alarm_ == nullptr || closed_) return;
    asio::post(alarm_->get_executor(), [this] {
      const std::lock_guard again(mutex_);
      if (alarm_ != nullptr) alarm_->cancel();
    });
  }

  // Returns when it rings, at the latest after `longest`. Threads: one waits at a time.
  Task<void> wait(Clock::duration longest) {
    Alarm alarm(co_await asio::this_coro::executor, longest);
    {
      const std::lock_guard lock(mutex_);
      if (rung_) {
        rung_ = false;
        co_return;
      }
      alarm_ = &alarm;
    }
    boost::system::error_code ignored;
    co_await alarm.async_wait(asio::redirect_error(use_task, ignored));
    const std::lock_guard lock(mutex_);
    alarm_ = nullptr;
    rung_ = false;
  }

  // To be called when the waiting loop's io_context has stopped and still lives.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    alarm_ = nullptr;
  }

 private:
  using Alarm = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
  std::mutex mutex_;
  Alarm* alarm_ = nullptr;
  bool rung_ = false;
  bool closed_ = false;
};

}  // namespace mms::async
