// Settings to relay, relay to figures.
#include "service/relaying.hpp"

#include <boost/asio/co_spawn.hpp>

#include "relay/rules/cloud_event.hpp"
#include "service/assemble.hpp"

namespace mms::service {
namespace {

constexpr std::string_view kLabel = "sink=\"kafka\"";

relay::TopicNames topic_names(const Settings& s) {
  return {.missions = s.kafka_topic_missions,
          .trips = s.kafka_topic_trips,
          .safety = s.kafka_topic_safety,
          .alerts = s.kafka_topic_alerts,
          .commands = s.kafka_topic_commands};
}

kafka::KafkaSettings kafka_settings(const Settings& s) {
  return {.brokers = s.kafka_brokers,
          .topics = topic_names(s).all(),
          .create_topics = s.kafka_create_topics,
          .options = s.kafka_options,
          .content_type = std::string(relay::kCloudEventType)};
}

relay::RelaySettings relay_settings(const Settings& s, std::string holder) {
  relay::RelaySettings settings;
  settings.holder = std::move(holder);
  settings.topics = topic_names(s);
  settings.look_every = std::chrono::milliseconds(static_cast<std::int64_t>(s.relay_look_ms));
  return settings;
}

relay::RelayHooks relay_hooks(const database::Database& database,
                              Observation& observation,
                              telemetry::Metrics& metrics) {
  const std::string label(kLabel);
  auto& published = metrics.counter("relay_published_total", "Events delivered, repeats included.", label);
  auto& errors = metrics.counter("relay_errors_total", "Messages that were not taken, to be sent again.", label);
  relay::RelayHooks hooks;
  hooks.published = [&published](std::size_t n) { published.add(n); };
  hooks.failed = [&errors](std::size_t n) { errors.add(n); };
  hooks.on_fault = [&observation](const std::string& what) { observation.fault("relay", what); };
  if (database.dialect() == database::Dialect::sqlite) hooks.now = now;
  return hooks;
}

relay::ReplayerSettings replayer_settings(std::string holder) {
  relay::ReplayerSettings settings;
  settings.holder = std::move(holder);
  return settings;
}

relay::ReplayerHooks replayer_hooks(const database::Database& database,
                                    Observation& observation,
                                    telemetry::Metrics& metrics) {
  relay::ReplayerHooks hooks;
  hooks.published = [&published = metrics.counter("replay_published_total", "Events delivered anew, by replays.")](
                        std::size_t n) { published.add(n); };
  hooks.changed = [&observation](const relay::Replay& replay) { observation.replay(replay); };
  hooks.on_fault = [&observation](const std::string& what) { observation.fault("replay", what); };
  hooks.now = now;
  hooks.lease_now = [sqlite = database.dialect() == database::Dialect::sqlite] {
    return sqlite ? std::optional(now()) : std::nullopt;
  };
  return hooks;
}

relay::Replayer::MakeSink make_sink(const Settings& s, Observation& observation) {
  auto settings = kafka_settings(s);
  return [settings, &observation](const std::string& topic) {
    auto of_one = settings;
    of_one.topics = {topic};
    return std::make_unique<kafka::KafkaSink>(
        of_one, [&observation](const std::string& what) { observation.fault("replay", what); });
  };
}

}  // namespace

relay::ReplayTopics replay_topics(const Settings& s) {
  const auto names = topic_names(s);
  relay::ReplayTopics topics{.has_kafka = !s.kafka_brokers.empty(),
                             .live = {names.missions, names.trips, names.safety, names.alerts},
                             .closed = {names.commands, s.kafka_topic_dead_letters}};
  for (const auto& topic : {s.kafka_topic_telemetry, s.kafka_topic_acknowledgments}) {
    if (!topic.empty()) topics.closed.push_back(topic);
  }
  return topics;
}

Relaying::Relaying(database::Database& database,
                   relay::CommitBell& bell,
                   const Settings& settings,
                   std::string holder,
                   Observation& observation,
                   telemetry::Metrics& metrics)
    : sink_(kafka_settings(settings), [&observation](const std::string& what) { observation.fault("kafka", what); }),
      relay_(database,
             context_,
             sink_,
             bell,
             relay_settings(settings, holder),
             relay_hooks(database, observation, metrics)),
      replayer_(database,
                replay_context_,
                make_sink(settings, observation),
                replayer_settings(std::move(holder)),
                replayer_hooks(database, observation, metrics)) {
  const std::string label(kLabel);
  metrics.gauge(
      "relay_lag_events", "How far behind the log's end what is known to be delivered is.",
      [this] { return static_cast<double>(state().lag()); }, label);
  metrics.gauge(
      "relay_holds_lease", "1 while this replica is the one that relays.",
      [this] { return state().holds() ? 1.0 : 0.0; }, label);
}

void Relaying::start() {
  // Its connections wait on the context as long as they live.
  boost::asio::co_spawn(context_, relay_.run(), [this](const std::exception_ptr&) { context_.stop(); });
  thread_ = std::thread([this] { context_.run(); });
  boost::asio::co_spawn(replay_context_, replayer_.run(),
                        [this](const std::exception_ptr&) { replay_context_.stop(); });
  replay_thread_ = std::thread([this] { replay_context_.run(); });
}

void Relaying::stop() {
  if (!thread_.joinable()) return;
  replayer_.stop();
  relay_.stop();
  thread_.join();
  replay_thread_.join();
}

}  // namespace mms::service
