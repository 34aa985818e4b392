// Hooks of the news.
#include "service/sharing.hpp"

namespace mms::service {

Sharing::Sharing(const Settings& settings,
                 const endpoints::CursorKey& cursor_key,
                 std::string me,
                 relay::CommitBell& bell,
                 access::Realm& realm,
                 Observation& observation,
                 telemetry::Metrics& metrics)
    : news_(
          redis::place_of(settings.redis_addr, settings.redis_password),
          "mms:" + cursor_key.seal("news between replicas", {}),
          std::move(me),
          {.committed = [&bell] { bell.ring(); },
           .revoked = [&realm] { realm.note_revocation(); },
           .heard = [&heard = metrics.counter("redis_news_heard_total",
                                              "News of other replicas: of commits and revocations.")] { heard.add(1); },
           .changed =
               [this, &observation](const std::string& why) {
                 if (!why.empty()) observation.fault("redis", why);
                 trouble_.set(why.empty() ? ""
                                          : "look at REDIS_ADDR, REDIS_PASSWORD and the server: " + why +
                                                "; until then other replicas' events are seen within RELAY_LOOK_MS and "
                                                "their revocations within seconds");
               }}) {
  trouble_.set("not connected yet; look at REDIS_ADDR");
  metrics.gauge("redis_up", "1 while both connections to Redis are there.", [this] { return news_.up() ? 1.0 : 0.0; });
  realm.when_revoked([this] { news_.tell_revoked(); });
}

}  // namespace mms::service
