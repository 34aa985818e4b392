// What the guards of all threads share: the keys that sign tokens, whether the house is open, how often it was revoked.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "access/rules/token_claims.hpp"
#include "async/task.hpp"
#include "crypto/token_keys.hpp"

namespace mms::access {

struct AccessSettings {
  std::string listen = "127.0.0.1";  // the address that the service listens on
  std::string jwt_secret;            // HS256; empty: none
  std::string jwks;                  // text of a JWK Set, for RS256, ES256 and EdDSA; empty: none
  bool jwks_published = false;       // there is one more, which the issuer publishes
  std::string jwt_issuer;            // required with a JWK Set
  std::string jwt_audience;          // required with a JWK Set
};

// Threads: any.
class Realm {
 public:
  // Throws std::invalid_argument, with a sentence for whoever set the settings and without the secret.
  explicit Realm(const AccessSettings& settings);

  // Those of the settings and those that the issuer published last.
  std::shared_ptr<const crypto::TokenKeys> token_keys() const;
  // Takes the place of the keys that it published before. Throws std::invalid_argument for what is no usable key set,
  // and changes nothing then.
  void take_issuer_keys(std::string_view jwks);
  // Asks the issuer again, unless it was asked just now. Set before requests are served; called from any thread.
  using Refresh = std::function<async::Task<bool>()>;
  void when_key_is_unknown(Refresh refresh) { refresh_ = std::move(refresh); }
  const Refresh& refresh() const { return refresh_; }
  // An issuer publishes keys, and has not been heard yet.
  bool waits_for_issuer() const { return waits_for_issuer_.load(std::memory_order_acquire); }
  const TokenRules& token_rules() const { return token_rules_; }
  bool takes_tokens() const { return takes_tokens_; }
  bool is_on_loopback() const { return on_loopback_; }

  // On loopback, without a JWT setting, and no API key seen so far: every caller is admin.
  bool may_be_open() const { return may_be_open_.load(std::memory_order_acquire); }
  // An API key exists: from now on everybody needs a credential, as long as the process lives.
  void close() { may_be_open_.store(false, std::memory_order_release); }

  // Grows with every revocation that this process learns of, its own or another's: what was verified under an older
  // count is verified again.
  std::uint64_t revocations() const { return revocations_.load(std::memory_order_acquire); }
  // A revocation is committed, here or elsewhere.
  void note_revocation() { revocations_.fetch_add(1, std::memory_order_acq_rel); }
  // Call when one of this process is committed, before it is answered.
  void revoked_here() {
    note_revocation();
    if (tell_) tell_();
  }
  // Tells others. Set before requests are served; may be called from any thread, and must not wait.
  void when_revoked(std::function<void()> tell) { tell_ = std::move(tell); }

 private:
  crypto::TokenKeys own_keys_;
  mutable std::mutex mutex_;
  std::shared_ptr<const crypto::TokenKeys> token_keys_;  // under the mutex
  std::string published_;                                // likewise
  bool takes_tokens_;
  std::atomic<bool> waits_for_issuer_;
  Refresh refresh_;
  TokenRules token_rules_;
  bool on_loopback_;
  std::atomic<bool> may_be_open_;
  std::atomic<std::uint64_t> revocations_ = 0;
  std::function<void()> tell_;
};

}  // namespace mms::access
