// /health, /health/live, /health/ready.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "http/route.hpp"
#include "inbound/intake.hpp"
#include "relay/relay.hpp"
#include "relay/trouble.hpp"
#include "vocabulary/time.hpp"

namespace mms::service {

// What all threads know of the service's state.
struct Condition {
  std::atomic<bool> stopping{false};
  std::atomic<bool> open_house{false};                       // every caller is admin: said in /health
  std::atomic<const relay::RelayState*> relay{nullptr};      // nothing: events are not relayed
  std::atomic<const relay::KeptTrouble*> redis{nullptr};     // nothing: there is no Redis
  std::atomic<const relay::KeptTrouble*> issuer{nullptr};    // nothing: no keys are published for it
  std::atomic<const inbound::IntakeState*> intake{nullptr};  // nothing: nothing is taken in
  std::atomic<std::int64_t> store_down_since{0};             // microseconds since 1970; 0: it is up
};

// One for each thread. Lifetime: outlives the routes.
struct HealthTools {
  database::Reader& reader;
  database::Dialect dialect;
  Condition& condition;
  std::string version;
  std::string roads;  // what is loaded; empty: no map
};

std::vector<http::Route> health_routes(const HealthTools& tools);

}  // namespace mms::service
