// Shards of an LRU.
#include "access/rate_table.hpp"

#include <algorithm>

namespace mms::access {
namespace {

constexpr std::size_t kLooks = 8;  // how far from the end of the LRU a full bucket is looked for

}  // namespace

RateTable::RateTable(const Rules& rules, std::size_t most_in_use, std::size_t capacity)
    : rules_(rules), most_in_use_(most_in_use), capacity_(std::max<std::size_t>(1, capacity / kShards)) {}

RateTable::Standing RateTable::take(std::string_view who, std::size_t bucket, Nanoseconds now) {
  auto& shard = shard_of(who);
  const std::lock_guard lock(shard.mutex);
  auto& entry = entry_of(shard, who, now);
  Standing standing;
  if (most_in_use_ > 0 && entry.in_use >= most_in_use_) {
    standing.verdict = Standing::Verdict::too_many_in_use;
    return standing;
  }
  const auto& rule = rules_[bucket];
  if (rule.cost.count() > 0) {
    const auto wait = access::take(entry.buckets[bucket], rule, now);
    standing.left = tokens_in(entry.buckets[bucket], rule, now);
    standing.until_full = until_full(entry.buckets[bucket], now);
    if (wait) {
      standing.verdict = Standing::Verdict::empty;
      standing.wait = *wait;
      return standing;
    }
    list(shard, entry);
  }
  if (most_in_use_ == 0) return standing;
  ++entry.in_use;
  standing.slot = Slot(nullptr, [&shard, &entry](void*) {
    const std::lock_guard leaving(shard.mutex);
    --entry.in_use;
  });
  return standing;
}

void RateTable::give_back(std::string_view who, std::size_t bucket) {
  auto& shard = shard_of(who);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_who.find(who);
  if (found == shard.by_who.end() || rules_[bucket].cost.count() == 0) return;
  access::give_back(found->second->buckets[bucket], rules_[bucket]);
  list(shard, *found->second);
}

RateTable::Entry& RateTable::entry_of(Shard& shard, std::string_view who, Nanoseconds now) {
  if (const auto found = shard.by_who.find(who); found != shard.by_who.end()) {
    shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
    return *found->second;
  }
  if (shard.entries.size() >= capacity_) make_room(shard, now);
  auto& entry = shard.entries.emplace_front();
  entry.who = who;
  shard.by_who.emplace(entry.who, shard.entries.begin());
  size_.fetch_add(1, std::memory_order_relaxed);
  return entry;
}

// What is in use stays: the table grows beyond its bound by those alone.
void RateTable::make_room(Shard& shard, Nanoseconds now) {
  auto leaves = shard.entries.end();
  auto at = shard.entries.end();
  for (std::size_t looked = 0; looked < kLooks && at != shard.entries.begin(); ++looked) {
    --at;
    if (at->in_use > 0 || at->listed) continue;
    if (leaves == shard.entries.end()) leaves = at;
    if (!is_at_rest(*at, now)) continue;
    leaves = at;
    break;
  }
  if (leaves == shard.entries.end()) return;
  shard.by_who.erase(leaves->who);
  shard.entries.erase(leaves);
  size_.fetch_sub(1, std::memory_order_relaxed);
}

bool RateTable::is_at_rest(const Entry& entry, Nanoseconds now) const {
  return std::ranges::all_of(entry.buckets, [now](const Bucket& b) { return b.full_at <= now; });
}

void RateTable::list(Shard& shard, Entry& entry) {
  if (entry.listed || !collects_.load(std::memory_order_relaxed)) return;
  entry.listed = true;
  shard.owing.push_back(&entry);
}

std::vector<RateTable::Owed> RateTable::collect() {
  collects_.store(true, std::memory_order_relaxed);
  std::vector<Owed> all;
  for (auto& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (auto* entry : shard.owing) {
      entry->listed = false;
      for (std::size_t i = 0; i < kBuckets; ++i) {
        if (const auto spent = settle(entry->buckets[i]); spent.count() != 0) all.push_back({entry->who, i, spent});
      }
    }
    shard.owing.clear();
  }
  return all;
}

void RateTable::settled(const Owed& owed, Nanoseconds shared, Nanoseconds now) {
  auto& shard = shard_of(owed.who);
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.by_who.find(owed.who); found != shard.by_who.end()) {
    access::settled(found->second->buckets[owed.bucket], shared, now);
  }
}

void RateTable::not_settled(const Owed& owed, Nanoseconds now) {
  auto& shard = shard_of(owed.who);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_who.find(owed.who);
  if (found == shard.by_who.end()) return;
  auto& bucket = found->second->buckets[owed.bucket];
  access::not_settled(bucket, owed.spent, now);
  if (bucket.unsettled.count() != 0) list(shard, *found->second);
}

}  // namespace mms::access
