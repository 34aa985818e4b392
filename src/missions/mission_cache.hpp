// Bodies of missions that were read or written lately, ready to be sent.
#pragma once

#include <array>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "vocabulary/ids.hpp"

namespace mms::missions {

struct CachedMission {
  std::string fleet_id;
  std::string vehicle_id;  // empty: none
  std::optional<vocabulary::Uuid> template_id = {};
  std::int64_t version = 0;
  bool deleted = false;
  std::shared_ptr<const std::string> body;
};

// True only while this process is the one writer of the store (SQLite): then the lane brings it up to date before it
// answers a command, and a hit is never older than an acknowledged write.
// Threads: any.
class MissionCache {
 public:
  explicit MissionCache(std::size_t capacity) : per_shard_(capacity / kShards) {}

  std::optional<CachedMission> find(const vocabulary::MissionId& id);
  // Taken before a read, given back with what it read.
  std::uint64_t ticket(const vocabulary::MissionId& id);
  // What the lane wrote.
  void put(const vocabulary::MissionId& id, CachedMission mission);
  // What a reader read: kept unless the lane wrote a newer version meanwhile, or so much that a newer version may have
  // come and gone.
  void offer(const vocabulary::MissionId& id, CachedMission mission, std::uint64_t ticket);
  // Nobody knows what the store holds now: what is read from here on counts, and no ticket taken before.
  void forget(const vocabulary::MissionId& id);

 private:
  static constexpr std::size_t kShards = 16;
  struct Shard {
    std::mutex mutex;
    std::list<vocabulary::MissionId> recent;  // newest first
    std::uint64_t evicted = 0;
    struct Entry {
      CachedMission mission;
      std::list<vocabulary::MissionId>::iterator place;
    };
    std::unordered_map<vocabulary::MissionId, Entry> entries;
  };
  Shard& shard_of(const vocabulary::MissionId& id) { return shards_[id.uuid.bytes[15] % kShards]; }
  void insert(Shard& shard, const vocabulary::MissionId& id, CachedMission mission);

  std::size_t per_shard_;
  std::array<Shard, kShards> shards_;
};

}  // namespace mms::missions
