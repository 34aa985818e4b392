// How this house waits: Task<T>, a coroutine bound to one io_context (one thread each), and the hand-over between
// threads.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace mms::async {

namespace asio = boost::asio;

// The concrete executor, not any_io_executor: a type-erased one costs microseconds per request (reference: stack facts,
// A).
using Executor = asio::io_context::executor_type;

template <class T>
using Task = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> use_task{};

using Clock = std::chrono::steady_clock;
// Until when an answer is of use. Travels in the request, down to the database.
using Deadline = Clock::time_point;

// Wakes one waiting coroutine with a value, once, from any thread.
// A Resume that is destroyed uncalled leaves its coroutine waiting until the io_context ends: owners call every one.
template <class T>
class Resume {
 public:
  Resume() = default;
  template <class Handler>
  Resume(Executor executor, Handler handler)
      : executor_(std::move(executor)), waiting_(std::make_unique<Held<Handler>>(std::move(handler))) {}

  explicit operator bool() const { return waiting_ != nullptr; }
  const Executor& executor() const { return *executor_; }

  // From any thread: continues the coroutine on its own thread.
  void operator()(T value) {
    asio::post(*executor_, [waiting = std::move(waiting_), value = std::move(value)]() mutable {
      waiting->call(std::move(value));
    });
  }
  // On the coroutine's own thread only: continues it right here.
  void here(T value) { std::exchange(waiting_, nullptr)->call(std::move(value)); }

 private:
  struct Waiting {
    virtual ~Waiting() = default;
    virtual void call(T value) = 0;
  };
  template <class Handler>
  struct Held final : Waiting {
    explicit Held(Handler h) : handler(std::move(h)) {}
    void call(T value) override { std::move(handler)(std::move(value)); }
    Handler handler;
  };

  std::optional<Executor> executor_;
  std::unique_ptr<Waiting> waiting_;
};

// Suspends the calling coroutine; `start` gets the Resume and may hand it to any thread.
template <class T, class Start>
Task<T> suspend(Start start) {
  const Executor executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(T)>(
      [](auto handler, Executor on, Start begin) { begin(Resume<T>(std::move(on), std::move(handler))); }, use_task,
      executor, std::move(start));
}

}  // namespace mms::async
