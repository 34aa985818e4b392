// A bounded LRU.
#include "access/credential_cache.hpp"

#include <utility>

namespace mms::access {

const vocabulary::Caller* CredentialCache::find(const crypto::Digest& digest,
                                                vocabulary::Time now,
                                                std::uint64_t revocations) {
  const auto found = by_digest_.find(digest);
  if (found == by_digest_.end()) return nullptr;
  const auto kept = found->second;
  if (now < kept->entry.from || now >= kept->entry.until || kept->entry.revocations != revocations) {
    entries_.erase(kept);
    by_digest_.erase(found);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, kept);
  return &kept->entry.caller;
}

void CredentialCache::put(const crypto::Digest& digest, Entry entry) {
  if (entry.until <= entry.from || capacity_ == 0) return;
  if (const auto found = by_digest_.find(digest); found != by_digest_.end()) {
    entries_.erase(found->second);
    by_digest_.erase(found);
  } else if (entries_.size() == capacity_) {
    by_digest_.erase(entries_.back().digest);
    entries_.pop_back();
  }
  entries_.push_front({digest, std::move(entry)});
  by_digest_.emplace(digest, entries_.begin());
}

}  // namespace mms::access
