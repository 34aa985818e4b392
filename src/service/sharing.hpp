// What replicas tell each other through Redis.
#pragma once

#include <string>

#include "access/realm.hpp"
#include "endpoints/cursor.hpp"
#include "outside/redis/news.hpp"
#include "relay/commit_bell.hpp"
#include "relay/trouble.hpp"
#include "service/observe.hpp"
#include "service/settings.hpp"
#include "telemetry/metrics.hpp"

namespace mms::service {

// Lifetime: bell, realm, observation and metrics outlive it.
class Sharing {
 public:
  // `me`: what no other process is called. The cursor key is the installation's: it names the channel.
  // Throws std::invalid_argument for a wrong REDIS_ADDR.
  Sharing(const Settings& settings,
          const endpoints::CursorKey& cursor_key,
          std::string me,
          relay::CommitBell& bell,
          access::Realm& realm,
          Observation& observation,
          telemetry::Metrics& metrics);

  void start() { news_.start(); }
  void stop() { news_.stop(); }
  void committed() { news_.tell_committed(); }
  // For /health.
  const relay::KeptTrouble& trouble() const { return trouble_; }

 private:
  relay::KeptTrouble trouble_;
  redis::News news_;
};

}  // namespace mms::service
