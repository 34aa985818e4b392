// What one HTTP thread works with: its own connections and the tools of every feature's endpoints.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <vector>

#include "access/guard.hpp"
#include "access/key_routes.hpp"
#include "access/key_store.hpp"
#include "access/realm.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "http/route.hpp"
#include "lanes/lane.hpp"
#include "missions/mission_records.hpp"
#include "missions/mission_routes.hpp"
#include "relay/event_routes.hpp"
#include "relay/replay_routes.hpp"
#include "routing/routing_routes.hpp"
#include "routing/traffic_routes.hpp"
#include "safety/safety_routes.hpp"
#include "service/health.hpp"
#include "service/observe.hpp"
#include "service/system_routes.hpp"
#include "templates/template_routes.hpp"
#include "trips/trip_routes.hpp"
#include "vehicles/vehicle_routes.hpp"

namespace mms::routing {
class SpeedObserver;
}

namespace mms::service {

// What those who watch the log share.
struct Watching {
  relay::CommitBell& bell;
  relay::Watchers& watchers;
  std::chrono::milliseconds look_every;
  std::chrono::milliseconds heartbeat;
  relay::ReplayTopics replays;
};

// What all HTTP threads share. Lifetime: beyond every thread's parts.
struct Shared {
  database::Database& database;
  access::Realm& realm;
  lanes::Lane& lane;
  const endpoints::CursorKey& cursor_key;
  missions::MissionCache* cache = nullptr;  // null: this process is not the only writer
  Condition& condition;
  Observation& observation;
  routing::RoadWork& roads;
  const SystemTools& system;
  const Watching& watching;
  trips::SharedTracking& tracking;
  trips::Rerouter* rerouter = nullptr;         // null: trips are rerouted on request alone
  routing::SpeedObserver* observer = nullptr;  // null: nobody learns speeds from trips
  access::RateLimits* limits = nullptr;        // null: nobody is limited
};

// Threads: that of its context alone.
struct ThreadParts {
  ThreadParts(boost::asio::io_context& context, const Shared& shared);

  std::vector<http::Route> routes() const;

  std::unique_ptr<database::Reader> reader;
  std::unique_ptr<database::Appender> appender;
  crypto::RandomIdSource ids;
  access::KeyStore keys;
  access::Guard guard;
  access::KeyTools key_tools;
  vehicles::VehicleTools vehicle_tools;
  safety::SafetyTools safety_tools;
  missions::MissionTools mission_tools;
  templates::TemplateTools template_tools;
  missions::RecordKeeping mission_records;
  trips::TripTools trip_tools;
  routing::RoutingTools routing_tools;
  routing::TrafficTools traffic_tools;
  relay::LiveTail tail;
  relay::WatchTools watch_tools;
  relay::ReplayTools replay_tools;
  HealthTools health_tools;
  const SystemTools& system_tools;
};

}  // namespace mms::service
