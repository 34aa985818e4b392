// Figures of the rate limits.
#include "service/limiting.hpp"

namespace mms::service {

std::unique_ptr<access::RateLimits> rate_limits(const Settings& settings,
                                                Observation& observation,
                                                telemetry::Metrics& metrics) {
  if (!settings.rates.limits_anybody()) return nullptr;
  auto limits = std::make_unique<access::RateLimits>(
      settings.rates,
      [&observation](std::string_view policy, std::string_view who) { observation.limited(policy, who); });
  metrics.gauge("rate_limit_known", "Callers and addresses whose buckets are kept.",
                [&limits = *limits] { return static_cast<double>(limits.known()); });
  return limits;
}

}  // namespace mms::service
