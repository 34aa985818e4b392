// base64url without padding (RFC 4648 section 5, RFC 7515 section 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mms::crypto {

std::string to_base64url(std::string_view bytes);

// Strict: one text for each run of bytes. Nothing for padding, white space, '+' or '/', a length of 4n+1, or unused
// bits that are not zero.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace mms::crypto
