// Settings to intake, intake to figures.
#include "service/taking_in.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>

#include "inbound/rules/acknowledgments.hpp"
#include "inbound/rules/telemetry.hpp"
#include "service/assemble.hpp"
#include "service/monitoring.hpp"

namespace mms::service {
namespace {

using inbound::Understand;

std::map<std::string, Understand, std::less<>> topics_of(const Settings& s) {
  std::map<std::string, Understand, std::less<>> topics;
  if (!s.kafka_topic_telemetry.empty()) {
    topics.emplace(s.kafka_topic_telemetry, inbound::telemetry_reader(&report_link()));
  }
  if (!s.kafka_topic_acknowledgments.empty()) {
    topics.emplace(s.kafka_topic_acknowledgments, inbound::understand_acknowledgments);
  }
  return topics;
}

kafka::SourceSettings source_settings(const Settings& s) {
  kafka::SourceSettings settings{.brokers = s.kafka_brokers,
                                 .group = s.kafka_group,
                                 .topics = {},
                                 .create_topics = s.kafka_create_topics,
                                 .options = s.kafka_options};
  for (const auto& [topic, how] : topics_of(s)) settings.topics.push_back(topic);
  return settings;
}

kafka::KafkaSettings letter_settings(const Settings& s) {
  return {.brokers = s.kafka_brokers,
          .topics = {s.kafka_topic_dead_letters},
          .create_topics = s.kafka_create_topics,
          .options = s.kafka_options,
          .content_type = {}};
}

inbound::IntakeSettings intake_settings(const Settings& s) {
  inbound::IntakeSettings settings;
  settings.topics = topics_of(s);
  settings.dead_letters = s.kafka_topic_dead_letters;
  return settings;
}

kafka::KafkaSink::OnFault fault_of(Observation& observation) {
  return [&observation](const std::string& what) { observation.fault("inbound", what); };
}

inbound::IntakeHooks intake_hooks(const trips::VehicleTrackTools& track,
                                  Observation& observation,
                                  telemetry::Metrics& metrics) {
  auto& consumed = metrics.counter("inbound_messages_total", "Messages read from Kafka, repeats included.");
  const auto reports = [&metrics](std::string_view outcome) -> auto& {
    return metrics.counter("inbound_reports_total", "Reports of such messages, by what became of them.",
                           fmt::format("outcome=\"{}\"", outcome));
  };
  const auto positions = [&metrics](std::string_view outcome) -> auto& {
    return metrics.counter("inbound_positions_total", "Positions of such reports, by what became of them.",
                           fmt::format("outcome=\"{}\"", outcome));
  };
  inbound::IntakeHooks hooks;
  hooks.now = now;
  hooks.track = [&track, &observation](std::vector<trips::VehiclePosition> all) -> async::Task<inbound::Tracked> {
    const auto counts = co_await trips::track_vehicles(track, std::move(all));
    observation.left_route(counts.left_route);
    co_return inbound::Tracked{.stored = static_cast<std::size_t>(counts.accepted),
                               .duplicate = static_cast<std::size_t>(counts.duplicate),
                               .elsewhere = static_cast<std::size_t>(counts.refused)};
  };
  hooks.consumed = [&consumed](std::size_t n) { consumed.add(n); };
  hooks.stored = [&done = reports("carried_out"), &before = reports("duplicate")](std::size_t n, std::size_t repeated) {
    done.add(n);
    before.add(repeated);
  };
  hooks.tracked = [&accepted = positions("accepted"), &duplicate = positions("duplicate"),
                   &elsewhere = positions("no_trip")](const inbound::Tracked& t) {
    accepted.add(t.stored);
    duplicate.add(t.duplicate);
    elsewhere.add(t.elsewhere);
  };
  hooks.dead_lettered = [&observation](const inbound::Message& m, const vocabulary::Problem& problem) {
    observation.dead_letter(m.place.topic, m.place.partition, m.place.offset, problem);
  };
  hooks.on_fault = fault_of(observation);
  return hooks;
}

}  // namespace

bool takes_in(const Settings& settings) {
  return !settings.kafka_brokers.empty() && settings.kafka_inbound && !topics_of(settings).empty();
}

TakingIn::TakingIn(database::Database& database,
                   lanes::Lane& lane,
                   const Settings& settings,
                   Observation& observation,
                   telemetry::Metrics& metrics,
                   trips::SharedTracking& tracking,
                   trips::OnTrack on_track,
                   trips::Rerouter* rerouter)
    : reader_(database.open_reader(context_)),
      appender_(database.open_appender(context_)),
      track_tools_{*reader_, *appender_,          lane,    now, [this] { return stopping_.load(); },
                   tracking, std::move(on_track), rerouter},
      source_(source_settings(settings),
              {.on_fault = fault_of(observation),
               .commit_failed = [&failed = metrics.counter(
                                     "inbound_commit_errors_total",
                                     "Offsets that the broker did not take, to be told again.")] { failed.add(1); }}),
      letters_(letter_settings(settings), fault_of(observation)),
      intake_(
          source_, letters_, lane, ids_, intake_settings(settings), intake_hooks(track_tools_, observation, metrics)) {
  metrics.gauge("inbound_lag_messages", "Messages of this replica's partitions that are not settled yet.",
                [this] { return static_cast<double>(source_.lag()); });
  metrics.gauge("inbound_dead_letters_waiting", "Messages that are not laid aside yet.",
                [this] { return static_cast<double>(state().letters_waiting()); });
}

void TakingIn::start() {
  boost::asio::co_spawn(context_, intake_.run(), [this](const std::exception_ptr&) { context_.stop(); });
  thread_ = std::thread([this] { context_.run(); });
}

void TakingIn::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  intake_.stop();
  thread_.join();
}

}  // namespace mms::service
