// Arithmetic of buckets.
#include "access/rules/rate.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace mms::access {
namespace {

using vocabulary::Permission;

// Beyond these the arithmetic would overflow, and nobody would call it a limit.
constexpr double kSlowest = 0.001;
constexpr double kMost = 1e6;
constexpr double kLongestToFill = 86'400;  // seconds
constexpr double kUsualBurst = 10;         // seconds

std::optional<double> number_of(std::string_view text, double low) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= low && value <= kMost)) return {};
  return value;
}

}  // namespace

RateClass rate_class_of(Permission permission, bool reads, bool heavy) {
  if (heavy) return RateClass::heavy;
  if (reads) return RateClass::reads;
  switch (permission) {
    case Permission::tracking_write:
    case Permission::logs_write:
    case Permission::metrics_write:
    case Permission::missions_report:
      return RateClass::reports;
    default:
      return RateClass::writes;
  }
}

std::optional<Rate> rate_of(std::string_view text) {
  if (text == "0") return Rate{};
  const auto colon = text.find(':');
  const auto per_second = number_of(text.substr(0, colon), kSlowest);
  if (!per_second) return {};
  if (colon == std::string_view::npos) {
    return Rate{.per_second = *per_second, .burst = std::clamp(*per_second * kUsualBurst, 1.0, kMost)};
  }
  const auto burst = number_of(text.substr(colon + 1), 1);
  if (!burst || *burst / *per_second > kLongestToFill) return {};
  return Rate{.per_second = *per_second, .burst = *burst};
}

BucketRule::BucketRule(const Rate& rate) {
  if (!rate.limits()) return;
  cost = Nanoseconds(static_cast<std::int64_t>(std::ceil(1e9 / rate.per_second)));
  size = Nanoseconds(static_cast<std::int64_t>(static_cast<double>(cost.count()) * rate.burst));
}

std::optional<Nanoseconds> take(Bucket& bucket, const BucketRule& rule, Nanoseconds now) {
  const auto then = std::max(bucket.full_at, now) + rule.cost;
  if (then - now > rule.size) return then - now - rule.size;
  bucket.full_at = then;
  bucket.unsettled += rule.cost;
  return {};
}

void give_back(Bucket& bucket, const BucketRule& rule) {
  bucket.full_at -= rule.cost;
  bucket.unsettled -= rule.cost;
}

std::int64_t tokens_in(const Bucket& bucket, const BucketRule& rule, Nanoseconds now) {
  return std::max<std::int64_t>(0, (rule.size - until_full(bucket, now)) / rule.cost);
}

Nanoseconds until_full(const Bucket& bucket, Nanoseconds now) {
  return std::max(Nanoseconds(0), bucket.full_at - now);
}

Nanoseconds settle(Bucket& bucket) {
  return std::exchange(bucket.unsettled, Nanoseconds(0));
}

void settled(Bucket& bucket, Nanoseconds shared, Nanoseconds now) {
  bucket.full_at = now + shared + bucket.unsettled;
}

void not_settled(Bucket& bucket, Nanoseconds owed, Nanoseconds now) {
  bucket.unsettled = std::min(bucket.unsettled + owed, until_full(bucket, now));
}

}  // namespace mms::access
