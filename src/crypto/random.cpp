// The per-thread store of random bytes, and monotonic UUIDv7.
#include "crypto/random.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace mms::crypto {
namespace {

constexpr std::size_t kStore = 4096;
constexpr std::uint64_t kLowMask = (1ULL << 62) - 1;
constexpr std::uint64_t kHighMask = (1ULL << 12) - 1;

void draw(std::uint8_t* out, std::size_t size) {
  if (RAND_bytes(out, static_cast<int>(size)) != 1) throw std::runtime_error("no randomness from the system");
}

struct Store {
  std::array<std::uint8_t, kStore> bytes;
  std::size_t used = kStore;
  ~Store() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

std::uint64_t random_number() {
  std::uint64_t number = 0;
  random_bytes({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
  return number;
}

}  // namespace

void random_bytes(std::span<std::uint8_t> out) {
  if (out.size() > kStore / 4) return draw(out.data(), out.size());
  thread_local Store store;
  if (kStore - store.used < out.size()) {
    draw(store.bytes.data(), kStore);
    store.used = 0;
  }
  std::memcpy(out.data(), store.bytes.data() + store.used, out.size());
  std::memset(store.bytes.data() + store.used, 0, out.size());
  store.used += out.size();
}

std::string random_text(std::size_t bytes) {
  std::string text(bytes, '\0');
  random_bytes({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return text;
}

vocabulary::Uuid RandomIdSource::next(vocabulary::Time now) {
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  if (millis > millis_) {
    millis_ = millis;
    high_ = random_number() & kHighMask;
    low_ = random_number() & kLowMask;
  } else {
    const std::uint64_t step = 1 + (random_number() & 0xFFFFFFFF);
    low_ += step;
    if (low_ > kLowMask) {
      low_ &= kLowMask;
      ++high_;
    }
    if (high_ > kHighMask) {  // the millisecond is used up: borrow the next one
      high_ = 0;
      ++millis_;
    }
  }
  return vocabulary::make_uuid_v7(vocabulary::Time(std::chrono::milliseconds(millis_)), high_, low_);
}

}  // namespace mms::crypto
