// Hooks of the news; spending told in the background.
#include "service/sharing.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/wait_traits.hpp>
#include <span>

#include "access/blocking.hpp"
#include "crypto/random.hpp"
#include "service/assemble.hpp"

namespace mms::service {
namespace {

namespace asio = boost::asio;
using async::Clock;
using async::Task;
using std::chrono::microseconds;
using Alarm = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, async::Executor>;

// How long a replica may not know what others let through; each caller who is active costs Redis one line of a script.
constexpr std::chrono::milliseconds kSettleEvery{50};
constexpr std::size_t kSettledAtOnce = 500;

std::string channel_of(const endpoints::CursorKey& cursor_key) {
  return "mms:" + cursor_key.seal("news between replicas", {});
}

microseconds rounded(access::Nanoseconds time) {
  return std::chrono::round<microseconds>(time);
}

}  // namespace

Sharing::Sharing(const Settings& settings,
                 const endpoints::CursorKey& cursor_key,
                 std::string me,
                 relay::CommitBell& bell,
                 access::Realm& realm,
                 access::RateLimits* limits,
                 Observation& observation,
                 telemetry::Metrics& metrics)
    : reconnects_(metrics.counter("redis_reconnects_total", "Times that Redis was there again after an outage.")),
      settled_(metrics.counter("rate_limit_settlements_total",
                               "What callers spent, told to Redis for the other replicas, by bucket.",
                               "outcome=\"done\"")),
      not_settled_(metrics.counter("rate_limit_settlements_total",
                                   "What callers spent, told to Redis for the other replicas, by bucket.",
                                   "outcome=\"failed\"")),
      away_(observation, "redis"),
      refuses_(observation, "redis"),
      news_(
          redis::place_of(settings.redis_addr, settings.redis_password),
          channel_of(cursor_key),
          std::move(me),
          {.committed = [&bell] { bell.ring(); },
           .revoked = [&realm] { realm.note_revocation(); },
           .heard = [&heard = metrics.counter("redis_news_heard_total",
                                              "News of other replicas: of commits and revocations.")] { heard.add(1); },
           .changed = [this](const std::string& why) { changed(why); }}),
      buckets_(news_.speaker(), "mms:" + cursor_key.seal("buckets of rate limits", {}) + ':') {
  trouble_.set("not connected yet; look at REDIS_ADDR");
  metrics.gauge("redis_up", "1 while both connections to Redis are there.", [this] { return news_.up() ? 1.0 : 0.0; });
  realm.when_revoked([this] { news_.tell_revoked(); });
  if (limits != nullptr) asio::co_spawn(news_.context(), settle_forever(*limits), asio::detached);
}

// Both connections try again and again: the log is told when an outage begins and when it has ended.
void Sharing::changed(const std::string& why) {
  if (!why.empty()) {
    trouble_.set("look at REDIS_ADDR, REDIS_PASSWORD and the server: " + why +
                 "; until then other replicas' events are seen within RELAY_LOOK_MS, their revocations within seconds, "
                 "and rate limits are each replica's own");
    away_.goes_on(why);
    return;
  }
  trouble_.set({});
  if (away_.is_over()) reconnects_.add(1);
}

Task<void> Sharing::settle_forever(access::RateLimits& limits) {
  Alarm alarm(news_.context());
  for (;;) {
    alarm.expires_after(kSettleEvery);
    co_await alarm.async_wait(asio::as_tuple(async::use_task));
    const auto owed = limits.collect();
    for (std::size_t i = 0; i < owed.size(); i += kSettledAtOnce) {
      co_await settle(limits, std::span(owed).subspan(i, std::min(kSettledAtOnce, owed.size() - i)));
    }
  }
}

Task<void> Sharing::settle(access::RateLimits& limits, std::span<const access::RateLimits::Owed> owed) {
  std::vector<redis::Spending> spendings;
  for (const auto& each : owed) spendings.push_back({each.name, rounded(each.owed.spent), rounded(each.most)});
  try {
    const auto left = co_await buckets_.spend(spendings);
    for (std::size_t i = 0; i < owed.size(); ++i) limits.settled(owed[i], left[i]);
    settled_.add(owed.size());
    if (refuses_.is_over()) trouble_.set({});
  } catch (const redis::Away& away) {
    for (const auto& each : owed) limits.not_settled(each);
    not_settled_.add(owed.size());
    if (!news_.up()) co_return;
    // The connection is good, and still there is no answer: permissions, memory, a replica that is read-only.
    refuses_.goes_on(away.what());
    trouble_.set(std::string("look at Redis: rate limits are each replica's own, ") + away.what());
  }
}

endpoints::CursorKey load_cursor_key(database::Database& database) {
  asio::io_context context(1);
  const auto reader = database.open_reader(context);
  const auto appender = database.open_appender(context);
  return access::run_to_end(context, endpoints::cursor_key(*reader, *appender));
}

std::string tell_of_revocation(const Settings& settings, database::Database& database) {
  if (settings.redis_addr.empty()) return {};
  crypto::RandomIdSource ids;
  return redis::tell_revoked_once(redis::place_of(settings.redis_addr, settings.redis_password),
                                  channel_of(load_cursor_key(database)), vocabulary::to_text(ids.next(now())));
}

}  // namespace mms::service
