// The published keys of JWT_JWKS_URL, with what the engineer on call sees of them.
#pragma once

#include "access/issuer_keys.hpp"
#include "relay/trouble.hpp"
#include "service/observe.hpp"
#include "service/outage.hpp"
#include "service/settings.hpp"
#include "telemetry/metrics.hpp"

namespace mms::service {

// Lifetime: realm, observation and metrics outlive it.
class Issuer {
 public:
  Issuer(const Settings& settings, access::Realm& realm, Observation& observation, telemetry::Metrics& metrics);

  void start() { keys_.start(); }
  void stop() { keys_.stop(); }
  // For /health.
  const relay::KeptTrouble& trouble() const { return trouble_; }

 private:
  void asked(const std::string& why_not);

  relay::KeptTrouble trouble_;
  Outage away_;
  telemetry::Counter& good_;
  telemetry::Counter& failed_;
  access::IssuerKeys keys_;
};

}  // namespace mms::service
