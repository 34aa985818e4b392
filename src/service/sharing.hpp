// What replicas share through Redis: news of commits and revocations, and the buckets of rate limits.
#pragma once

#include <chrono>
#include <string>

#include "access/rate_limits.hpp"
#include "access/realm.hpp"
#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "outside/redis/buckets.hpp"
#include "outside/redis/news.hpp"
#include "relay/commit_bell.hpp"
#include "relay/trouble.hpp"
#include "service/observe.hpp"
#include "service/outage.hpp"
#include "service/settings.hpp"
#include "telemetry/metrics.hpp"

namespace mms::service {

// Lifetime: bell, realm, limits, observation and metrics outlive it.
class Sharing {
 public:
  // `me`: what no other process is called. The cursor key is the installation's: it names the channel and the buckets.
  // `limits`: null where nobody is limited. Throws std::invalid_argument for a wrong REDIS_ADDR.
  Sharing(const Settings& settings,
          const endpoints::CursorKey& cursor_key,
          std::string me,
          relay::CommitBell& bell,
          access::Realm& realm,
          access::RateLimits* limits,
          Observation& observation,
          telemetry::Metrics& metrics);

  void start() { news_.start(); }
  void stop() { news_.stop(); }
  void committed() { news_.tell_committed(); }
  // For /health.
  const relay::KeptTrouble& trouble() const { return trouble_; }

 private:
  void changed(const std::string& why);
  async::Task<void> settle_forever(access::RateLimits& limits);
  async::Task<void> settle(access::RateLimits& limits, std::span<const access::RateLimits::Owed> owed);

  relay::KeptTrouble trouble_;
  telemetry::Counter& reconnects_;
  telemetry::Counter& settled_;
  telemetry::Counter& not_settled_;
  Outage away_;
  Outage refuses_;  // it is there, and does not settle
  redis::News news_;
  redis::Buckets buckets_;
};

// What signs cursors, and names what belongs to this installation. Blocks; makes it the first time.
endpoints::CursorKey load_cursor_key(database::Database& database);

}  // namespace mms::service
