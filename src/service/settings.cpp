// Reading the environment, strictly.
#include "service/settings.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <stdexcept>

#include "database/database.hpp"
#include "http/client.hpp"
#include "relay/rules/replay.hpp"
#include "routing/router_client.hpp"

namespace mms::service {
namespace {

constexpr auto kLines = std::to_array<SettingLine>({
    {"DATABASE_URL", "sqlite:var/missions.db",
     "Where state is kept: sqlite:<path> or postgresql://<user>:<password>@<host>:<port>/<database>."},
    {"LISTEN", "127.0.0.1", "Address to listen on. Off loopback every caller needs a credential."},
    {"PORT", "8080", "Port to listen on."},
    {"THREADS", "1", "HTTP threads, 1 to 64. One is enough for two cores."},
    {"LOG_LEVEL", "info", "debug, info, warning or error."},
    {"LOG_REQUESTS", "true", "One log line for each request; false keeps only those that failed with 5xx."},
    {"DATA_DIR", "var", "Where files of the service itself go, such as first-admin-key."},
    {"CORS_ORIGINS", "", "Origins that browsers may call from, separated by commas."},
    {"REQUEST_TIMEOUT_S", "30", "After so long a request that still waits is answered 504."},
    {"GRACE_S", "25", "How long a stop waits for requests under way."},
    {"MAX_BATCH", "256", "Commands in one transaction, 1 to 1024."},
    {"MAX_QUEUE", "16384", "Commands that may wait; beyond it 503."},
    {"MISSION_CACHE", "20000", "Missions kept ready to be sent (SQLite only, where this process is the only writer)."},
    {"TIMER_LOOK_MS", "50", "How often due timers are looked for."},
    {"MONITOR_LOOK_MS", "250", "How often the safety monitor looks at reports under way."},
    {"REDIS_ADDR", "",
     "Redis by which replicas hear of each other at once: <host>:<port> or "
     "redis://[<user>:<password>@]<host>[:<port>][/<database>]. "
     "Empty: they look."},
    {"REDIS_PASSWORD", "", "Its password, where REDIS_ADDR has none."},
    {"KAFKA_BROKERS", "", "Where events are relayed to: <host>:<port>, more separated by commas. Empty: nowhere."},
    {"KAFKA_TOPIC_MISSIONS", "fleet.missions.lifecycle", "Topic of missions, their plans and templates."},
    {"KAFKA_TOPIC_TRIPS", "fleet.trips.lifecycle", "Topic of trips."},
    {"KAFKA_TOPIC_SAFETY", "fleet.safety.events", "Topic of safety events."},
    {"KAFKA_TOPIC_ALERTS", "safety.alerts.critical",
     "Topic of critical safety events when they are raised, beside the other."},
    {"KAFKA_TOPIC_COMMANDS", "vehicle.commands.outbound",
     "Topic of commands to vehicles, keyed by vehicle, beside that of missions."},
    {"KAFKA_CREATE_TOPICS", "false",
     "Makes the topics that are missing; otherwise the relay waits until they are there."},
    {"KAFKA_OPTIONS", "", "More properties of librdkafka, such as security.protocol=ssl, separated by commas."},
    {"KAFKA_INBOUND", "true", "Reads what vehicles send on Kafka; false leaves that to other replicas."},
    {"KAFKA_GROUP", "mission-management", "Consumer group of the replicas, among which the partitions are shared out."},
    {"KAFKA_TOPIC_TELEMETRY", "vehicle.telemetry.raw", "Topic of vehicles' reports of themselves. Empty: not read."},
    {"KAFKA_TOPIC_ACKNOWLEDGMENTS", "vehicle.commands.acknowledgments",
     "Topic of what vehicles answer to commands, and of their task reports. Empty: not read."},
    {"KAFKA_TOPIC_DEAD_LETTERS", "dlq.fleet.operations",
     "Topic where messages are laid aside that are not understood."},
    {"RELAY_LOOK_MS", "50",
     "How often events committed by other replicas are looked for, by the relay and by streams."},
    {"EVENT_STREAMS", "10000", "Event streams open at once; beyond it 503."},
    {"STREAM_HEARTBEAT_S", "15", "How often an event stream shows that it lives."},
    {"ROADS_FILE", "", "Road file made by import-roads; without one routes are geodesic."},
    {"ROUTER_URL", "",
     "Without ROADS_FILE: who answers /routes, /routes/matrix, /routes/match and /routes/nearest, "
     "osrm:http://<host>:<port> or "
     "valhalla:http://<host>:<port>."},
    {"ROAD_THREADS", "1", "Threads for quick routes, and as many again for matrices, fronts and plans, 1 to 64."},
    {"ROAD_QUEUE", "256", "Requests for routes that may wait for such a thread; beyond it 503."},
    {"ROAD_METRICS", "16", "Metrics kept ready: one for each vehicle, objective and set of wishes in use."},
    {"OBSERVED_SPEEDS", "0",
     "With ROADS_FILE: feeds the speeds of trips' vehicles into the traffic where so many vehicles drove a road within "
     "ten "
     "minutes, 1 to 100; 3 is a good number. 0: not."},
    {"AUTO_REROUTE", "true",
     "With ROADS_FILE: a trip that is off its route gets another one from where it is, at most once in 30 s."},
    {"ARRIVING_MINUTES", "5", "Event trip.arriving so long before a trip is at its next stop; 0: never."},
    {"DELAYED_MINUTES", "10",
     "Event trip.delayed when a trip arrives so much later than the first time that was promised; 0: never."},
    {"POSITIONS_KEEP_DAYS", "0", "Positions of trips that ended longer ago are deleted, a few at a time; 0: never."},
    {"RATE_READS", "0",
     "What one caller may read: <per second> or <per second>:<at once>, such as 100:500; without the second, ten "
     "seconds' worth. 0: no limit."},
    {"RATE_WRITES", "0", "The same for what changes something, a bulk counted once."},
    {"RATE_REPORTS", "0",
     "The same for positions, states, environment, logs, metrics, task reports and acknowledgments."},
    {"RATE_HEAVY", "0", "The same for routes, matrices, plans of stops, analytics, speed profiles and replays."},
    {"RATE_UNAUTHENTICATED", "0",
     "The same for one address: requests without a credential, and with one that is not good."},
    {"RATE_IN_FLIGHT", "0", "Requests of one caller that may be under way in one replica. 0: any number."},
    {"TRUSTED_PROXIES", "0",
     "Proxies in front that each add the address they saw to X-Forwarded-For, 0 to 16; RATE_UNAUTHENTICATED counts by "
     "what the outermost of them saw."},
    {"JWT_SECRET", "", "Shared secret of HS256 tokens, at least 32 bytes."},
    {"JWT_JWKS_FILE", "", "File with the JSON Web Key Set of RS256, ES256 and EdDSA tokens."},
    {"JWT_JWKS_URL", "",
     "Where the tokens' issuer publishes such a set: https://<host>[:<port>]/<path>, or http where the way is guarded. "
     "Needs JWT_ISSUER and JWT_AUDIENCE."},
    {"JWT_JWKS_REFRESH_S", "300",
     "How old the published keys may grow, 1 to 86400; a token with an unknown key has them asked for sooner, at most "
     "every "
     "ten seconds."},
    {"JWT_ISSUER", "", "Required issuer (iss) of tokens."},
    {"JWT_AUDIENCE", "", "Required audience (aud) of tokens."},
});

[[noreturn]] void wrong(std::string_view name, std::string_view expects) {
  throw std::invalid_argument(fmt::format("{} is wrong: it must be {}", name, expects));
}

template <class T>
void read_number(const Environment& environment, const char* name, T low, T high, T& out) {
  const auto text = environment(name);
  if (!text) return;
  T value{};
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < low || value > high) {
    wrong(name, fmt::format("a number from {} to {}", low, high));
  }
  out = value;
}

void read_text(const Environment& environment, const char* name, std::string& out) {
  if (auto text = environment(name)) out = std::move(*text);
}

void read_rate(const Environment& environment, const char* name, access::Rate& out) {
  const auto text = environment(name);
  if (!text) return;
  const auto rate = access::rate_of(*text);
  if (!rate)
    wrong(name,
          "0, or a number from 0.001 to 1000000 a second, such as 100 or 100:500, with a burst that comes back within "
          "a day");
  out = *rate;
}

void read_flag(const Environment& environment, const char* name, bool& out) {
  const auto text = environment(name);
  if (!text) return;
  if (*text != "true" && *text != "false") wrong(name, "true or false");
  out = *text == "true";
}

void read_topic(const Environment& environment, const char* name, std::string& out) {
  read_text(environment, name, out);
  if (!relay::is_topic_name(out)) wrong(name, "the name of a Kafka topic");
}

// Empty: none.
void read_optional_topic(const Environment& environment, const char* name, std::string& out) {
  if (const auto given = environment(name); given && given->empty()) {
    out.clear();
  } else {
    read_topic(environment, name, out);
  }
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return parts;
}

}  // namespace

std::span<const SettingLine> setting_lines() {
  return kLines;
}

std::string settings_markdown() {
  std::string out = "| variable | default | meaning |\n|---|---|---|\n";
  for (const auto& line : kLines) {
    out += fmt::format("| `{}` | {} | {} |\n", line.variable,
                       line.usual.empty() ? "–" : fmt::format("`{}`", line.usual), line.meaning);
  }
  return out;
}

Settings settings_from(const Environment& environment) {
  Settings s;
  read_text(environment, "DATABASE_URL", s.database_url);
  try {
    database::dialect_of(s.database_url);
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(fmt::format("DATABASE_URL is wrong: it {}", e.what()));
  }
  if (s.database_url == "sqlite:") wrong("DATABASE_URL", "sqlite:<path>, with a path");
  read_text(environment, "LISTEN", s.listen);
  in6_addr address{};
  if (inet_pton(AF_INET, s.listen.c_str(), &address) != 1 && inet_pton(AF_INET6, s.listen.c_str(), &address) != 1) {
    wrong("LISTEN", "an IPv4 or IPv6 address, such as 127.0.0.1 or 0.0.0.0");
  }
  read_number<std::uint16_t>(environment, "PORT", 0, 65535, s.port);
  read_number<std::size_t>(environment, "THREADS", 1, 64, s.threads);
  read_text(environment, "LOG_LEVEL", s.log_level);
  if (s.log_level != "debug" && s.log_level != "info" && s.log_level != "warning" && s.log_level != "error") {
    wrong("LOG_LEVEL", "debug, info, warning or error");
  }
  read_flag(environment, "LOG_REQUESTS", s.log_requests);
  read_text(environment, "DATA_DIR", s.data_directory);
  if (const auto origins = environment("CORS_ORIGINS")) s.cors_origins = split(*origins);
  read_number(environment, "REQUEST_TIMEOUT_S", 0.1, 3600.0, s.request_timeout_s);
  read_number(environment, "GRACE_S", 0.0, 3600.0, s.grace_s);
  read_number<std::size_t>(environment, "MAX_BATCH", 1, 1024, s.max_batch);
  read_number<std::size_t>(environment, "MAX_QUEUE", 1, 1'000'000, s.max_queue);
  read_number<std::size_t>(environment, "MISSION_CACHE", 0, 10'000'000, s.mission_cache);
  read_number(environment, "TIMER_LOOK_MS", 1.0, 10000.0, s.timer_look_ms);
  read_number(environment, "MONITOR_LOOK_MS", 1.0, 10000.0, s.monitor_look_ms);
  read_text(environment, "REDIS_ADDR", s.redis_addr);
  read_text(environment, "REDIS_PASSWORD", s.redis_password);
  read_text(environment, "KAFKA_BROKERS", s.kafka_brokers);
  read_topic(environment, "KAFKA_TOPIC_MISSIONS", s.kafka_topic_missions);
  read_topic(environment, "KAFKA_TOPIC_TRIPS", s.kafka_topic_trips);
  read_topic(environment, "KAFKA_TOPIC_SAFETY", s.kafka_topic_safety);
  read_topic(environment, "KAFKA_TOPIC_ALERTS", s.kafka_topic_alerts);
  read_topic(environment, "KAFKA_TOPIC_COMMANDS", s.kafka_topic_commands);
  read_flag(environment, "KAFKA_CREATE_TOPICS", s.kafka_create_topics);
  if (const auto options = environment("KAFKA_OPTIONS")) s.kafka_options = split(*options);
  read_flag(environment, "KAFKA_INBOUND", s.kafka_inbound);
  read_text(environment, "KAFKA_GROUP", s.kafka_group);
  if (s.kafka_group.empty()) wrong("KAFKA_GROUP", "the name of a consumer group");
  read_optional_topic(environment, "KAFKA_TOPIC_TELEMETRY", s.kafka_topic_telemetry);
  read_optional_topic(environment, "KAFKA_TOPIC_ACKNOWLEDGMENTS", s.kafka_topic_acknowledgments);
  read_topic(environment, "KAFKA_TOPIC_DEAD_LETTERS", s.kafka_topic_dead_letters);
  read_number(environment, "RELAY_LOOK_MS", 1.0, 10000.0, s.relay_look_ms);
  read_number<std::size_t>(environment, "EVENT_STREAMS", 0, 1'000'000, s.event_streams);
  read_number(environment, "STREAM_HEARTBEAT_S", 0.1, 3600.0, s.stream_heartbeat_s);
  read_text(environment, "ROADS_FILE", s.roads_file);
  read_text(environment, "ROUTER_URL", s.router_url);
  try {
    if (!s.router_url.empty()) routing::router_place(s.router_url);
  } catch (const std::invalid_argument& e) {
    wrong("ROUTER_URL", e.what());
  }
  read_number<std::size_t>(environment, "ROAD_THREADS", 1, 64, s.road_threads);
  read_number<std::size_t>(environment, "ROAD_QUEUE", 1, 100'000, s.road_queue);
  read_number<std::size_t>(environment, "ROAD_METRICS", 1, 1000, s.road_metrics);
  read_number<std::size_t>(environment, "OBSERVED_SPEEDS", 0, 100, s.observed_speeds);
  read_flag(environment, "AUTO_REROUTE", s.auto_reroute);
  read_number(environment, "ARRIVING_MINUTES", 0.0, 1440.0, s.arriving_minutes);
  read_number(environment, "DELAYED_MINUTES", 0.0, 1440.0, s.delayed_minutes);
  read_number(environment, "POSITIONS_KEEP_DAYS", 0.0, 36500.0, s.positions_keep_days);
  read_rate(environment, "RATE_READS", s.rates.reads);
  read_rate(environment, "RATE_WRITES", s.rates.writes);
  read_rate(environment, "RATE_REPORTS", s.rates.reports);
  read_rate(environment, "RATE_HEAVY", s.rates.heavy);
  read_rate(environment, "RATE_UNAUTHENTICATED", s.rates.unauthenticated);
  read_number<std::size_t>(environment, "RATE_IN_FLIGHT", 0, 1'000'000, s.rates.in_flight);
  read_number<std::size_t>(environment, "TRUSTED_PROXIES", 0, 16, s.rates.proxies);
  read_text(environment, "JWT_SECRET", s.jwt_secret);
  if (!s.jwt_secret.empty() && s.jwt_secret.size() < 32) wrong("JWT_SECRET", "at least 32 bytes long");
  read_text(environment, "JWT_JWKS_FILE", s.jwt_jwks_file);
  read_text(environment, "JWT_JWKS_URL", s.jwt_jwks_url);
  try {
    if (!s.jwt_jwks_url.empty()) http::question_of(s.jwt_jwks_url);
  } catch (const std::invalid_argument& e) {
    wrong("JWT_JWKS_URL", e.what());
  }
  read_number(environment, "JWT_JWKS_REFRESH_S", 1.0, 86400.0, s.jwt_jwks_refresh_s);
  read_text(environment, "JWT_ISSUER", s.jwt_issuer);
  read_text(environment, "JWT_AUDIENCE", s.jwt_audience);
  return s;
}

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read once, before any thread
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

}  // namespace mms::service
