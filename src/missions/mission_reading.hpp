// What several read endpoints do first: the mission, if the caller may read it.
#pragma once

#include "http/request.hpp"
#include "missions/mission_cache.hpp"
#include "missions/mission_routes.hpp"
#include "vocabulary/problem.hpp"

namespace mms::missions {

// The stored mission that the caller may read, from the cache or the store.
// Refuses: not_found; forbidden when it is deleted, `with_deleted` is set and the caller may not write.
async::Task<vocabulary::Result<CachedMission>> readable_mission(const MissionTools& tools,
                                                                const http::Request& request,
                                                                vocabulary::MissionId id,
                                                                bool with_deleted);

}  // namespace mms::missions
