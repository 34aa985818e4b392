// The table api_keys.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/rules/api_key.hpp"
#include "async/task.hpp"
#include "database/database.hpp"

namespace mms::access {

struct StoredKey {
  ApiKey key;               // without its text
  std::string secret_hash;  // SHA-256 of the text, 64 hex digits
};

// All throw what the database throws. Threads: one, that of the reader and the appender.
// Lifetime: reader and appender outlive it; the appender is its own, for their calls must not overlap.
class KeyStore {
 public:
  KeyStore(async::Executor executor, database::Reader& reader, database::Appender& appender);
  ~KeyStore();
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  async::Task<std::optional<StoredKey>> find(vocabulary::Uuid id, async::Deadline deadline);
  // In the order of their making, revoked ones too, those behind `after`.
  async::Task<std::vector<ApiKey>> list(vocabulary::Uuid after, std::int64_t limit, async::Deadline deadline);
  // Any at all, revoked and expired ones too.
  async::Task<bool> has_any(async::Deadline deadline);

  async::Task<void> add(StoredKey key);
  // The first revocation stands.
  async::Task<void> revoke(vocabulary::Uuid id, vocabulary::Time now);

  // Notes that the key was used; written later, together with others, at most once a minute for each key. A note that
  // cannot be written is dropped.
  void note_use(const ApiKey& key, vocabulary::Time now);

 private:
  struct Writing;
  static async::Task<std::vector<database::Rows>> append(std::shared_ptr<Writing> writing,
                                                         std::vector<database::Query> queries);
  static async::Task<void> write_uses(std::shared_ptr<Writing> writing);

  async::Executor executor_;
  database::Reader& reader_;
  std::shared_ptr<Writing> writing_;  // shared with the writes that are under way
};

}  // namespace mms::access
