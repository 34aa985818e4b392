// Rate limits of callers, and of addresses whose callers are not known.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/rate_table.hpp"
#include "http/walk.hpp"

namespace mms::access {

// Threads: any. Lifetime: outlives the sessions.
class RateLimits {
 public:
  // Told of each refusal: the policy's name, and the caller or address. Must be quick.
  using Refused = std::function<void(std::string_view policy, std::string_view who)>;
  RateLimits(const RateSettings& settings, Refused on_refused);

  bool limits_callers() const { return settings_.limits_callers(); }
  // The http room's Limit. Routes that need no permission are never limited.
  vocabulary::Result<http::Slot> enter(http::Request& request, const http::Route& route);

  // Before a credential that is not known is verified, or a request without one is refused: takes from its address'
  // bucket. The two have buckets of their own, so that whoever comes without a credential hinders nobody who has one.
  // Refuses: rate_limited.
  vocabulary::Result<void> knock(http::Request& request, bool has_credential);
  // The credential was good, or nobody could tell.
  void was_no_guess(http::Request& request);

  struct Owed {
    RateTable::Owed owed;
    bool is_address = false;
    std::string name;     // of the bucket among those who share it: tells nobody whose it is
    Nanoseconds most{0};  // the shared bucket is never further from full
  };
  // For buckets that others share; see RateTable. Threads: one at a time.
  std::vector<Owed> collect();
  void settled(const Owed& owed, Nanoseconds shared);
  void not_settled(const Owed& owed);

  // Callers and addresses that are kept in mind.
  std::size_t known() const { return callers_.size() + addresses_.size(); }

 private:
  struct Policy {
    std::string name;
    std::string item;  // of RateLimit-Policy
    std::string words;
    BucketRule rule;
  };
  static Policy policy_of(RateClass kind, const Rate& rate);
  std::unexpected<vocabulary::Problem> refuse(http::Request& request,
                                              const Policy& policy,
                                              const RateTable::Standing& standing,
                                              std::string_view who);
  std::string address_of(const http::Request& request) const;

  RateSettings settings_;
  Refused on_refused_;
  std::vector<Policy> policies_;  // by RateClass
  Policy in_flight_;
  RateTable callers_;
  RateTable addresses_;
};

// Absent where nobody is limited. Lifetime: the limits outlive it.
http::Limit limit_by(RateLimits* limits);

}  // namespace mms::access
