// Verified credentials, remembered for a moment, so that the hot path is one hash and one look-up.
#pragma once

#include <cstdint>
#include <cstring>
#include <list>
#include <unordered_map>

#include "crypto/digest.hpp"
#include "vocabulary/caller.hpp"
#include "vocabulary/time.hpp"

namespace mms::access {

// Keyed by the credential's SHA-256: the credential itself is not kept. The least recently used goes first.
// Threads: one.
class CredentialCache {
 public:
  explicit CredentialCache(std::size_t capacity) : capacity_(capacity) {}

  struct Entry {
    vocabulary::Caller caller;
    vocabulary::Time from;   // when it was verified: a clock that goes back makes it unknown again
    vocabulary::Time until;  // not good at or after this
    std::uint64_t revocations = 0;
  };
  // Null when unknown, too old, or from before a revocation. Lifetime: until the next call of find or put.
  const vocabulary::Caller* find(const crypto::Digest& digest, vocabulary::Time now, std::uint64_t revocations);
  // It was good here lately, and may be so still: until find() drops it.
  bool remembers(const crypto::Digest& digest) const { return by_digest_.contains(digest); }
  void put(const crypto::Digest& digest, Entry entry);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Kept {
    crypto::Digest digest;
    Entry entry;
  };
  struct FirstBytes {  // of a SHA-256: as good as any hash of it
    std::size_t operator()(const crypto::Digest& digest) const noexcept {
      std::size_t hash;
      std::memcpy(&hash, digest.data(), sizeof hash);
      return hash;
    }
  };

  std::size_t capacity_;
  std::list<Kept> entries_;  // most recently used first
  std::unordered_map<crypto::Digest, std::list<Kept>::iterator, FirstBytes> by_digest_;
};

}  // namespace mms::access
