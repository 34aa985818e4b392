// Connections, tools and routes of one HTTP thread.
#include "service/thread_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "missions/rules/mission_creation.hpp"
#include "missions/rules/mission_safety.hpp"
#include "routing/profile_routes.hpp"
#include "safety/safety_store.hpp"
#include "service/assemble.hpp"
#include "service/docs_page.hpp"
#include "service/monitoring.hpp"
#include "service/trip_roads.hpp"
#include "trips/rules/trip_safety.hpp"
#include "vehicles/vehicle_store.hpp"

namespace mms::service {

ThreadParts::ThreadParts(boost::asio::io_context& context, const Shared& shared)
    : reader(shared.database.open_reader(context)),
      appender(shared.database.open_appender(context)),
      keys(context.get_executor(), *reader, *appender),
      guard(shared.realm, keys, now, shared.limits),
      key_tools{shared.realm, keys, ids, now},
      vehicle_tools{*reader, shared.lane, ids, shared.cursor_key, now, &report_link()},
      safety_tools{*reader, shared.lane, ids, shared.cursor_key, missions::mission_link(), trips::trip_link(), now},
      mission_tools{*reader,
                    shared.lane,
                    ids,
                    shared.cursor_key,
                    shared.cache,
                    now,
                    {vehicles::vehicle_part, safety::safety_part}},
      template_tools{*reader, shared.lane, ids, shared.cursor_key, missions::check_mission_body, now},
      mission_records{mission_tools, *appender},
      trip_tools{
          *reader,
          *appender,
          shared.lane,
          ids,
          shared.cursor_key,
          now,
          [&observation = shared.observation](const trips::PositionCounts& c) {
            observation.positions(c.accepted, c.duplicate, c.refused);
            observation.left_route(c.left_route);
          },
          trip_ways(shared.roads,
                    now,
                    [&observation = shared.observation](const std::string& what) { observation.fault("roads", what); }),
          shared.tracking,
          {shared.watching.watchers, access::admit_by(guard), shared.watching.heartbeat},
          trip_sightings(shared.observer),
          trip_orders(shared.roads, now),
          trip_rest(shared.roads, now),
          shared.rerouter},
      routing_tools{shared.roads, now},
      traffic_tools{shared.roads, *reader, *appender, shared.cursor_key, now},
      tail(context.get_executor(),
           *reader,
           shared.watching.bell,
           shared.watching.look_every,
           [&observation = shared.observation](const std::string& what) { observation.fault("streams", what); }),
      watch_tools{*reader, tail, shared.watching.watchers, access::admit_by(guard), shared.watching.heartbeat},
      replay_tools{*reader, *appender, ids, shared.cursor_key, now, shared.watching.replays},
      health_tools{*reader, shared.database.dialect(), shared.condition, std::string(version()),
                   shared.roads.roads != nullptr ? shared.roads.roads->words()
                   : shared.roads.router != nullptr
                       ? fmt::format("asked of another server, {}", vocabulary::name_of(shared.roads.router->kind()))
                       : std::string()},
      system_tools(shared.system) {}

std::vector<http::Route> ThreadParts::routes() const {
  std::vector<http::Route> all;
  for (auto part :
       {health_routes(health_tools), vehicles::vehicle_routes(vehicle_tools), safety::safety_routes(safety_tools),
        missions::mission_routes(mission_tools), missions::record_routes(mission_records),
        templates::template_routes(template_tools), trips::trip_routes(trip_tools),
        routing::routing_routes(routing_tools), routing::traffic_routes(traffic_tools),
        routing::profile_routes(traffic_tools), relay::event_routes(watch_tools), relay::replay_routes(replay_tools),
        access::access_routes(key_tools), system_routes(system_tools), docs_routes()}) {
    std::ranges::move(part, std::back_inserter(all));
  }
  return all;
}

}  // namespace mms::service
