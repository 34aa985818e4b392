// The loops of the background.
#include "service/background.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/wait_traits.hpp>

#include "lanes/idempotency_table.hpp"
#include "lanes/rules/idempotency_set.hpp"
#include "lanes/timer_runner.hpp"
#include "missions/mission_figures.hpp"
#include "missions/rules/mission_commands.hpp"
#include "service/assemble.hpp"
#include "trips/position_retention.hpp"

namespace mms::service {
namespace {

std::unique_ptr<lanes::Command> command_of(const lanes::Timer& timer) {
  if (timer.stream != "mission") return nullptr;
  return missions::fire_timer(timer);
}

// Given answers are kept for a day.
async::Task<void> forget(database::Appender& appender, Observation& observation, std::atomic<bool>& stopping) {
  boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> alarm(
      co_await boost::asio::this_coro::executor);
  while (!stopping) {
    try {
      std::vector<database::Query> queries;
      queries.push_back(lanes::forget_answers(now() - lanes::kAnswersKept, 5000));
      co_await appender.append(std::move(queries));
    } catch (const std::exception& e) {
      observation.fault("housekeeping", e.what());
    }
    alarm.expires_after(std::chrono::seconds(60));
    co_await alarm.async_wait(async::use_task);
  }
}

// A piece after another with a breath between, then not for a minute.
async::Task<void> forget_positions(trips::PositionRetention retention,
                                   vocabulary::Duration kept,
                                   Observation& observation,
                                   std::atomic<bool>& stopping) {
  boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> alarm(
      co_await boost::asio::this_coro::executor);
  while (!stopping) {
    auto rest = std::chrono::milliseconds(60'000);
    try {
      const auto piece = co_await retention.forget(now() - kept);
      observation.positions_forgotten(piece.positions);
      if (!piece.is_last) rest = std::chrono::milliseconds(20);
    } catch (const std::exception& e) {
      observation.fault("retention", e.what());
    }
    alarm.expires_after(rest);
    co_await alarm.async_wait(async::use_task);
  }
}

// Not at each scrape: many may scrape, and /metrics must answer when the store does not.
async::Task<void> look_at_store(database::Reader& reader, Observation& observation, std::atomic<bool>& stopping) {
  constexpr std::chrono::seconds kEvery(10);
  boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> alarm(
      co_await boost::asio::this_coro::executor);
  while (!stopping) {
    try {
      const auto rows = co_await reader.run_one(missions::store_figures(), async::Clock::now() + kEvery);
      observation.store(missions::store_figures_from(rows));
    } catch (const std::exception& e) {
      observation.fault("figures", e.what());
    }
    alarm.expires_after(kEvery);
    co_await alarm.async_wait(async::use_task);
  }
}

}  // namespace

Background::Background(database::Database& database,
                       lanes::Lane& lane,
                       missions::AutoStart& auto_start,
                       Monitoring& monitoring,
                       Observation& observation,
                       const Settings& settings)
    : reader_(database.open_reader(context_)), appender_(database.open_appender(context_)), auto_start_(auto_start) {
  lanes::TimerHooks hooks{.command_of = command_of,
                          .fired = [&](vocabulary::Duration late) { observation.timer(late); },
                          .on_fault = [&](const std::string& what) { observation.fault("timers", what); },
                          .now = {}};
  if (database.dialect() == database::Dialect::sqlite) hooks.now = now;
  const auto look = std::chrono::milliseconds(static_cast<std::int64_t>(settings.timer_look_ms));
  boost::asio::co_spawn(context_,
                        lanes::run_timers(*reader_, lane, std::move(hooks), look, [this] { return stopping_.load(); }),
                        boost::asio::detached);
  missions::AutoStart::Hooks starts{
      .tried = [&](bool started) { observation.auto_start(started); },
      .on_fault = [&](const std::string& what) { observation.fault("auto start", what); }};
  boost::asio::co_spawn(context_,
                        auto_start_.run(*reader_, lane, std::move(starts), look, [this] { return stopping_.load(); }),
                        boost::asio::detached);
  boost::asio::co_spawn(context_,
                        monitoring.run(*reader_, lane, database.dialect(),
                                       std::chrono::milliseconds(static_cast<std::int64_t>(settings.monitor_look_ms)),
                                       [this] { return stopping_.load(); }),
                        boost::asio::detached);
  boost::asio::co_spawn(context_, forget(*appender_, observation, stopping_), boost::asio::detached);
  boost::asio::co_spawn(context_, look_at_store(*reader_, observation, stopping_), boost::asio::detached);
  if (settings.positions_keep_days > 0) {
    const auto kept = vocabulary::seconds(settings.positions_keep_days * 86400);
    boost::asio::co_spawn(
        context_, forget_positions(trips::PositionRetention(*reader_, *appender_), kept, observation, stopping_),
        boost::asio::detached);
  }
  thread_ = std::thread([this] { context_.run(); });
}

void Background::stop() {
  stopping_ = true;
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
  auto_start_.close();
}

}  // namespace mms::service
