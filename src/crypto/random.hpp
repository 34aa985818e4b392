// Randomness that nobody can guess, and the ids made of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "vocabulary/ids.hpp"

namespace mms::crypto {

// Fills `out` from the system's CSPRNG (OpenSSL's DRBG), a few kilobytes drawn at a time for each thread; bytes given
// out are wiped from the store. Threads: any. Throws std::runtime_error when the system has no entropy.
void random_bytes(std::span<std::uint8_t> out);
std::string random_text(std::size_t bytes);

// UUIDv7 that grow strictly within an instance (RFC 9562 section 6.2, method 2): in one millisecond, and when the clock
// goes back, the random part grows by a random step.
// Threads: an instance belongs to one thread.
class RandomIdSource final : public vocabulary::IdSource {
 public:
  vocabulary::Uuid next(vocabulary::Time now) override;

 private:
  std::int64_t millis_ = -1;
  std::uint64_t high_ = 0;  // 12 bits
  std::uint64_t low_ = 0;   // 62 bits
};

}  // namespace mms::crypto
