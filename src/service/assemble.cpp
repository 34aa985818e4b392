// Who knows whom: stores, lane, timers, guards and routes.
#include "service/assemble.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "access/blocking.hpp"
#include "access/first_key.hpp"
#include "access/guard.hpp"
#include "access/key_routes.hpp"
#include "access/key_store.hpp"
#include "crypto/random.hpp"
#include "database/postgres/postgres_database.hpp"
#include "database/sqlite/sqlite_database.hpp"
#include "endpoints/cursor.hpp"
#include "endpoints/input.hpp"
#include "http/openapi.hpp"
#include "http/server.hpp"
#include "lanes/idempotency_table.hpp"
#include "lanes/lane.hpp"
#include "lanes/rules/idempotency_set.hpp"
#include "lanes/timer_runner.hpp"
#include "missions/dependency_store.hpp"
#include "missions/mission_figures.hpp"
#include "missions/mission_records.hpp"
#include "missions/mission_routes.hpp"
#include "missions/mission_store.hpp"
#include "missions/plan_store.hpp"
#include "missions/rules/mission_commands.hpp"
#include "missions/rules/mission_creation.hpp"
#include "missions/rules/mission_safety.hpp"
#include "relay/event_routes.hpp"
#include "safety/safety_routes.hpp"
#include "safety/safety_store.hpp"
#include "service/docs_page.hpp"
#include "service/health.hpp"
#include "service/observe.hpp"
#include "service/relaying.hpp"
#include "templates/template_routes.hpp"
#include "templates/template_store.hpp"
#include "trips/rules/trip_safety.hpp"
#include "trips/trip_routes.hpp"
#include "trips/trip_store.hpp"
#include "vehicles/vehicle_routes.hpp"
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

struct SystemTools {
  const telemetry::Metrics& metrics;
  std::string openapi;
};

// GET /metrics: Prometheus figures.
async::Task<vocabulary::Result<http::Response>> show_metrics(const SystemTools& tools, const http::Request&) {
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = tools.metrics.text();
  co_return response;
}

// GET /openapi.json: this API's description.
async::Task<vocabulary::Result<http::Response>> show_openapi(const SystemTools& tools, const http::Request&) {
  http::Response response;
  response.body = tools.openapi;
  co_return response;
}

std::vector<http::Route> system_routes(const SystemTools& tools) {
  std::vector<http::Route> routes(2);
  routes[0] = {.pattern = "/metrics",
               .permission = vocabulary::Permission::none,
               .handler = http::with(tools, show_metrics),
               .summary = "Figures for Prometheus."};
  routes[0].answer_type = "text/plain";
  routes[0].at_root = true;
  routes[1] = {.pattern = "/openapi.json",
               .permission = vocabulary::Permission::none,
               .handler = http::with(tools, show_openapi),
               .summary = "This document."};
  return routes;
}

// What those who watch the log share.
struct Watching {
  relay::CommitBell& bell;
  relay::Watchers& watchers;
  std::chrono::milliseconds look_every;
  std::chrono::milliseconds heartbeat;
};

// What one HTTP thread works with.
struct ThreadParts {
  ThreadParts(boost::asio::io_context& context,
              database::Database& database,
              access::Realm& realm,
              lanes::Lane& lane,
              const endpoints::CursorKey& cursor_key,
              missions::MissionCache* cache,
              Condition& condition,
              Observation& observation,
              const SystemTools& system,
              const Watching& watching)
      : reader(database.open_reader(context)),
        appender(database.open_appender(context)),
        keys(context.get_executor(), *reader, *appender),
        guard(realm, keys, now),
        key_tools{realm, keys, ids, now},
        vehicle_tools{*reader, lane, ids, cursor_key, now},
        safety_tools{*reader, lane, ids, cursor_key, missions::mission_link(), trips::trip_link(), now},
        mission_tools{*reader, lane, ids, cursor_key, cache, now, {vehicles::vehicle_part, safety::safety_part}},
        template_tools{*reader, lane, ids, cursor_key, missions::check_mission_body, now},
        mission_records{mission_tools, *appender},
        trip_tools{*reader,
                   *appender,
                   lane,
                   ids,
                   cursor_key,
                   now,
                   [&observation](const trips::PositionCounts& c) {
                     observation.positions(c.accepted, c.duplicate, c.refused);
                   }},
        tail(context.get_executor(),
             *reader,
             watching.bell,
             watching.look_every,
             [&observation](const std::string& what) { observation.fault("streams", what); }),
        watch_tools{*reader, tail, watching.watchers, access::admit_by(guard), watching.heartbeat},
        health_tools{*reader, database.dialect(), condition, std::string(version())},
        system_tools(system) {}

  std::vector<http::Route> routes() const {
    std::vector<http::Route> all;
    for (auto part :
         {health_routes(health_tools), vehicles::vehicle_routes(vehicle_tools), safety::safety_routes(safety_tools),
          missions::mission_routes(mission_tools), missions::record_routes(mission_records),
          templates::template_routes(template_tools), trips::trip_routes(trip_tools), relay::event_routes(watch_tools),
          access::access_routes(key_tools), system_routes(system_tools), docs_routes()}) {
      std::ranges::move(part, std::back_inserter(all));
    }
    return all;
  }

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
  relay::LiveTail tail;
  relay::WatchTools watch_tools;
  HealthTools health_tools;
  const SystemTools& system_tools;
};

std::string text_of_file(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file(path);
  if (!file) throw std::invalid_argument(fmt::format("JWT_JWKS_FILE is wrong: {} cannot be read", path));
  return {std::istreambuf_iterator<char>(file), {}};
}

vocabulary::Problem explain(std::exception_ptr thrown) {
  using vocabulary::ProblemKind;
  try {
    std::rethrow_exception(thrown);
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

std::unique_ptr<lanes::Command> command_of(const lanes::Timer& timer) {
  if (timer.stream != "mission") return nullptr;
  return missions::fire_timer(timer);
}

// Timers and housekeeping, on a thread of their own.
class Background {
 public:
  Background(database::Database& database, lanes::Lane& lane, Observation& observation, const Settings& settings)
      : reader_(database.open_reader(context_)), appender_(database.open_appender(context_)) {
    lanes::TimerHooks hooks{.command_of = command_of,
                            .fired = [&](vocabulary::Duration late) { observation.timer(late); },
                            .on_fault = [&](const std::string& what) { observation.fault("timers", what); },
                            .now = {}};
    if (database.dialect() == database::Dialect::sqlite) hooks.now = now;
    const auto look = std::chrono::milliseconds(static_cast<std::int64_t>(settings.timer_look_ms));
    boost::asio::co_spawn(
        context_, lanes::run_timers(*reader_, lane, std::move(hooks), look, [this] { return stopping_.load(); }),
        boost::asio::detached);
    boost::asio::co_spawn(context_, forget(*appender_, observation, stopping_), boost::asio::detached);
    boost::asio::co_spawn(context_, look_at_store(*reader_, observation, stopping_), boost::asio::detached);
    thread_ = std::thread([this] { context_.run(); });
  }
  ~Background() { stop(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  void stop() {
    stopping_ = true;
    if (!thread_.joinable()) return;
    context_.stop();
    thread_.join();
  }

 private:
  // Given answers are kept for a day.
  static async::Task<void> forget(database::Appender& appender, Observation& observation, std::atomic<bool>& stopping) {
    boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> alarm(
        co_await boost::asio::this_coro::executor);
    while (!stopping) {
      try {
        std::vector<database::Query> queries;
        queries.push_back(lanes::forget_answers(now() - lanes::kAnswersKept, 5000));
        co_await appender.append(std::move(queries));
      } catch (const std::exception& e) {
        observation.fault("housekeeping", e.what());
      }
      alarm.expires_after(std::chrono::seconds(60));
      co_await alarm.async_wait(async::use_task);
    }
  }

  // Not at each scrape: many may scrape, and /metrics must answer when the store does not.
  static async::Task<void> look_at_store(database::Reader& reader,
                                         Observation& observation,
                                         std::atomic<bool>& stopping) {
    constexpr std::chrono::seconds kEvery(10);
    boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> alarm(
        co_await boost::asio::this_coro::executor);
    while (!stopping) {
      try {
        const auto rows = co_await reader.run_one(missions::store_figures(), async::Clock::now() + kEvery);
        observation.store(missions::store_figures_from(rows));
      } catch (const std::exception& e) {
        observation.fault("figures", e.what());
      }
      alarm.expires_after(kEvery);
      co_await alarm.async_wait(async::use_task);
    }
  }

  boost::asio::io_context context_{1};
  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<database::Appender> appender_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

lanes::LaneSettings lane_settings(const Settings& settings, Observation& observation, relay::CommitBell& bell) {
  lanes::LaneSettings lane;
  lane.max_batch = settings.max_batch;
  lane.max_queue = settings.max_queue;
  lane.on_commit = [&](const std::vector<vocabulary::Event>& events) {
    bell.ring();
    observation.events(events);
  };
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

endpoints::CursorKey load_cursor_key(database::Database& database) {
  boost::asio::io_context context(1);
  const auto reader = database.open_reader(context);
  const auto appender = database.open_appender(context);
  return access::run_to_end(context, endpoints::cursor_key(*reader, *appender));
}

// Waits for SIGTERM or SIGINT; answers which.
int wait_for_signal() {
  boost::asio::io_context context(1);
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  int which = 0;
  signals.async_wait([&](const boost::system::error_code&, int number) { which = number; });
  context.run();
  return which;
}

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
  relay::CommitBell bell;
  relay::Watchers watchers(0);
  ThreadParts parts(context, database, realm, lane, key, nullptr, condition, observation, system,
                    {bell, watchers, std::chrono::milliseconds(1), std::chrono::milliseconds(1)});
  return http::openapi_document(parts.routes(),
                                {.version = version(),
                                 .description = "Plans, runs, tracks and explains missions and trips of "
                                                "autonomous fleets."});
}

int serve(const Settings& settings) {
  telemetry::Log log(STDOUT_FILENO, *vocabulary::from_name<Level>(settings.log_level));
  telemetry::Metrics metrics;
  Observation observation(log, metrics, settings.log_requests);
  const auto database = open_database(settings);
  const int steps = naming("DATABASE_URL", [&] { return database->migrate(); });
  if (steps > 0) log.write(Level::info, "schema brought up to date", ObjectText().add("steps", steps));

  const access::AccessSettings doors{.listen = settings.listen,
                                     .jwt_secret = settings.jwt_secret,
                                     .jwks = text_of_file(settings.jwt_jwks_file),
                                     .jwt_issuer = settings.jwt_issuer,
                                     .jwt_audience = settings.jwt_audience};
  const auto realm_kept =
      naming("JWT_JWKS_FILE, JWT_ISSUER and JWT_AUDIENCE", [&] { return std::make_unique<access::Realm>(doors); });
  auto& realm = *realm_kept;
  crypto::RandomIdSource ids;
  if (const auto path = access::ensure_first_admin_key({realm, *database, ids, now()}, settings.data_directory)) {
    log.write(Level::warning, "an admin key was made, for the first sign-in", ObjectText().add("path", path->string()));
  }
  const auto cursor_key = load_cursor_key(*database);
  const bool only_writer = database->dialect() == database::Dialect::sqlite;
  missions::MissionCache cache(settings.mission_cache);
  auto* const used_cache = only_writer ? &cache : nullptr;
  const templates::CountUses count_uses = [&](std::size_t uses) { observation.template_uses(uses); };
  relay::CommitBell bell;
  lanes::Lane lane(*database,
                   {vehicles::vehicle_part, safety::safety_part,
                    [used_cache](lanes::WorkingSet& set) { return missions::mission_part(set, used_cache); },
                    missions::dependency_part, missions::plan_part,
                    [&count_uses](lanes::WorkingSet& set) { return templates::template_part(set, count_uses); },
                    [&observation](lanes::WorkingSet& set) {
                      return trips::trip_part(
                          set, [&](trips::TripStatus s) { observation.trip_status(vocabulary::name_of(s)); });
                    }},
                   lane_settings(settings, observation, bell));
  metrics.gauge("mission_commands_waiting", "Commands in the lane's queue.",
                [&] { return static_cast<double>(lane.depth()); });

  Condition condition;
  condition.open_house = realm.may_be_open();
  const SystemTools system{metrics, openapi()};
  relay::Watchers watchers(settings.event_streams);
  const Watching watching{bell, watchers, std::chrono::milliseconds(static_cast<std::int64_t>(settings.relay_look_ms)),
                          std::chrono::milliseconds(static_cast<std::int64_t>(settings.stream_heartbeat_s * 1000))};
  metrics.gauge("event_streams", "Open event streams.", [&] { return static_cast<double>(watchers.open()); });
  std::unique_ptr<Relaying> relaying;
  if (!settings.kafka_brokers.empty()) {
    relaying = naming("KAFKA_BROKERS and KAFKA_OPTIONS", [&] {
      const auto holder = vocabulary::to_text(ids.next(now()));
      return std::make_unique<Relaying>(*database, bell, settings, holder, observation, metrics);
    });
    condition.relay = &relaying->state();
  }
  std::vector<std::pair<boost::asio::io_context*, std::unique_ptr<ThreadParts>>> parts;
  const auto parts_of = [&](boost::asio::io_context& context) -> ThreadParts& {
    for (auto& [known, part] : parts) {
      if (known == &context) return *part;
    }
    parts.emplace_back(&context, std::make_unique<ThreadParts>(context, *database, realm, lane, cursor_key, used_cache,
                                                               condition, observation, system, watching));
    return *parts.back().second;
  };
  http::Server server(server_settings(settings),
                      {.routes = [&](boost::asio::io_context& c) { return parts_of(c).routes(); },
                       .admit = [&](boost::asio::io_context& c) { return access::admit_by(parts_of(c).guard); },
                       .explain = explain,
                       .log_fault = [&](const http::Fault& fault) { observation.http_fault(fault); },
                       .observe = [&](const http::Finished& finished) { observation.request(finished); }});
  metrics.gauge("http_connections", "Open connections.",
                [&] { return static_cast<double>(server.gauges().connections.load()); });
  metrics.gauge("http_requests_in_flight", "Requests being answered.",
                [&] { return static_cast<double>(server.gauges().requests_in_flight.load()); });
  // First: it throws when the port is taken, and the lane must not outlive those whom it answers.
  naming("LISTEN and PORT", [&] { server.start(); });
  Background background(*database, lane, observation, settings);
  if (relaying) relaying->start();
  say_where(log, settings, server.port(), realm.may_be_open());

  const int signal = wait_for_signal();
  log.write(Level::info, "stopping", ObjectText().add("signal", signal));
  condition.stopping = true;
  const bool clean = server.drain(std::chrono::milliseconds(static_cast<std::int64_t>(settings.grace_s * 1000)));
  background.stop();
  lane.stop();
  if (relaying) relaying->stop();  // behind the lane: what was committed last leaves too
  server.stop();
  parts.clear();
  log.write(Level::info, clean ? "stopped" : "stopped; some requests were cut");
  return 0;
}

}  // namespace mms::service
