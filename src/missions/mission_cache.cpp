// A sharded least-recently-written cache.
#include "missions/mission_cache.hpp"

#include <utility>

namespace mms::missions {

std::optional<CachedMission> MissionCache::find(const vocabulary::MissionId& id) {
  auto& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const auto at = shard.entries.find(id);
  if (at == shard.entries.end()) return std::nullopt;
  return at->second.mission;
}

void MissionCache::insert(Shard& shard, const vocabulary::MissionId& id, CachedMission mission) {
  if (per_shard_ == 0) return;
  if (const auto at = shard.entries.find(id); at != shard.entries.end()) {
    at->second.mission = std::move(mission);
    shard.recent.splice(shard.recent.begin(), shard.recent, at->second.place);
    return;
  }
  if (shard.entries.size() >= per_shard_) {
    shard.entries.erase(shard.recent.back());
    shard.recent.pop_back();
    ++shard.evicted;
  }
  shard.recent.push_front(id);
  shard.entries.emplace(id, Shard::Entry{std::move(mission), shard.recent.begin()});
}

void MissionCache::forget(const vocabulary::MissionId& id) {
  auto& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  ++shard.evicted;
  const auto at = shard.entries.find(id);
  if (at == shard.entries.end()) return;
  shard.recent.erase(at->second.place);
  shard.entries.erase(at);
}

void MissionCache::put(const vocabulary::MissionId& id, CachedMission mission) {
  auto& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  insert(shard, id, std::move(mission));
}

std::uint64_t MissionCache::ticket(const vocabulary::MissionId& id) {
  auto& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  return shard.evicted;
}

void MissionCache::offer(const vocabulary::MissionId& id, CachedMission mission, std::uint64_t ticket) {
  auto& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  if (shard.evicted != ticket) return;
  const auto at = shard.entries.find(id);
  if (at != shard.entries.end() && at->second.mission.version >= mission.version) return;
  insert(shard, id, std::move(mission));
}

}  // namespace mms::missions
