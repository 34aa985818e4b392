// Every setting of the service: an environment variable, a default, a sentence.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/rules/rate.hpp"

namespace mms::service {

struct Settings {
  std::string database_url = "sqlite:var/missions.db";
  std::string listen = "127.0.0.1";
  std::uint16_t port = 8080;
  std::size_t threads = 1;
  std::string log_level = "info";
  bool log_requests = true;
  std::string data_directory = "var";
  std::vector<std::string> cors_origins;
  double request_timeout_s = 30;
  double grace_s = 25;
  std::size_t max_batch = 256;
  std::size_t max_queue = 16384;
  std::size_t mission_cache = 20000;
  double monitor_look_ms = 250;
  double timer_look_ms = 50;
  std::string redis_addr;
  std::string redis_password;
  std::string kafka_brokers;
  std::string kafka_topic_missions = "fleet.missions.lifecycle";
  std::string kafka_topic_trips = "fleet.trips.lifecycle";
  std::string kafka_topic_safety = "fleet.safety.events";
  std::string kafka_topic_alerts = "safety.alerts.critical";
  std::string kafka_topic_commands = "vehicle.commands.outbound";
  bool kafka_create_topics = false;
  std::vector<std::string> kafka_options;
  bool kafka_inbound = true;
  std::string kafka_group = "mission-management";
  std::string kafka_topic_telemetry = "vehicle.telemetry.raw";
  std::string kafka_topic_acknowledgments = "vehicle.commands.acknowledgments";
  std::string kafka_topic_dead_letters = "dlq.fleet.operations";
  double relay_look_ms = 50;
  std::size_t event_streams = 10000;
  double stream_heartbeat_s = 15;
  std::string roads_file;
  std::string router_url;
  std::size_t road_threads = 1;
  std::size_t road_queue = 256;
  std::size_t road_metrics = 16;
  std::size_t observed_speeds = 0;
  bool auto_reroute = true;
  double arriving_minutes = 5;
  double delayed_minutes = 10;
  double positions_keep_days = 0;
  access::RateSettings rates;
  std::string jwt_secret;
  std::string jwt_jwks_file;
  std::string jwt_jwks_url;
  double jwt_jwks_refresh_s = 300;
  std::string jwt_issuer;
  std::string jwt_audience;
};

// A line of the table: for --help and docs/operations.md.
struct SettingLine {
  std::string_view variable;
  std::string_view usual;  // the default, as text
  std::string_view meaning;
};
std::span<const SettingLine> setting_lines();
// The table in Markdown, as it stands in docs/operations.md.
std::string settings_markdown();

using Environment = std::function<std::optional<std::string>(const char* name)>;
// Throws std::invalid_argument with a sentence that names the variable and what it may be.
Settings settings_from(const Environment& environment);
Environment process_environment();

}  // namespace mms::service
