// What a token says once its signature holds: who, what they may do, for how long (RFC 7519 section 4).
#pragma once

#include <string>
#include <string_view>

#include "vocabulary/caller.hpp"
#include "vocabulary/problem.hpp"
#include "vocabulary/time.hpp"

namespace mms::access {

struct TokenRules {
  std::string issuer;    // empty: not looked at
  std::string audience;  // empty: a token that names an audience is refused
  vocabulary::Duration leeway = std::chrono::seconds(30);
};

// A caller, and until when that may be believed.
struct Admitted {
  vocabulary::Caller caller;
  vocabulary::Time until;
};

// Checks iss, aud (a string or an array), exp (required) and nbf, then reads the caller:
//   sub        1 to 128 bytes; for a vehicle its vehicle_id
//   kind       person (when absent), service, vehicle
//   grants     [{role, fleet_id or "*", mission_id?, template_id?}]; unknown members are refused, for they may be meant
//              to narrow the grant
//   roles, fleet_ids   each role on each fleet, beside grants
// Refuses: unauthenticated, with the claim that is wrong.
vocabulary::Result<Admitted> caller_of_token(std::string_view payload, const TokenRules& rules, vocabulary::Time now);

}  // namespace mms::access
