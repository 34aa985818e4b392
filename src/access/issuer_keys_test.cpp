// An issuer that answers, changes its keys, goes away, and is asked no more often than it should be.
#include "access/issuer_keys.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "access/access_fixture.hpp"
#include "crypto/token_fixture.hpp"

namespace mms::access {
namespace {

using vocabulary::Permission;
using vocabulary::ProblemKind;

// What an issuer publishes.
struct Published {
  std::mutex mutex;
  std::expected<std::string, std::string> answer = std::unexpected(std::string("is away"));
  std::atomic<int> asked{0};

  void say(std::expected<std::string, std::string> next) {
    const std::lock_guard lock(mutex);
    answer = std::move(next);
  }
  IssuerKeys::Fetch fetch() {
    return [this](async::Deadline) -> async::Task<std::expected<std::string, std::string>> {
      ++asked;
      const std::lock_guard lock(mutex);
      co_return answer;
    };
  }
};

struct IssuedHouse {
  House house{{.listen = "0.0.0.0", .jwks_published = true, .jwt_issuer = "us", .jwt_audience = "mms"}};
  Published published;
  std::atomic<int> failures{0};
  IssuerKeys keys;

  explicit IssuedHouse(IssuerSettings settings)
      : keys(house.realm, settings, published.fetch(), [this](const std::string& why) {
          failures += why.empty() ? 0 : 1;
        }) {
    house.realm.when_key_is_unknown([this] { return keys.refresh(); });
  }
  void start() {
    keys.start();
    while (published.asked == 0) std::this_thread::yield();
  }
  std::string admit(const crypto::KeyPair& key, const std::string& kid, const std::string& sub = "ada") {
    const auto expires = std::chrono::duration_cast<std::chrono::seconds>(house.now.time_since_epoch()).count() + 60;
    const auto token =
        crypto::eddsa(R"({"alg":"EdDSA","kid":")" + kid + "\"}",
                      R"({"iss":"us","aud":"mms","sub":")" + sub + R"(","exp":)" + std::to_string(expires) + "}", key);
    const auto answer = house.admit({{"Authorization", "Bearer " + token}});
    return answer ? "in" : std::string(name_of(answer.error().kind));
  }
};

std::string set_of(const crypto::KeyPair& key, const std::string& kid) {
  return crypto::jwks(crypto::ed25519_jwk(key, R"(,"kid":")" + kid + "\""));
}

constexpr IssuerSettings kEager{.every = std::chrono::hours(1), .least = std::chrono::milliseconds(0)};
constexpr IssuerSettings kCalm{.every = std::chrono::hours(1), .least = std::chrono::hours(1)};

TEST(IssuerKeys, a_new_key_is_found_and_a_withdrawn_one_is_refused_at_once) {
  IssuedHouse issued(kEager);
  const auto first = crypto::make_ed25519();
  const auto second = crypto::make_ed25519();
  issued.published.say(set_of(first, "1"));
  issued.start();
  EXPECT_EQ(issued.admit(first, "1"), "in");
  issued.published.say(set_of(second, "2"));
  EXPECT_EQ(issued.admit(first, "1"), "in");
  EXPECT_EQ(issued.admit(second, "2"), "in");
  EXPECT_EQ(issued.admit(first, "1"), "unauthenticated");  // it was remembered, and is not believed any more
}

TEST(IssuerKeys, an_issuer_that_is_away_or_talks_nonsense_changes_nothing) {
  IssuedHouse issued(kEager);
  const auto key = crypto::make_ed25519();
  issued.start();
  EXPECT_EQ(issued.admit(key, "1"), "unavailable");
  issued.published.say(set_of(key, "1"));
  EXPECT_EQ(issued.admit(key, "1"), "in");
  for (const auto* nonsense : {"<html>", R"({"keys":[]})", R"({"keys":[{"kty":"oct","k":"AAAA"}]})"}) {
    const int before = issued.failures;
    issued.published.say(nonsense);
    EXPECT_EQ(issued.admit(crypto::make_ed25519(), "other"), "unauthenticated");
    EXPECT_GT(issued.failures, before);
    EXPECT_EQ(issued.admit(key, "1", nonsense[0] == '<' ? "bob" : "eve"), "in");
  }
}

TEST(IssuerKeys, unknown_keys_have_it_asked_once_an_interval) {
  IssuedHouse issued(kCalm);
  const auto key = crypto::make_ed25519();
  issued.published.say(set_of(key, "1"));
  issued.start();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(issued.admit(key, "x" + std::to_string(i)), "unauthenticated");
  EXPECT_EQ(issued.published.asked, 1);
  EXPECT_EQ(issued.admit(key, "1"), "in");
}

TEST(IssuerKeys, whoever_waits_when_it_stops_is_let_go) {
  IssuedHouse issued(kEager);
  issued.keys.stop();
  EXPECT_EQ(issued.admit(crypto::make_ed25519(), "1"), "unavailable");
}

}  // namespace
}  // namespace mms::access
