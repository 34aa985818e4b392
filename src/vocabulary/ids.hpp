// Identifiers: UUIDv7 (RFC 9562) for what this service makes, plain names for what other services own.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "vocabulary/time.hpp"

namespace mms::vocabulary {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
};

std::string to_text(const Uuid& uuid);
void append_text(std::string& out, const Uuid& uuid);
// Accepts the 36-character form in either case; nothing for anything else.
std::optional<Uuid> uuid_from_text(std::string_view text);
bool is_version_7(const Uuid& uuid);
// The millisecond that a version 7 id carries.
Time time_of(const Uuid& uuid);
// Version 7: 48 bits of milliseconds, then 74 random bits.
Uuid make_uuid_v7(Time now, std::uint64_t random_high, std::uint64_t random_low);

// A UUID that knows what it names, so that a trip's id is never taken for a mission's.
template <class Tag>
struct Id {
  Uuid uuid{};
  auto operator<=>(const Id&) const = default;
  static std::optional<Id> from_text(std::string_view text) {
    const auto uuid = uuid_from_text(text);
    return uuid ? std::optional<Id>(Id{*uuid}) : std::nullopt;
  }
};
template <class Tag>
std::string to_text(const Id<Tag>& id) {
  return to_text(id.uuid);
}
template <class Tag>
void append_text(std::string& out, const Id<Tag>& id) {
  append_text(out, id.uuid);
}

using MissionId = Id<struct MissionTag>;
using TemplateId = Id<struct TemplateTag>;
using PlanId = Id<struct PlanTag>;
using DependencyId = Id<struct DependencyTag>;
using TripId = Id<struct TripTag>;
using SafetyEventId = Id<struct SafetyEventTag>;

// Where ids come from: the one seam for randomness, so that tests and the simulation can repeat a run.
// Threads: an instance belongs to one thread.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual Uuid next(Time now) = 0;
};

struct UuidHash {
  std::size_t operator()(const Uuid& uuid) const noexcept {
    std::uint64_t low;  // the random half of a version 7 id
    std::memcpy(&low, uuid.bytes.data() + 8, sizeof low);
    return static_cast<std::size_t>(low * 0x9E3779B97F4A7C15ULL);
  }
};

}  // namespace mms::vocabulary

template <class Tag>
struct std::hash<mms::vocabulary::Id<Tag>> {
  std::size_t operator()(const mms::vocabulary::Id<Tag>& id) const noexcept {
    return mms::vocabulary::UuidHash{}(id.uuid);
  }
};
template <>
struct std::hash<mms::vocabulary::Uuid> : mms::vocabulary::UuidHash {};
