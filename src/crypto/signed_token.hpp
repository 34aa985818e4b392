// A JSON Web Token in compact form (RFC 7515, RFC 7519): is it signed by one of our keys?
#pragma once

#include <string>
#include <string_view>

#include "crypto/token_keys.hpp"
#include "vocabulary/problem.hpp"

namespace mms::crypto {

// Longer tokens are refused unread.
inline constexpr std::size_t kMaxTokenBytes = 8192;

// The payload's bytes, once the signature holds; who issued it, for whom and until when is not looked at here.
// The algorithm is the key's: a header can only choose among our keys. Headers that bring a key along (jwk, jku, x5c,
// x5u) are never followed; crit, alg none and types other than access tokens are refused (RFC 8725).
// Refuses: unauthenticated. Threads: any.
vocabulary::Result<std::string> verified_payload(std::string_view token, const TokenKeys& keys);

// A token for a public key that is none of ours: one that its issuer may have made since they were read. Threads: any.
bool names_another_key(std::string_view token, const TokenKeys& keys);

}  // namespace mms::crypto
