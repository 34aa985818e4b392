// Requests against limits: who is refused, by which bucket, and who is not touched.
#include "access/rate_limits.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "access/access_fixture.hpp"

namespace mms::access {
namespace {

using vocabulary::Permission;
using vocabulary::ProblemKind;

constexpr Rate kFew{.per_second = 0.001, .burst = 3};  // no token comes back during a test

http::Request request_of(std::string caller, std::string_view address = "10.0.0.1") {
  http::Request request;
  request.caller.id = std::move(caller);
  request.client = address;
  return request;
}

http::Route route_of(http::Method method, Permission permission, bool heavy = false) {
  http::Route route;
  route.method = method;
  route.permission = permission;
  route.heavy = heavy;
  return route;
}

const auto kRead = route_of(http::Method::get, Permission::missions_read);
const auto kWrite = route_of(http::Method::post, Permission::missions_write);

struct Refusals {
  std::vector<std::string> seen;
  RateLimits::Refused hook() {
    return [this](std::string_view policy, std::string_view who) {
      seen.push_back(std::string(policy) + ' ' + std::string(who));
    };
  }
};

TEST(RateLimits, each_caller_has_a_bucket_for_each_class) {
  Refusals refusals;
  RateLimits limits({.reads = kFew, .writes = kFew}, refusals.hook());
  for (const auto* left : {"2", "1", "0"}) {
    auto request = request_of("ann");
    EXPECT_TRUE(limits.enter(request, kRead));
    EXPECT_EQ(request.rate.policy, "\"reads\";q=3;w=3000");
    EXPECT_EQ(std::to_string(request.rate.remaining), left);
  }
  auto request = request_of("ann");
  const auto refused = limits.enter(request, kRead);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ProblemKind::rate_limited);
  EXPECT_EQ(refused.error().members, R"("policy":"reads","retry_after_s":1000)");
  EXPECT_EQ(request.rate.remaining, 0);
  EXPECT_TRUE(limits.enter(request, kWrite));
  auto other = request_of("bob");
  EXPECT_TRUE(limits.enter(other, kRead));
  EXPECT_EQ(refusals.seen, std::vector<std::string>{"reads ann"});
}

TEST(RateLimits, what_has_no_limit_and_what_needs_no_permission_is_not_counted) {
  RateLimits limits({.reads = kFew}, [](auto, auto) {});
  for (int i = 0; i < 10; ++i) {
    auto request = request_of("ann");
    EXPECT_TRUE(limits.enter(request, kWrite));
    EXPECT_TRUE(request.rate.policy.empty());
    EXPECT_TRUE(limits.enter(request, route_of(http::Method::get, Permission::none)));
  }
  EXPECT_FALSE(limit_by(nullptr));
  RateLimits addresses({.unauthenticated = kFew}, [](auto, auto) {});
  EXPECT_FALSE(limit_by(&addresses));
}

TEST(RateLimits, a_slot_is_free_again_when_it_is_given_back) {
  RateLimits limits({.in_flight = 2}, [](auto, auto) {});
  auto request = request_of("ann");
  auto first = limits.enter(request, kRead);
  auto second = limits.enter(request, kWrite);
  const auto third = limits.enter(request, kWrite);
  ASSERT_FALSE(third);
  EXPECT_EQ(request.rate.policy, "\"in_flight\";q=2;qu=\"concurrent-requests\"");
  auto other = request_of("bob");
  EXPECT_TRUE(limits.enter(other, kRead));
  first->reset();
  EXPECT_TRUE(limits.enter(request, kRead));
}

TEST(RateLimits, guesses_are_counted_by_address_and_good_credentials_are_not) {
  RateLimits limits({.unauthenticated = kFew}, [](auto, auto) {});
  const auto knock = [&](std::string_view address, bool credential, const char* forwarded = nullptr) {
    auto request = request_of({}, address);
    if (forwarded != nullptr) request.headers.emplace_back("x-forwarded-for", forwarded);
    return limits.knock(request, credential).has_value();
  };
  for (int i = 0; i < 10; ++i) {
    auto request = request_of({}, "10.0.0.1");
    EXPECT_TRUE(limits.knock(request, true));
    limits.was_no_guess(request);
    EXPECT_TRUE(request.rate.policy.empty());
  }
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(knock("10.0.0.1", true));
  EXPECT_FALSE(knock("10.0.0.1", true));
  EXPECT_FALSE(knock("10.0.0.1", true, "1.2.3.4"));
  EXPECT_FALSE(knock("::ffff:10.0.0.1", true));
  EXPECT_TRUE(knock("10.0.0.1", false));
  EXPECT_TRUE(knock("10.0.0.2", true));
  // The addresses of one IPv6 network are one host's.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(knock("2001:db8:1:2::" + std::to_string(i), true));
  EXPECT_FALSE(knock("2001:db8:1:2:ffff::1", true));
  EXPECT_TRUE(knock("2001:db8:1:3::1", true));
}

TEST(RateLimits, behind_proxies_what_the_outermost_saw_counts) {
  RateLimits limits({.unauthenticated = {.per_second = 0.001, .burst = 1}, .proxies = 2}, [](auto, auto) {});
  const auto knock = [&](std::string_view forwarded) {
    auto request = request_of({}, "10.0.0.1");
    request.headers.emplace_back("X-Forwarded-For", forwarded);
    return limits.knock(request, true).has_value();
  };
  EXPECT_TRUE(knock("1.1.1.1, 5.5.5.5, 10.0.0.9"));
  EXPECT_FALSE(knock("2.2.2.2,5.5.5.5 , 10.0.0.9"));  // what the caller wrote itself
  EXPECT_TRUE(knock("6.6.6.6"));
  EXPECT_TRUE(knock("nonsense, 10.0.0.9"));  // then the peer itself
  EXPECT_FALSE(knock("other, 10.0.0.9"));
}

TEST(RateLimits, memory_is_bounded_and_full_buckets_leave_first) {
  constexpr std::size_t kCapacity = 6400;
  const BucketRule rule({.per_second = 1, .burst = 2});
  RateTable table({rule, rule, rule, rule}, 1, kCapacity);
  Nanoseconds now(1'000'000'000);
  const auto held = table.take("held", 0, now);
  for (int i = 0; i < 2; ++i) table.take("spender", 0, now);
  EXPECT_EQ(table.take("spender", 0, now).verdict, RateTable::Standing::Verdict::empty);
  now +=
      std::chrono::milliseconds(1500);  // the spender's is not full yet; those that took one token are a moment later
  for (int i = 0; i < 20'000; ++i) table.take("a" + std::to_string(i), 0, now + std::chrono::microseconds(i));
  EXPECT_LE(table.size(), kCapacity + 1);
  EXPECT_GE(table.size(), kCapacity / 2);
  EXPECT_EQ(table.take("held", 0, now).verdict, RateTable::Standing::Verdict::too_many_in_use);
}

TEST(RateLimits, threads_take_no_more_than_there_is) {
  RateLimits limits({.reads = {.per_second = 0.001, .burst = 1000}, .in_flight = 8}, [](auto, auto) {});
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        auto request = request_of("ann");
        if (limits.enter(request, kRead)) ++taken;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, 1000);
  auto owed = limits.collect();
  EXPECT_TRUE(owed.empty());  // from now on
  auto request = request_of("bob");
  EXPECT_TRUE(limits.enter(request, kRead));
  owed = limits.collect();
  ASSERT_EQ(owed.size(), 1);
  EXPECT_EQ(owed[0].owed.spent, Nanoseconds(std::chrono::seconds(1000)));
  EXPECT_FALSE(owed[0].name.contains("bob"));
  // Elsewhere it was emptied.
  limits.settled(owed[0], Nanoseconds(std::chrono::seconds(1'000'000)));
  EXPECT_FALSE(limits.enter(request, kRead));
}

TEST(Guard, guessing_keys_is_limited_before_the_table_is_asked) {
  House house;
  RateLimits limits({.unauthenticated = kFew}, [](auto, auto) {});
  Guard guard(house.realm, house.keys, [&] { return house.now; }, &limits);
  const auto good = house.add_key(vocabulary::Role::viewer);
  const auto late = house.add_key(vocabulary::Role::viewer);
  auto wrong = good.text;
  wrong.back() = wrong.back() == 'a' ? 'b' : 'a';
  const auto admit = [&](const std::string& key) {
    auto request = request_of({}, "10.0.0.1");
    request.deadline = async::Clock::now() + std::chrono::minutes(1);
    request.headers.emplace_back("X-API-Key", key);
    auto answer = house.run(guard.admit(request, Permission::any_caller));
    return answer ? std::string("in") : std::string(name_of(answer.error().kind));
  };
  EXPECT_EQ(admit(good.text), "in");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(admit(wrong), "unauthenticated");
  const auto reads = house.table.reads;
  EXPECT_EQ(admit(wrong), "rate_limited");
  EXPECT_EQ(house.table.reads, reads);
  // Known lately: verified again when it is due, whatever the address does. Not known: it waits.
  EXPECT_EQ(admit(good.text), "in");
  house.now += std::chrono::seconds(30);
  EXPECT_EQ(admit(good.text), "in");
  EXPECT_EQ(admit(late.text), "rate_limited");
}

TEST(Guard, a_store_that_is_away_makes_nobody_a_guesser) {
  House house;
  RateLimits limits({.unauthenticated = kFew}, [](auto, auto) {});
  Guard guard(house.realm, house.keys, [&] { return house.now; }, &limits);
  const auto key = house.add_key(vocabulary::Role::viewer);
  auto request = request_of({}, "10.0.0.1");
  request.headers.emplace_back("X-API-Key", key.text);
  house.table.down = true;
  for (int i = 0; i < 10; ++i) {
    EXPECT_THROW(house.run(guard.admit(request, Permission::any_caller)), database::Unavailable);
  }
  house.table.down = false;
  EXPECT_TRUE(house.run(guard.admit(request, Permission::any_caller)));
}

}  // namespace
}  // namespace mms::access
