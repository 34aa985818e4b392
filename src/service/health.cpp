// Asks each part how it is, and says what to look at when it is not well.
#include "service/health.hpp"

#include <chrono>

#include "vocabulary/json_write.hpp"

namespace mms::service {

BOOST_DEFINE_ENUM_CLASS(PartStatus, up, degraded, down, disabled)

struct HealthPart {
  PartStatus status{};
  std::optional<double> latency_ms;
  std::optional<vocabulary::Time> since;
  std::optional<std::string> hint;
  std::optional<std::string> detail;  // what it works with
};
BOOST_DESCRIBE_STRUCT(HealthPart, (), (status, latency_ms, since, hint, detail))

struct HealthParts {
  HealthPart database;
  HealthPart redis;
  HealthPart kafka;
  HealthPart inbound;
  HealthPart issuer;
  HealthPart clickhouse;
  HealthPart roads;
};
BOOST_DESCRIBE_STRUCT(HealthParts, (), (database, redis, kafka, inbound, issuer, clickhouse, roads))

struct Health {
  PartStatus status{};
  std::string version;
  bool stopping = false;
  std::string access;  // "open": on loopback with no key and no JWT setting every caller is admin; or "credentials"
  HealthParts parts;
};
BOOST_DESCRIBE_STRUCT(Health, (), (status, version, stopping, access, parts))

namespace {

using async::Task;
using vocabulary::Result;

const database::Statement knock("health_knock", "select 1");

Task<HealthPart> ask_store(const HealthTools& tools) {
  const auto start = async::Clock::now();
  HealthPart part{.status = PartStatus::up};
  try {
    co_await tools.reader.run_one(database::query(knock), start + std::chrono::seconds(1));
    tools.condition.store_down_since = 0;
  } catch (const std::exception&) {
    part.status = PartStatus::down;
    const auto now = std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now());
    std::int64_t none = 0;
    tools.condition.store_down_since.compare_exchange_strong(none, now.time_since_epoch().count());
    part.since = vocabulary::Time(vocabulary::Duration(tools.condition.store_down_since.load()));
    part.hint = tools.dialect == database::Dialect::sqlite
                    ? "the SQLite file cannot be read: look at DATABASE_URL, the disk and its permissions"
                    : "PostgreSQL does not answer: look at DATABASE_URL and the server";
  }
  part.latency_ms = std::chrono::duration<double, std::milli>(async::Clock::now() - start).count();
  co_return part;
}

HealthPart disabled(std::string hint) {
  return {.status = PartStatus::disabled, .hint = std::move(hint)};
}

HealthPart roads_part(const std::string& loaded) {
  if (loaded.empty()) return disabled("no map: geodesic; look at ROADS_FILE and ROUTER_URL");
  HealthPart part{.status = PartStatus::up};
  part.detail = loaded;
  return part;
}

HealthPart troubled_by(relay::Trouble trouble, std::string hint = {}) {
  HealthPart part{.status = PartStatus::up, .latency_ms = {}, .since = {}, .hint = {}};
  if (!hint.empty()) part.hint = std::move(hint);
  if (trouble.words.empty()) return part;
  part.status = PartStatus::degraded;
  part.since = trouble.since;
  part.hint = std::move(trouble.words);
  return part;
}

// It degrades the service and never stops it: what cannot be relayed waits in the log.
HealthPart ask_relay(const relay::RelayState* relay) {
  if (relay == nullptr) return disabled("KAFKA_BROKERS is empty");
  return troubled_by(relay->trouble(), relay->holds() ? "" : "another replica relays, or this one has not begun");
}

// The same: what cannot be taken in waits at the broker.
HealthPart ask_intake(const inbound::IntakeState* intake) {
  if (intake == nullptr) return disabled("look at KAFKA_BROKERS, KAFKA_INBOUND and the topics that are read");
  return troubled_by(intake->trouble());
}

// GET /health: 200 when up or degraded, 503 when down.
Task<Result<http::Response>> show(const HealthTools& tools, const http::Request&) {
  Health health;
  health.version = tools.version;
  health.stopping = tools.condition.stopping;
  health.access = tools.condition.open_house ? "open" : "credentials";
  health.parts.database = co_await ask_store(tools);
  const auto* redis = tools.condition.redis.load();
  health.parts.redis = redis == nullptr ? disabled("REDIS_ADDR is empty") : troubled_by(redis->now());
  health.parts.kafka = ask_relay(tools.condition.relay);
  health.parts.inbound = ask_intake(tools.condition.intake);
  const auto* issuer = tools.condition.issuer.load();
  health.parts.issuer = issuer == nullptr ? disabled("JWT_JWKS_URL is empty") : troubled_by(issuer->now());
  health.parts.clickhouse = disabled("not used by this version");
  health.parts.roads = roads_part(tools.roads);
  health.status = health.parts.database.status;
  for (const auto* part : {&health.parts.redis, &health.parts.kafka, &health.parts.inbound, &health.parts.issuer}) {
    if (health.status == PartStatus::up && part->status == PartStatus::degraded) health.status = PartStatus::degraded;
  }
  http::Response response;
  response.status = health.status == PartStatus::down ? 503 : 200;
  vocabulary::json::append(response.body, health);
  co_return response;
}

// GET /health/live: the process answers.
Task<Result<http::Response>> live(const HealthTools&, const http::Request&) {
  http::Response response;
  response.body = R"({"status":"up"})";
  co_return response;
}

// GET /health/ready: whether a load balancer should send requests here.
Task<Result<http::Response>> ready(const HealthTools& tools, const http::Request&) {
  const auto store = co_await ask_store(tools);
  const bool good = store.status == PartStatus::up && !tools.condition.stopping;
  http::Response response;
  response.status = good ? 200 : 503;
  response.body = good ? R"({"status":"up"})" : R"({"status":"down"})";
  co_return response;
}

}  // namespace

std::vector<http::Route> health_routes(const HealthTools& tools) {
  const auto row = [&](std::string_view pattern, auto handler, std::string_view summary, bool at_root) {
    http::Route route;
    route.pattern = pattern;
    route.permission = vocabulary::Permission::none;
    route.handler = http::with(tools, handler);
    route.summary = summary;
    route.at_root = at_root;
    return route;
  };
  std::vector<http::Route> routes;
  for (const bool at_root : {true, false}) {
    routes.push_back(row("/health", show, "How each part of the service is.", at_root));
    routes.back().answers = http::schema_of<Health>("Health");
  }
  routes.push_back(row("/health/live", live, "The process answers.", true));
  routes.push_back(row("/health/ready", ready, "Whether requests should be sent here.", true));
  return routes;
}

}  // namespace mms::service
