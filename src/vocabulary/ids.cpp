// UUID text and the layout of version 7.
#include "vocabulary/ids.hpp"

namespace mms::vocabulary {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool dash_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

}  // namespace

void append_text(std::string& out, const Uuid& uuid) {
  char buffer[36];
  char* at = buffer;
  for (std::size_t i = 0; i < 16; ++i) {
    if (dash_before(i)) *at++ = '-';
    *at++ = kDigits[uuid.bytes[i] >> 4];
    *at++ = kDigits[uuid.bytes[i] & 15];
  }
  out.append(buffer, sizeof buffer);
}

std::string to_text(const Uuid& uuid) {
  std::string text;
  append_text(text, uuid);
  return text;
}

std::optional<Uuid> uuid_from_text(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (dash_before(i) && text[at++] != '-') return std::nullopt;
    const int high = nibble(text[at]);
    const int low = nibble(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return uuid;
}

bool is_version_7(const Uuid& uuid) {
  return uuid.bytes[6] >> 4 == 7 && uuid.bytes[8] >> 6 == 2;
}

Time time_of(const Uuid& uuid) {
  std::int64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | uuid.bytes[i];
  return Time(std::chrono::milliseconds(millis));
}

Uuid make_uuid_v7(Time now, std::uint64_t random_high, std::uint64_t random_low) {
  const auto millis =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
  Uuid uuid;
  for (std::size_t i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  uuid.bytes[6] = static_cast<std::uint8_t>(0x70 | (random_high >> 8 & 0x0F));
  uuid.bytes[7] = static_cast<std::uint8_t>(random_high);
  for (std::size_t i = 0; i < 8; ++i) uuid.bytes[8 + i] = static_cast<std::uint8_t>(random_low >> (56 - 8 * i));
  uuid.bytes[8] = static_cast<std::uint8_t>(0x80 | (uuid.bytes[8] & 0x3F));
  return uuid;
}

}  // namespace mms::vocabulary
