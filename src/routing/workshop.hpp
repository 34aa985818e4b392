// Threads for what needs the CPU, so that no HTTP thread waits for it: a bounded queue, and a deadline for each piece
// of work.
#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <utility>
#include <variant>

#include "async/task.hpp"
#include "vocabulary/problem.hpp"

namespace mms::routing {

// Threads: run() from any. Lifetime: stop() before the contexts of those who wait are gone.
class Workshop {
 public:
  Workshop(std::size_t threads, std::size_t most_waiting) : most_waiting_(most_waiting), pool_(threads) {}
  ~Workshop() { stop(); }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  // What `work()` answers, a Result. `work` holds no views of the request.
  // Refuses: unavailable (too many wait, or it has stopped), request_timeout (its turn came too late), what `work`
  // refuses. Throws what `work` throws.
  template <class Work>
  async::Task<std::invoke_result_t<Work>> run(async::Deadline deadline, Work work) {
    using Answer = std::invoke_result_t<Work>;
    using Ended = std::variant<Answer, std::exception_ptr>;
    if (waiting_.fetch_add(1) >= most_waiting_ || stopped_) {
      --waiting_;
      co_return vocabulary::refuse(vocabulary::ProblemKind::unavailable,
                                   "too many requests for routes wait already; try again shortly",
                                   R"("outcome":"none","retry_after_s":1)");
    }
    Ended ended = co_await async::suspend<Ended>([&](async::Resume<Ended> resume) {
      boost::asio::post(pool_, [this, deadline, work = std::move(work), resume = std::move(resume)]() mutable {
        --waiting_;
        resume(carry_out<Ended>(deadline, work));
      });
    });
    if (auto* failed = std::get_if<std::exception_ptr>(&ended)) std::rethrow_exception(*failed);
    co_return std::get<Answer>(std::move(ended));
  }

  std::size_t waiting() const { return waiting_; }
  // Finishes what waits; what comes later is refused.
  void stop() {
    stopped_ = true;
    pool_.join();
  }

 private:
  template <class Ended, class Work>
  static Ended carry_out(async::Deadline deadline, Work& work) {
    if (async::Clock::now() >= deadline) {
      return Ended(std::in_place_index<0>, vocabulary::refuse(vocabulary::ProblemKind::request_timeout,
                                                              "its turn came too late; nothing was done"));
    }
    try {
      return Ended(std::in_place_index<0>, work());
    } catch (...) {  // carried over to the one who waits
      return Ended(std::in_place_index<1>, std::current_exception());
    }
  }

  std::size_t most_waiting_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> stopped_{false};
  boost::asio::thread_pool pool_;
};

}  // namespace mms::routing
