// The keys that an issuer of tokens publishes, kept fresh.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "access/realm.hpp"
#include "async/task.hpp"

namespace mms::access {

struct IssuerSettings {
  std::chrono::milliseconds every{300'000};  // how old the keys may grow
  std::chrono::milliseconds least{10'000};   // between two questions, whatever tokens come
  std::chrono::milliseconds patience{5'000};
};

// Asks on a thread of its own; what is asked for while a question is under way shares its answer. An issuer that is
// away, or publishes what is no key set, changes nothing: the last good keys stay.
// Threads: any. Lifetime: the realm outlives it; it outlives the guards' coroutines that wait for it.
class IssuerKeys {
 public:
  // The text of a JWK Set, or why there is none.
  using Fetch = std::function<async::Task<std::expected<std::string, std::string>>(async::Deadline)>;
  // After each question: empty, or what went wrong.
  using Asked = std::function<void(const std::string& why_not)>;
  IssuerKeys(Realm& realm, IssuerSettings settings, Fetch fetch, Asked asked);
  ~IssuerKeys();
  IssuerKeys(const IssuerKeys&) = delete;
  IssuerKeys& operator=(const IssuerKeys&) = delete;

  void start();
  void stop();

  // Returns when the keys were asked for; at once when that was less than `least` ago.
  async::Task<bool> refresh();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mms::access
