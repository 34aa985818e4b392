// Who knows whom: stores, lane, timers, guards and routes.
#include "service/assemble.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "access/first_key.hpp"
#include "crypto/random.hpp"
#include "database/postgres/postgres_database.hpp"
#include "database/sqlite/sqlite_database.hpp"
#include "endpoints/cursor.hpp"
#include "endpoints/input.hpp"
#include "http/openapi.hpp"
#include "http/server.hpp"
#include "lanes/lane.hpp"
#include "missions/auto_start.hpp"
#include "missions/dependency_store.hpp"
#include "missions/mission_store.hpp"
#include "missions/mission_times.hpp"
#include "missions/plan_store.hpp"
#include "monitor/monitor_store.hpp"
#include "road_import/import_roads.hpp"
#include "routing/traffic_watch.hpp"
#include "safety/safety_store.hpp"
#include "service/background.hpp"
#include "service/issuer.hpp"
#include "service/limiting.hpp"
#include "service/relaying.hpp"
#include "service/sharing.hpp"
#include "service/taking_in.hpp"
#include "service/thread_parts.hpp"
#include "service/trip_roads.hpp"
#include "templates/template_store.hpp"
#include "trips/trip_store.hpp"
#include "vehicles/vehicle_store.hpp"

#ifndef MMS_VERSION
#define MMS_VERSION "0.0.0"
#endif

namespace mms::service {
namespace {

using telemetry::Level;
using vocabulary::json::ObjectText;

constexpr std::string_view kSqlite = "sqlite:";

// What fails while the house is put together is said in one line, with the setting to look at.
template <class F>
auto naming(std::string_view setting, F&& step) {
  try {
    return step();
  } catch (const std::exception& e) {
    std::string_view what(e.what());
    what = what.substr(0, what.find('\n'));
    what = what.substr(0, what.find(" [system:"));
    throw std::runtime_error(fmt::format("look at {}: {}", setting, what));
  }
}

std::string text_of_file(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file(path);
  if (!file) throw std::invalid_argument(fmt::format("JWT_JWKS_FILE is wrong: {} cannot be read", path));
  return {std::istreambuf_iterator<char>(file), {}};
}

vocabulary::Problem explain(std::exception_ptr thrown) {
  using vocabulary::ProblemKind;
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const database::Unavailable& e) {
    return {.kind = ProblemKind::unavailable,
            .detail = "the store is not available; try again shortly",
            .errors = {},
            .members = R"("outcome":"none")",
            .internal = e.what()};
  } catch (const std::exception& e) {
    return {.kind = ProblemKind::internal,
            .detail = "this request failed inside the service",
            .errors = {},
            .members = {},
            .internal = e.what()};
  } catch (...) {
    return {.kind = ProblemKind::internal,
            .detail = "this request failed inside the service",
            .errors = {},
            .members = {},
            .internal = "something that is no std::exception"};
  }
}

lanes::LaneSettings lane_settings(const Settings& settings,
                                  Observation& observation,
                                  missions::AutoStart& auto_start,
                                  relay::CommitBell& bell,
                                  const std::unique_ptr<Sharing>& sharing) {
  lanes::LaneSettings lane;
  lane.max_batch = settings.max_batch;
  lane.max_queue = settings.max_queue;
  lane.on_commit = [&](const std::vector<vocabulary::Event>& events) {
    bell.ring();
    if (sharing) sharing->committed();
    observation.events(events);
    auto_start.saw(events);
  };
  lane.on_outcome = [&](std::string_view name, const lanes::Outcome& outcome) { observation.command(name, outcome); };
  lane.on_batch = [&](const lanes::BatchFigures& figures) { observation.batch(figures); };
  lane.on_fault = [&](const std::string& what) { observation.fault("lane", what); };
  return lane;
}

http::ServerSettings server_settings(const Settings& settings) {
  http::ServerSettings server;
  server.address = settings.listen;
  server.port = settings.port;
  server.threads = settings.threads;
  server.prefix = endpoints::kPrefix;
  server.cors_origins = settings.cors_origins;
  server.session.request_time = std::chrono::milliseconds(static_cast<std::int64_t>(settings.request_timeout_s * 1000));
  return server;
}

// The map of ROADS_FILE; null without one.
std::unique_ptr<routing::LiveRoads> open_roads(const Settings& settings) {
  if (settings.roads_file.empty()) return nullptr;
  auto graph = road_import::open_roads(settings.roads_file);
  if (!graph) {
    throw std::runtime_error(fmt::format("ROADS_FILE is wrong: {}: {}", settings.roads_file, graph.error().detail));
  }
  return std::make_unique<routing::LiveRoads>(std::move(*graph), settings.road_metrics);
}

// The server of ROUTER_URL; null without one.
std::unique_ptr<routing::RouterClient> open_router(const Settings& settings) {
  if (settings.router_url.empty()) return nullptr;
  return std::make_unique<routing::RouterClient>(routing::router_place(settings.router_url));
}

// SIGTERM and SIGINT end the service in order, from when this is made: one that comes before it is waited for is kept.
class Signals {
 public:
  // Answers which came.
  int wait() {
    int which = 0;
    signals_.async_wait([&](const boost::system::error_code&, int number) { which = number; });
    context_.run();
    return which;
  }

 private:
  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_{context_, SIGTERM, SIGINT};
};

void say_where(telemetry::Log& log, const Settings& settings, std::uint16_t port, bool open) {
  log.write(Level::info, "listening",
            ObjectText().add("address", fmt::format("http://{}:{}", settings.listen, port)).add("version", version()));
  if (open) {
    log.write(
        Level::warning,
        "open house: on loopback with no API key and no JWT setting every caller is admin; POST /api-keys ends that");
  }
}

}  // namespace

vocabulary::Time now() {
  return std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now());
}

std::string_view version() {
  return MMS_VERSION;
}

std::unique_ptr<database::Database> open_database(const Settings& settings) {
  return naming("DATABASE_URL", [&]() -> std::unique_ptr<database::Database> {
    if (database::dialect_of(settings.database_url) == database::Dialect::postgres) {
      return std::make_unique<postgres::PostgresDatabase>(settings.database_url);
    }
    const std::filesystem::path path(settings.database_url.substr(kSqlite.size()));
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    return std::make_unique<sqlite::SqliteDatabase>(path.string(), now);
  });
}

std::string openapi() {
  // The rows alone matter: nothing here is ever called.
  boost::asio::io_context context(1);
  sqlite::SqliteDatabase database(":memory:", now);
  access::Realm realm({});
  telemetry::Metrics metrics;
  const endpoints::CursorKey key("");
  Condition condition;
  const SystemTools system{metrics, {}};
  lanes::Lane lane(database, {}, {});
  telemetry::Log log(STDOUT_FILENO, Level::error);
  Observation observation(log, metrics, false);
  routing::Workshop workshop(1, 1);
  routing::RoadWork roads{nullptr, workshop, workshop};
  relay::CommitBell bell;
  relay::Watchers watchers(0);
  const Watching watching{bell, watchers, std::chrono::milliseconds(1), std::chrono::milliseconds(1), {}};
  trips::SharedTracking tracking;
  ThreadParts parts(context, {.database = database,
                              .realm = realm,
                              .lane = lane,
                              .cursor_key = key,
                              .condition = condition,
                              .observation = observation,
                              .roads = roads,
                              .system = system,
                              .watching = watching,
                              .tracking = tracking});
  return http::openapi_document(parts.routes(),
                                {.version = version(),
                                 .description = "Plans, runs, tracks and explains missions and trips of "
                                                "autonomous fleets."});
}

int serve(const Settings& settings) {
  telemetry::Log log(STDOUT_FILENO, *vocabulary::from_name<Level>(settings.log_level));
  telemetry::Metrics metrics;
  Observation observation(log, metrics, settings.log_requests);
  const auto live_roads = open_roads(settings);
  if (live_roads) log.write(Level::info, "roads loaded", ObjectText().add("map", live_roads->words()));
  const auto database = open_database(settings);
  const int steps = naming("DATABASE_URL", [&] { return database->migrate(); });
  if (steps > 0) log.write(Level::info, "schema brought up to date", ObjectText().add("steps", steps));

  const access::AccessSettings doors{.listen = settings.listen,
                                     .jwt_secret = settings.jwt_secret,
                                     .jwks = text_of_file(settings.jwt_jwks_file),
                                     .jwks_published = !settings.jwt_jwks_url.empty(),
                                     .jwt_issuer = settings.jwt_issuer,
                                     .jwt_audience = settings.jwt_audience};
  const auto realm_kept = naming("JWT_JWKS_FILE, JWT_JWKS_URL, JWT_ISSUER and JWT_AUDIENCE",
                                 [&] { return std::make_unique<access::Realm>(doors); });
  auto& realm = *realm_kept;
  crypto::RandomIdSource ids;
  if (const auto path = access::ensure_first_admin_key({realm, *database, ids, now()}, settings.data_directory)) {
    log.write(Level::warning, "an admin key was made, for the first sign-in", ObjectText().add("path", path->string()));
  }
  std::unique_ptr<Issuer> issuer;
  if (!settings.jwt_jwks_url.empty()) {
    issuer = std::make_unique<Issuer>(settings, realm, observation, metrics);
    issuer->start();
  }
  const auto limits = rate_limits(settings, observation, metrics);
  const auto cursor_key = load_cursor_key(*database);
  const bool only_writer = database->dialect() == database::Dialect::sqlite;
  missions::MissionCache cache(settings.mission_cache);
  auto* const used_cache = only_writer ? &cache : nullptr;
  const templates::CountUses count_uses = [&](std::size_t uses) { observation.template_uses(uses); };
  const missions::MissionTimes mission_times{
      .executed = [&](missions::MissionStatus s, vocabulary::Duration took) { observation.mission_executed(s, took); },
      .resolved = [&](vocabulary::Duration took) { observation.dependencies_resolved(took); }};
  missions::AutoStart auto_start;
  relay::CommitBell bell;
  std::unique_ptr<Sharing> sharing;
  lanes::Lane lane(
      *database,
      {[&](lanes::WorkingSet& set) {
         return vehicles::vehicle_part_that_tells(set, [&] { auto_start.facts_changed(); });
       },
       safety::safety_part, [used_cache](lanes::WorkingSet& set) { return missions::mission_part(set, used_cache); },
       monitor::monitor_part, missions::dependency_part,
       [&mission_times](lanes::WorkingSet& set) { return missions::mission_times_part(set, mission_times); },
       missions::plan_part, [&count_uses](lanes::WorkingSet& set) { return templates::template_part(set, count_uses); },
       [&observation](lanes::WorkingSet& set) {
         return trips::trip_part(
             set, {.status = [&](trips::TripStatus s) { observation.trip_status(vocabulary::name_of(s)); },
                   .eta_error_percent = [&](double percent) { observation.eta_error(percent); }});
       }},
      lane_settings(settings, observation, auto_start, bell, sharing));
  metrics.gauge("mission_commands_waiting", "Commands in the lane's queue.",
                [&] { return static_cast<double>(lane.depth()); });

  routing::Workshop quick(settings.road_threads, settings.road_queue);
  routing::Workshop heavy(settings.road_threads, settings.road_queue);
  const auto router = open_router(settings);
  routing::RoadWork roads{live_roads.get(), quick, heavy, router.get()};
  metrics.gauge("routes_waiting", "Requests that wait for a thread of the roads.",
                [&] { return static_cast<double>(quick.waiting() + heavy.waiting()); });

  std::unique_ptr<routing::TrafficWatch> traffic;
  if (live_roads) {
    traffic = std::make_unique<routing::TrafficWatch>(
        *database, *live_roads, routing::WatchHooks{.now = now, .on_fault = [&](const std::string& what) {
                                                      observation.fault("traffic", what);
                                                    }});
    live_roads->make_ready(now());
    metrics.gauge("traffic_edges", "Edges of the road map on which traffic is in force.",
                  [&] { return static_cast<double>(live_roads->traffic()->in_force); });
    metrics.gauge("speed_profile_edges", "Edges of the road map with speeds by hour of the week.", [&] {
      const auto profiles = live_roads->profiles();
      return profiles ? static_cast<double>(profiles->edges()) : 0;
    });
  }
  std::unique_ptr<routing::SpeedObserver> observer;
  if (live_roads && settings.observed_speeds > 0) {
    observer = std::make_unique<routing::SpeedObserver>(
        *database, *live_roads, settings.observed_speeds,
        routing::WatchHooks{.now = now,
                            .on_fault = [&](const std::string& what) { observation.fault("observed speeds", what); },
                            .look = std::chrono::seconds(2)});
    metrics.gauge("observed_speed_edges", "Edges of the road map that tracked vehicles drove lately.",
                  [&] { return static_cast<double>(observer->edges()); });
    metrics.gauge("observed_speed_dropped", "Batches of positions that were too many to be matched.",
                  [&] { return static_cast<double>(observer->dropped()); });
  }

  Monitoring monitoring(observation, metrics);
  Condition condition;
  condition.monitor = &monitoring.trouble();
  condition.open_house = realm.may_be_open();
  if (issuer) condition.issuer = &issuer->trouble();
  const SystemTools system{metrics, openapi()};
  relay::Watchers watchers(settings.event_streams);
  const Watching watching{bell, watchers, std::chrono::milliseconds(static_cast<std::int64_t>(settings.relay_look_ms)),
                          std::chrono::milliseconds(static_cast<std::int64_t>(settings.stream_heartbeat_s * 1000)),
                          replay_topics(settings)};
  metrics.gauge("event_streams", "Open event streams.", [&] { return static_cast<double>(watchers.open()); });
  std::unique_ptr<Relaying> relaying;
  if (!settings.kafka_brokers.empty()) {
    relaying = naming("KAFKA_BROKERS and KAFKA_OPTIONS", [&] {
      const auto holder = vocabulary::to_text(ids.next(now()));
      return std::make_unique<Relaying>(*database, bell, settings, holder, observation, metrics);
    });
    condition.relay = &relaying->state();
  }
  if (!settings.redis_addr.empty()) {
    sharing = naming("REDIS_ADDR", [&] {
      return std::make_unique<Sharing>(settings, cursor_key, vocabulary::to_text(ids.next(now())), bell, realm,
                                       limits.get(), observation, metrics);
    });
    condition.redis = &sharing->trouble();
  }
  trips::SharedTracking tracking;
  tracking.write_watched = monitored_positions();
  tracking.limits = {.arriving = vocabulary::seconds(settings.arriving_minutes * 60),
                     .delayed = vocabulary::seconds(settings.delayed_minutes * 60)};
  trips::Rerouter rerouter(lane, trip_rest(roads, now));
  auto* const used_rerouter = live_roads && settings.auto_reroute ? &rerouter : nullptr;
  std::unique_ptr<TakingIn> taking_in;
  if (takes_in(settings)) {
    taking_in = naming("KAFKA_BROKERS and KAFKA_OPTIONS", [&] {
      return std::make_unique<TakingIn>(*database, lane, settings, observation, metrics, tracking,
                                        trip_sightings(observer.get()), used_rerouter);
    });
    condition.intake = &taking_in->state();
  }
  const Shared shared{.database = *database,
                      .realm = realm,
                      .lane = lane,
                      .cursor_key = cursor_key,
                      .cache = used_cache,
                      .condition = condition,
                      .observation = observation,
                      .roads = roads,
                      .system = system,
                      .watching = watching,
                      .tracking = tracking,
                      .rerouter = used_rerouter,
                      .observer = observer.get(),
                      .limits = limits.get()};
  std::vector<std::pair<boost::asio::io_context*, std::unique_ptr<ThreadParts>>> parts;
  const auto parts_of = [&](boost::asio::io_context& context) -> ThreadParts& {
    for (auto& [known, part] : parts) {
      if (known == &context) return *part;
    }
    parts.emplace_back(&context, std::make_unique<ThreadParts>(context, shared));
    return *parts.back().second;
  };
  http::Server server(server_settings(settings),
                      {.routes = [&](boost::asio::io_context& c) { return parts_of(c).routes(); },
                       .admit = [&](boost::asio::io_context& c) { return access::admit_by(parts_of(c).guard); },
                       .limit = limit_by(limits.get()),
                       .explain = explain,
                       .log_fault = [&](const http::Fault& fault) { observation.http_fault(fault); },
                       .observe = [&](const http::Finished& finished) { observation.request(finished); }});
  metrics.gauge("http_connections", "Open connections.",
                [&] { return static_cast<double>(server.gauges().connections.load()); });
  metrics.gauge("http_requests_in_flight", "Requests being answered.",
                [&] { return static_cast<double>(server.gauges().requests_in_flight.load()); });
  Signals signals;
  // Whatever throws from here on: nobody rings the bell any more when those are taken down who listen to it.
  const std::unique_ptr<Sharing, void (*)(Sharing*)> quiet(sharing.get(), [](Sharing* s) { s->stop(); });
  // First: it throws when the port is taken, and the lane must not outlive those whom it answers.
  naming("LISTEN and PORT", [&] { server.start(); });
  Background background(*database, lane, auto_start, monitoring, observation, settings);
  if (sharing) sharing->start();
  if (relaying) relaying->start();
  if (taking_in) taking_in->start();
  say_where(log, settings, server.port(), realm.may_be_open());

  const int signal = signals.wait();
  log.write(Level::info, "stopping", ObjectText().add("signal", signal));
  condition.stopping = true;
  const bool clean = server.drain(std::chrono::milliseconds(static_cast<std::int64_t>(settings.grace_s * 1000)));
  if (taking_in) taking_in->stop();
  background.stop();
  if (observer) observer->stop();
  if (traffic) traffic->stop();
  lane.stop();
  if (sharing) sharing->stop();
  if (issuer) issuer->stop();
  if (relaying) relaying->stop();  // behind the lane: what was committed last leaves too
  quick.stop();
  heavy.stop();
  server.stop();
  parts.clear();
  log.write(Level::info, clean ? "stopped" : "stopped; some requests were cut");
  return 0;
}

}  // namespace mms::service
