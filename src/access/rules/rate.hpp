// Token buckets: how often a caller may do what.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "vocabulary/caller.hpp"
#include "vocabulary/describe.hpp"

namespace mms::access {

// What requests are limited as. A request of someone who is not known, or who offers a wrong credential, is
// unauthenticated, whatever it asks for.
BOOST_DEFINE_ENUM_CLASS(RateClass, reads, writes, reports, heavy, unauthenticated)

// Reports are what vehicles send of themselves: positions, states, logs, metrics, progress of tasks.
RateClass rate_class_of(vocabulary::Permission permission, bool reads, bool heavy);

// The tokens that a bucket holds, and how quickly it fills.
struct Rate {
  double per_second = 0;  // 0: no limit
  double burst = 0;
  bool limits() const { return per_second > 0; }
  bool operator==(const Rate&) const = default;
};

// "<per second>" or "<per second>:<burst>", where the burst is at least one; without it that of ten seconds, at least
// one; it must come back within a day. "0": no limit. Nothing where the text is none of these.
std::optional<Rate> rate_of(std::string_view text);

using Nanoseconds = std::chrono::nanoseconds;

struct RateSettings {
  Rate reads;
  Rate writes;
  Rate reports;
  Rate heavy;
  Rate unauthenticated;       // for each address
  std::size_t in_flight = 0;  // requests of one caller at a time; 0: any number
  std::size_t proxies = 0;    // in front of the service, each of which adds to X-Forwarded-For
  bool limits_callers() const {
    return reads.limits() || writes.limits() || reports.limits() || heavy.limits() || in_flight > 0;
  }
  bool limits_anybody() const { return limits_callers() || unauthenticated.limits(); }
};

// A bucket as the moment at which it will be full again: each token moves that by `cost`, and it may not lie further
// ahead than `size`. So at most burst + rate × t tokens leave it within any t.
struct BucketRule {
  explicit BucketRule(const Rate& rate);
  Nanoseconds cost{0};  // 0: no limit
  Nanoseconds size{0};
};

struct Bucket {
  Nanoseconds full_at{0};
  Nanoseconds unsettled{0};  // what left it here and those who share it do not know yet
};

// Takes one token, or answers how long the bucket needs until it has one, and leaves it as it is.
std::optional<Nanoseconds> take(Bucket& bucket, const BucketRule& rule, Nanoseconds now);
// What was taken turned out not to be owed.
void give_back(Bucket& bucket, const BucketRule& rule);

// Whole tokens that are left.
std::int64_t tokens_in(const Bucket& bucket, const BucketRule& rule, Nanoseconds now);
Nanoseconds until_full(const Bucket& bucket, Nanoseconds now);

// Takes out what those who share the bucket shall be told.
Nanoseconds settle(Bucket& bucket);
// They were told, and the shared bucket is full in `shared`: what left here meanwhile is owed on top.
void settled(Bucket& bucket, Nanoseconds shared, Nanoseconds now);
// They could not be told: what the bucket here has forgiven by now is not owed any more.
void not_settled(Bucket& bucket, Nanoseconds owed, Nanoseconds now);

}  // namespace mms::access
