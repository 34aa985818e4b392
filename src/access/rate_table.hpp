// The buckets of many callers, in bounded memory.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/rules/rate.hpp"

namespace mms::access {

// Threads: any; callers are spread over locks that are held for a look-up. Lifetime: outlives what it gave out.
class RateTable {
 public:
  static constexpr std::size_t kBuckets = 4;
  using Rules = std::array<BucketRule, kBuckets>;

  // At most `most_in_use` requests of one caller at a time; 0: any number. More than `capacity` callers: those go first
  // who were not seen for longest, full buckets before others; nobody whose request is under way.
  RateTable(const Rules& rules, std::size_t most_in_use, std::size_t capacity);

  // Held from a request's admission to its answer.
  using Slot = std::shared_ptr<void>;
  struct Standing {
    enum class Verdict { taken, empty, too_many_in_use };
    Verdict verdict = Verdict::taken;
    std::int64_t left = 0;
    Nanoseconds until_full{0};
    Nanoseconds wait{0};  // until there is a token, where it is empty
    Slot slot;            // absent without a cap
  };
  Standing take(std::string_view who, std::size_t bucket, Nanoseconds now);
  void give_back(std::string_view who, std::size_t bucket);

  // For buckets that others share: what left since the last time, of those who took or gave anything.
  struct Owed {
    std::string who;
    std::size_t bucket = 0;
    Nanoseconds spent{0};
  };
  // Threads: one at a time. Collected from the first call on.
  std::vector<Owed> collect();
  void settled(const Owed& owed, Nanoseconds shared, Nanoseconds now);
  void not_settled(const Owed& owed, Nanoseconds now);

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::string who;
    std::array<Bucket, kBuckets> buckets;
    std::size_t in_use = 0;
    bool listed = false;  // among those who owe
  };
  using Entries = std::list<Entry>;
  struct alignas(64) Shard {
    std::mutex mutex;
    Entries entries;  // most recently seen first
    std::unordered_map<std::string_view, Entries::iterator> by_who;
    std::vector<Entry*> owing;
  };
  static constexpr std::size_t kShards = 64;

  Shard& shard_of(std::string_view who) { return shards_[std::hash<std::string_view>()(who) % kShards]; }
  Entry& entry_of(Shard& shard, std::string_view who, Nanoseconds now);
  void make_room(Shard& shard, Nanoseconds now);
  bool is_at_rest(const Entry& entry, Nanoseconds now) const;
  void list(Shard& shard, Entry& entry);

  Rules rules_;
  std::size_t most_in_use_;
  std::size_t capacity_;  // of a shard
  std::atomic<bool> collects_{false};
  std::atomic<std::size_t> size_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace mms::access
