// Scope of a read.
#include "missions/mission_reading.hpp"

#include "access/rules/scope.hpp"
#include "missions/mission_store.hpp"

namespace mms::missions {

using vocabulary::MissionId;
using vocabulary::Permission;
using vocabulary::Result;

async::Task<Result<CachedMission>> readable_mission(const MissionTools& tools,
                                                    const http::Request& request,
                                                    MissionId id,
                                                    bool with_deleted) {
  std::optional<CachedMission> found;
  if (tools.cache != nullptr) found = tools.cache->find(id);
  if (!found) {
    const auto ticket = tools.cache != nullptr ? tools.cache->ticket(id) : 0;
    found = cached_from(co_await tools.reader.run_one(find_mission(id), request.deadline));
    if (!found) co_return access::not_found("mission");
    if (tools.cache != nullptr) tools.cache->offer(id, *found, ticket);
  }
  const access::Target target{.noun = "mission",
                              .fleet_id = found->fleet_id,
                              .vehicle_id = found->vehicle_id,
                              .mission_id = id.uuid,
                              .template_id = found->template_id};
  if (const auto may = access::may_read(request.caller, Permission::missions_read, target); !may) {
    co_return std::unexpected(may.error());
  }
  if (!found->deleted) co_return std::move(*found);
  if (!with_deleted) co_return access::not_found("mission");
  const auto may = access::may_act(request.caller, Permission::missions_write, Permission::missions_read, target);
  if (!may) co_return std::unexpected(may.error());
  co_return std::move(*found);
}

}  // namespace mms::missions
