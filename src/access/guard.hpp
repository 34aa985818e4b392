// Who comes in: the http room's Admit.
#pragma once

#include <functional>

#include "access/credential_cache.hpp"
#include "access/key_store.hpp"
#include "access/rate_limits.hpp"
#include "access/realm.hpp"
#include "access/rules/credential.hpp"
#include "async/task.hpp"
#include "http/route.hpp"

namespace mms::access {

using Now = std::function<vocabulary::Time()>;

// One for each thread. Threads: one, that of the key store. Lifetime: outlives the sessions; realm and store outlive
// it.
class Guard {
 public:
  // `limits`: of those who are not known; null: none.
  Guard(Realm& realm, KeyStore& keys, Now now, RateLimits* limits = nullptr);

  // Credentials to a caller who holds the permission on some fleet. Permission::none lets everyone pass, as nobody.
  // A credential that was verified is believed for 5 s, less when it expires or something is revoked, here or, with
  // Redis, on another replica.
  // Refuses: unauthenticated, forbidden, rate_limited. Throws database::Unavailable.
  async::Task<vocabulary::Result<vocabulary::Caller>> admit(http::Request& request, vocabulary::Permission permission);

 private:
  vocabulary::Result<void> knock(http::Request& request, bool has_credential);
  async::Task<bool> is_open(async::Deadline deadline);
  async::Task<vocabulary::Result<vocabulary::Caller>> verify(Credential credential,
                                                             crypto::Digest digest,
                                                             async::Deadline deadline);
  async::Task<vocabulary::Result<Admitted>> verify_key(std::string_view text,
                                                       crypto::Digest digest,
                                                       async::Deadline deadline);

  Realm& realm_;
  KeyStore& keys_;
  Now now_;
  RateLimits* limits_;
  CredentialCache cache_;
  vocabulary::Time looked_for_keys_{};
};

// Lifetime: the guard outlives it.
http::Admit admit_by(Guard& guard);

}  // namespace mms::access
