// Rate limits by the settings, with what the engineer on call sees of them.
#pragma once

#include <memory>

#include "access/rate_limits.hpp"
#include "service/observe.hpp"
#include "service/settings.hpp"
#include "telemetry/metrics.hpp"

namespace mms::service {

// Null where nobody is limited: then they cost nothing. Lifetime: observation outlives it, and it the scrapes of
// metrics.
std::unique_ptr<access::RateLimits> rate_limits(const Settings& settings,
                                                Observation& observation,
                                                telemetry::Metrics& metrics);

}  // namespace mms::service
