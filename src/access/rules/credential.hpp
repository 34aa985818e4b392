// What a request brings along to say who asks, and who may do without it.
#pragma once

#include <string_view>

#include "vocabulary/problem.hpp"

namespace mms::access {

struct Credential {
  enum class Kind { none, api_key, token };
  Kind kind = Kind::none;
  std::string_view text;  // Lifetime: that of the headers
};

// `authorization` and `x_api_key` are the values of those headers, empty when absent. An API key may stand in either.
// Refuses: unauthenticated for another scheme than Bearer, for both headers at once, for text that is no API key.
vocabulary::Result<Credential> credential_of(std::string_view authorization, std::string_view x_api_key);

// "send …": the refusal for a request without a credential.
std::unexpected<vocabulary::Problem> no_credential();

// localhost, 127.0.0.0/8 or ::1, with or without brackets and port.
bool is_loopback(std::string_view host);

// Headers of a request to a house that asks for no credential.
struct Approach {
  std::string_view host;
  std::string_view origin;
  bool forwarded = false;  // X-Forwarded-For or Forwarded is there
};
// An open house listens on loopback only, but a web page (by a name that points to 127.0.0.1, or by a form) and a proxy
// on this machine reach it there. Refuses: unauthenticated for those.
vocabulary::Result<void> may_enter_open_house(const Approach& approach);

}  // namespace mms::access
