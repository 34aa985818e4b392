// One loop that asks, and those who wait for its next answer.
#include "access/issuer_keys.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/wait_traits.hpp>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace mms::access {

namespace asio = boost::asio;
using async::Clock;
using async::Task;
using Alarm = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, async::Executor>;

struct IssuerKeys::State {
  Realm& realm;
  IssuerSettings settings;
  Fetch fetch;
  Asked asked;
  asio::io_context context{1};
  Alarm alarm{context};
  std::thread thread;
  std::mutex mutex;
  std::vector<async::Resume<bool>> waiting;
  Clock::time_point asked_last = Clock::now() - std::chrono::hours(1);
  bool asking = false;
  bool stopped = false;

  Task<void> live() {
    std::minstd_rand random(std::random_device{}());
    auto pause = settings.least;
    for (;;) {
      const auto why_not = co_await ask();
      asked(why_not);
      answer_all();
      pause = why_not.empty() ? settings.least : std::min(pause * 2, settings.every);
      // Later by up to a tenth, so that replicas do not ask together.
      const auto wait = why_not.empty() ? settings.every : pause;
      alarm.expires_after(wait + wait * (random() % 100) / 1000);
      co_await alarm.async_wait(asio::as_tuple(async::use_task));
    }
  }

  Task<std::string> ask() {
    {
      const std::lock_guard lock(mutex);
      asking = true;
      asked_last = Clock::now();
    }
    const auto text = co_await fetch(Clock::now() + settings.patience);
    if (!text) co_return "the server " + text.error();
    try {
      realm.take_issuer_keys(*text);
    } catch (const std::invalid_argument& e) {
      co_return e.what();
    }
    co_return std::string();
  }

  void answer_all() {
    const std::lock_guard lock(mutex);
    asking = false;
    for (auto& each : std::exchange(waiting, {})) each(true);
  }

  // False: it is not worth asking again.
  bool wait_for_answer(async::Resume<bool>& resume) {
    const std::lock_guard lock(mutex);
    if (stopped) return false;
    if (!asking && waiting.empty() && Clock::now() < asked_last + settings.least) return false;
    waiting.push_back(std::move(resume));
    if (!asking) asio::post(context, [this] { alarm.cancel(); });
    return true;
  }
};

IssuerKeys::IssuerKeys(Realm& realm, IssuerSettings settings, Fetch fetch, Asked asked)
    : state_(new State{.realm = realm, .settings = settings, .fetch = std::move(fetch), .asked = std::move(asked)}) {}

IssuerKeys::~IssuerKeys() {
  stop();
}

void IssuerKeys::start() {
  asio::co_spawn(state_->context, state_->live(), asio::detached);
  state_->thread = std::thread([this] { state_->context.run(); });
}

void IssuerKeys::stop() {
  if (state_->thread.joinable()) {
    state_->context.stop();
    state_->thread.join();
  }
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
  }
  state_->answer_all();
}

Task<bool> IssuerKeys::refresh() {
  auto* const state = state_.get();
  co_return co_await async::suspend<bool>([state](async::Resume<bool> resume) {
    if (!state->wait_for_answer(resume)) resume(false);
  });
}

}  // namespace mms::access
