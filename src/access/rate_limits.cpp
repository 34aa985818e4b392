// Requests to buckets, buckets to headers.
#include "access/rate_limits.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <cmath>

#include "async/task.hpp"
#include "crypto/digest.hpp"
#include "http/field_values.hpp"

namespace mms::access {
namespace {

using vocabulary::ProblemKind;
using vocabulary::Result;

constexpr std::size_t kMostKnown = 32'768;  // callers, and as many addresses: about 8 MiB each when all are there
constexpr int kMostDebt = 10;               // bursts that a shared bucket may owe: a clock set back must not lock out

Nanoseconds now() {
  return async::Clock::now().time_since_epoch();
}

std::int64_t whole_seconds(Nanoseconds time) {
  return std::chrono::ceil<std::chrono::seconds>(time).count();
}

// An address whose holder can be told from others: one of IPv4, or a network of IPv6, whose /64 belongs to one host.
// Empty where the text is none.
std::string host_of(std::string_view text) {
  const std::string address(text);
  in6_addr six{};
  in_addr four{};
  if (inet_pton(AF_INET, address.c_str(), &four) == 1) return address;
  if (inet_pton(AF_INET6, address.c_str(), &six) != 1) return {};
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    return fmt::format("{}.{}.{}.{}", six.s6_addr[12], six.s6_addr[13], six.s6_addr[14], six.s6_addr[15]);
  }
  std::string network;
  for (int i = 0; i < 8; i += 2) network += fmt::format("{:x}:", six.s6_addr[i] << 8 | six.s6_addr[i + 1]);
  return network + ":/64";
}

// What the outermost of `proxies` proxies saw.
std::string_view forwarded_for(const http::Request& request, std::size_t proxies) {
  std::vector<std::string_view> hops;
  for (const auto& [name, value] : request.headers) {
    if (!http::same_name(name, "X-Forwarded-For")) continue;
    for (auto rest = value; !rest.empty();) {
      auto hop = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), hop.size() + 1));
      while (hop.starts_with(' ')) hop.remove_prefix(1);
      while (hop.ends_with(' ')) hop.remove_suffix(1);
      hops.push_back(hop);
    }
  }
  if (hops.empty()) return {};
  return hops[hops.size() - std::min(hops.size(), proxies)];
}

std::size_t at(RateClass kind) {
  return static_cast<std::size_t>(kind);
}

// Buckets of the table of addresses.
constexpr std::size_t kWithCredential = 0;
constexpr std::size_t kWithout = 1;

}  // namespace

RateLimits::Policy RateLimits::policy_of(RateClass kind, const Rate& rate) {
  Policy policy{.name = std::string(vocabulary::name_of(kind)), .item = {}, .words = {}, .rule = BucketRule(rate)};
  if (!rate.limits()) return policy;
  const auto quota = static_cast<std::int64_t>(rate.burst);
  policy.item = fmt::format("\"{}\";q={};w={}", policy.name, quota, whole_seconds(policy.rule.size));
  policy.words = fmt::format("of the kind \"{}\": {} a second in the long run and {} at once are allowed", policy.name,
                             rate.per_second, quota);
  return policy;
}

RateLimits::RateLimits(const RateSettings& settings, Refused on_refused)
    : settings_(settings),
      on_refused_(std::move(on_refused)),
      policies_{policy_of(RateClass::reads, settings.reads), policy_of(RateClass::writes, settings.writes),
                policy_of(RateClass::reports, settings.reports), policy_of(RateClass::heavy, settings.heavy),
                policy_of(RateClass::unauthenticated, settings.unauthenticated)},
      in_flight_{.name = "in_flight",
                 .item = fmt::format("\"in_flight\";q={};qu=\"concurrent-requests\"", settings.in_flight),
                 .words = fmt::format("at the same time: {} are allowed", settings.in_flight),
                 .rule = BucketRule({})},
      callers_(
          {policies_[0].rule, policies_[1].rule, policies_[2].rule, policies_[3].rule}, settings.in_flight, kMostKnown),
      addresses_({policies_[4].rule, policies_[4].rule, BucketRule({}), BucketRule({})}, 0, kMostKnown) {}

Result<http::Slot> RateLimits::enter(http::Request& request, const http::Route& route) {
  if (route.permission == vocabulary::Permission::none) return http::Slot();
  const auto kind = rate_class_of(route.permission, route.method == http::Method::get, route.heavy);
  const auto& policy = policies_[at(kind)];
  auto standing = callers_.take(request.caller.id, at(kind), now());
  if (standing.verdict == RateTable::Standing::Verdict::too_many_in_use) {
    return refuse(request, in_flight_, standing, request.caller.id);
  }
  if (standing.verdict == RateTable::Standing::Verdict::empty) {
    return refuse(request, policy, standing, request.caller.id);
  }
  request.rate = {policy.item, policy.name, standing.left, whole_seconds(standing.until_full)};
  return std::move(standing.slot);
}

Result<void> RateLimits::knock(http::Request& request, bool has_credential) {
  const auto& policy = policies_[at(RateClass::unauthenticated)];
  if (!settings_.unauthenticated.limits()) return {};
  const auto address = address_of(request);
  const auto standing = addresses_.take(address, has_credential ? kWithCredential : kWithout, now());
  if (standing.verdict != RateTable::Standing::Verdict::taken) return refuse(request, policy, standing, address);
  request.rate = {policy.item, policy.name, standing.left, whole_seconds(standing.until_full)};
  return {};
}

void RateLimits::was_no_guess(http::Request& request) {
  request.rate = {};
  if (settings_.unauthenticated.limits()) addresses_.give_back(address_of(request), kWithCredential);
}

std::unexpected<vocabulary::Problem> RateLimits::refuse(http::Request& request,
                                                        const Policy& policy,
                                                        const RateTable::Standing& standing,
                                                        std::string_view who) {
  on_refused_(policy.name, who);
  request.rate = {policy.item, policy.name, 0, std::max<std::int64_t>(1, whole_seconds(standing.until_full))};
  const auto wait = std::max<std::int64_t>(1, whole_seconds(standing.wait));
  return vocabulary::refuse(
      ProblemKind::rate_limited,
      fmt::format("too many requests {}; nothing was done, try again in {} s", policy.words, wait),
      fmt::format("\"policy\":\"{}\",\"retry_after_s\":{}", policy.name, wait));
}

std::string RateLimits::address_of(const http::Request& request) const {
  std::string host;
  if (settings_.proxies > 0) host = host_of(forwarded_for(request, settings_.proxies));
  return host.empty() ? host_of(request.client) : host;
}

std::vector<RateLimits::Owed> RateLimits::collect() {
  std::vector<Owed> all;
  for (auto* table : {&callers_, &addresses_}) {
    const bool is_address = table == &addresses_;
    for (auto& owed : table->collect()) {
      const auto& policy = is_address ? policies_[at(RateClass::unauthenticated)] : policies_[owed.bucket];
      const auto kind = is_address && owed.bucket == kWithout ? std::string_view("without_credential") : policy.name;
      const auto digest = crypto::to_hex(crypto::sha256(owed.who)).substr(0, 32);
      all.push_back({.owed = std::move(owed),
                     .is_address = is_address,
                     .name = fmt::format("{}:{}", kind, digest),
                     .most = kMostDebt * policy.rule.size});
    }
  }
  return all;
}

void RateLimits::settled(const Owed& owed, Nanoseconds shared) {
  (owed.is_address ? addresses_ : callers_).settled(owed.owed, shared, now());
}

void RateLimits::not_settled(const Owed& owed) {
  (owed.is_address ? addresses_ : callers_).not_settled(owed.owed, now());
}

http::Limit limit_by(RateLimits* limits) {
  if (limits == nullptr || !limits->limits_callers()) return {};
  return [limits](http::Request& request, const http::Route& route) { return limits->enter(request, route); };
}

}  // namespace mms::access
