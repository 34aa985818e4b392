// SHA-256, HMAC-SHA-256, and a comparison that tells nothing by its time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mms::crypto {

using Digest = std::array<std::uint8_t, 32>;

// FIPS 180-4. Threads: any.
Digest sha256(std::string_view bytes);
// RFC 2104 over SHA-256. Threads: any.
Digest hmac_sha256(std::string_view key, std::string_view bytes);

// Equal, in a time that depends on the lengths alone.
bool constant_time_equal(std::string_view a, std::string_view b);

// The digest's bytes as text's view. Lifetime: that of the digest.
inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
// 64 digits, lower case.
std::string to_hex(const Digest& digest);

}  // namespace mms::crypto
