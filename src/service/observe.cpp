// Names and labels of the figures.
#include "service/observe.hpp"

#include <fmt/format.h>

#include <atomic>
#include <limits>
#include <tuple>

#include "missions/rules/vehicle_control.hpp"
#include "safety/rules/safety_changes.hpp"
#include "trips/rules/trip_events.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::service {
namespace {

using telemetry::Level;
using vocabulary::json::ObjectText;

double in_seconds(std::int64_t microseconds) {
  return static_cast<double>(microseconds) / 1e6;
}

telemetry::Histogram& part_of_command(telemetry::Metrics& metrics, std::string_view part) {
  return metrics.histogram("mission_command_part_seconds", "Where the time of a batch of commands goes.",
                           telemetry::latency_bounds(), fmt::format("part=\"{}\"", part));
}

telemetry::Histogram& execution(telemetry::Metrics& metrics, missions::MissionStatus ended) {
  return metrics.histogram("mission_execution_seconds", "From a mission's latest start till its end, by how it ended.",
                           telemetry::work_bounds(), fmt::format("status=\"{}\"", vocabulary::name_of(ended)));
}

std::atomic<std::uint64_t> observations{0};

// Slower than this, a batch leaves its split in the log.
constexpr std::int64_t kSlowBatch = 500'000;

constexpr std::chrono::seconds kLimitedLines{10};

}  // namespace

Observation::Observation(telemetry::Log& log, telemetry::Metrics& metrics, bool log_requests)
    : log_(log),
      metrics_(metrics),
      log_requests_(log_requests),
      number_(++observations),
      batch_size_(
          metrics.histogram("mission_batch_commands", "Commands in one transaction.", telemetry::batch_bounds())),
      queued_(part_of_command(metrics, "queue")),
      load_(part_of_command(metrics, "load")),
      decide_(part_of_command(metrics, "decide")),
      commit_(part_of_command(metrics, "commit")),
      late_(metrics.histogram(
          "mission_timer_late_seconds", "By how much timers fire late.", telemetry::latency_bounds())),
      resolved_(metrics.histogram("mission_dependency_resolution_seconds",
                                  "From a mission's first dependency till all of them let it start.",
                                  telemetry::work_bounds())),
      confirmed_(metrics.histogram("vehicle_command_confirmation_seconds",
                                   "From a command's request till its vehicle's confirmation of it.",
                                   telemetry::latency_bounds())),
      refused_(metrics.counter("mission_commands_refused_total", "Commands that were refused.")) {
  for (const auto ended :
       {missions::MissionStatus::completed, missions::MissionStatus::failed, missions::MissionStatus::cancelled}) {
    execution(metrics, ended);  // a rate needs the zero before the first one
  }
}

Observation::RequestFigures Observation::figures_of(http::Method method, std::string_view route, int status) {
  const auto labels = fmt::format("method=\"{}\",route=\"{}\",status=\"{}\"", http::to_text(method), route, status);
  return {&metrics_.counter("http_requests_total", "Requests answered.", labels),
          &metrics_.histogram("mission_response_time_seconds", "From a request's head to its answer.",
                              telemetry::latency_bounds(), fmt::format("route=\"{}\"", route))};
}

void Observation::request(const http::Finished& f) {
  const auto route = f.route.empty() ? std::string_view("none") : f.route;
  // Routes are literals, so their address names them; the labels' text and the registry's lock are for the first time.
  thread_local std::map<std::tuple<std::uint64_t, const char*, http::Method, int>, RequestFigures> known;
  auto& figures = known[{number_, route.data(), f.method, f.status}];
  if (figures.count == nullptr) figures = figures_of(f.method, route, f.status);
  figures.count->add();
  figures.took->observe(std::chrono::duration<double>(f.took).count());
  const auto level = f.status >= 500 ? Level::warning : Level::info;
  if (!log_.shows(level) || (!log_requests_ && f.status < 500)) return;
  if (f.status == 429) return;  // a flood must not fill the log: see limited()
  ObjectText line;
  line.add("request_id", f.request_id)
      .add("method", http::to_text(f.method))
      .add("route", route)
      .add("status", f.status)
      .add("duration_ms", static_cast<double>(f.took / std::chrono::microseconds(1)) / 1000)
      .add("caller", f.caller);
  if (!f.code.empty()) line.add("code", f.code);
  if (f.traceparent.size() >= 35) line.add("trace_id", f.traceparent.substr(3, 32));
  log_.write(level, "request", line);
}

void Observation::batch(const lanes::BatchFigures& b) {
  batch_size_.observe(static_cast<double>(b.commands));
  queued_.observe(in_seconds(b.queued_us));
  load_.observe(in_seconds(b.load_us));
  decide_.observe(in_seconds(b.decide_us));
  commit_.observe(in_seconds(b.commit_us));
  refused_.add(b.refused);
  if (b.load_us + b.decide_us + b.commit_us < kSlowBatch) return;
  log_.write(Level::warning, "slow batch",
             ObjectText()
                 .add("commands", b.commands)
                 .add("queued_us", b.queued_us)
                 .add("load_us", b.load_us)
                 .add("decide_us", b.decide_us)
                 .add("commit_us", b.commit_us));
}

void Observation::command(std::string_view name, const lanes::Outcome& outcome) {
  const auto how = !outcome ? vocabulary::name_of(outcome.error().kind) : outcome->replayed ? "replayed" : "done";
  auto*& count = commands_[{name, how}];
  if (count == nullptr) {
    count = &metrics_.counter("mission_commands_total", "Commands by kind and by what became of them.",
                              fmt::format("command=\"{}\",outcome=\"{}\"", name, how));
  }
  count->add();
}

void Observation::mission_executed(missions::MissionStatus ended, vocabulary::Duration took) {
  execution(metrics_, ended).observe(in_seconds(took.count()));
}

void Observation::dependencies_resolved(vocabulary::Duration took) {
  resolved_.observe(in_seconds(took.count()));
}

void Observation::events(const std::vector<vocabulary::Event>& events) {
  for (const auto& e : events) {
    auto*& count = operations_[e.type];
    if (count == nullptr) {
      count = &metrics_.counter("mission_operations_total", "Domain events by type.",
                                fmt::format("operation=\"{}\"", e.type));
    }
    count->add();
    if (e.stream == "template") template_operations(std::string_view(e.type).substr(e.type.find('.') + 1)).add();
    if (e.type == safety::SafetyEventRaised::kType) safety_event(e);
    if (e.type == trips::TripRerouted::kType) trip_reroute(e);
    vehicle_command(e);
    if (!log_.shows(Level::info) || !log_requests_) continue;
    log_.write(Level::info, "event",
               ObjectText()
                   .add("type", e.type)
                   .add("stream_id", e.stream_id)
                   .add("version", e.version)
                   .add("caller", e.caller)
                   .add("request_id", e.trace));
  }
}

telemetry::Counter& Observation::template_operations(std::string_view operation) {
  return metrics_.counter("mission_template_operations_total", "Templates created, updated, archived and used.",
                          fmt::format("operation=\"{}\"", operation));
}

void Observation::template_uses(std::size_t uses) {
  template_operations("used").add(uses);
}

void Observation::safety_event(const vocabulary::Event& e) {
  const auto raised = vocabulary::json::from_stored<safety::SafetyEventRaised>(e.data).safety_event;
  const auto type = vocabulary::name_of(raised.type);
  const auto severity = vocabulary::name_of(raised.severity);
  metrics_
      .counter("safety_events_total", "Safety events raised, by type and severity.",
               fmt::format("type=\"{}\",severity=\"{}\"", type, severity))
      .add();
  if (raised.severity != safety::Severity::critical) return;
  log_.write(Level::warning, "critical safety event",
             ObjectText()
                 .add("safety_event_id", raised.id)
                 .add("type", type)
                 .add("fleet_id", raised.fleet_id)
                 .add("mission_id", raised.mission_id)
                 .add("vehicle_id", raised.vehicle_id)
                 .add("request_id", e.trace));
}

void Observation::vehicle_command(const vocabulary::Event& e) {
  const auto step = missions::command_step(e);
  if (!step) return;
  const auto command = vocabulary::name_of(step->command);
  metrics_
      .counter("vehicle_commands_total", "Commands to vehicles, by what became of them.",
               fmt::format("command=\"{}\",outcome=\"{}\"", command, step->outcome))
      .add();
  if (step->took) confirmed_.observe(in_seconds(step->took->count()));
  if (step->outcome != "timed_out" && step->outcome != "rejected") return;
  log_.write(Level::warning, "vehicle command failed",
             ObjectText()
                 .add("outcome", step->outcome)
                 .add("command", command)
                 .add("mission_id", e.stream_id)
                 .add("fleet_id", e.fleet_id)
                 .add("command_id", step->command_id));
}

void Observation::timer(vocabulary::Duration late) {
  late_.observe(std::max(0.0, in_seconds(late.count())));
}

void Observation::trip_status(std::string_view status) {
  metrics_
      .counter("trip_status_changes_total", "Trips by the status that they came into.",
               fmt::format("status=\"{}\"", status))
      .add();
}

void Observation::left_route(int trips) {
  if (trips == 0) return;
  metrics_.counter("trip_off_route_total", "Trips that came to be off their route.")
      .add(static_cast<std::uint64_t>(trips));
}

void Observation::positions_forgotten(std::int64_t positions) {
  if (positions <= 0) return;
  metrics_.counter("trip_positions_forgotten_total", "Positions of ended trips that were deleted by their age.")
      .add(static_cast<std::uint64_t>(positions));
}

void Observation::trip_reroute(const vocabulary::Event& e) {
  const auto rerouted = std::get<trips::TripRerouted>(trips::trip_event_from(e));
  metrics_
      .counter("trip_reroutes_total", "Routes planned anew on the way, by the reason.",
               fmt::format("reason=\"{}\"", vocabulary::name_of(rerouted.reason)))
      .add();
}

void Observation::eta_error(double percent) {
  static constexpr double kBounds[] = {1, 2, 5, 10, 15, 20, 30, 50, 100, 200};
  metrics_
      .histogram("trip_eta_error_percent",
                 "How wrong the arrivals of a completed trip were said, in the mean, in percent of what was left.",
                 kBounds)
      .observe(percent);
}

void Observation::auto_start(bool started) {
  metrics_
      .counter("mission_auto_starts_total", "Missions that were to start by themselves, by outcome.",
               fmt::format("outcome=\"{}\"", started ? "started" : "refused"))
      .add();
}

void Observation::store(const missions::StoreFigures& figures) {
  const auto tell = [&](std::string_view name, std::string_view help, double value, const std::string& labels) {
    metrics_.gauge(name, help, [value] { return value; }, labels);
  };
  constexpr std::string_view kActive = "Missions that hold their vehicle, by status.";
  tell("mission_active_missions", kActive, static_cast<double>(figures.running), "status=\"running\"");
  tell("mission_active_missions", kActive, static_cast<double>(figures.paused), "status=\"paused\"");
  tell("mission_success_rate_percent",
       fmt::format("Completed ones among the missions that completed or failed for good in the latest {} events.",
                   missions::kLatestEvents),
       figures.success_percent.value_or(std::numeric_limits<double>::quiet_NaN()), {});
}

void Observation::positions(int accepted, int duplicate, int refused) {
  const auto count = [&](std::string_view outcome, int number) {
    metrics_
        .counter("trip_positions_total", "Positions reported, by what became of them.",
                 fmt::format("outcome=\"{}\"", outcome))
        .add(static_cast<std::uint64_t>(number));
  };
  count("accepted", accepted);
  count("duplicate", duplicate);
  count("refused", refused);
}

void Observation::late_reports(const vocabulary::MissionId& mission, std::int64_t count) {
  log_.write(Level::info, "reports too late for the safety monitor",
             ObjectText().add("mission_id", mission).add("reports", count));
}

void Observation::replay(const relay::Replay& replay) {
  log_.write(Level::info, "replay",
             ObjectText()
                 .add("id", vocabulary::to_text(replay.id))
                 .add("status", vocabulary::name_of(replay.status))
                 .add("topic", replay.topic)
                 .add("position", replay.position)
                 .add("to_sequence", replay.to_sequence)
                 .add("published", replay.published)
                 .add("caller", replay.created_by));
}

void Observation::dead_letter(std::string_view topic,
                              int partition,
                              std::int64_t offset,
                              const vocabulary::Problem& problem) {
  metrics_
      .counter("inbound_dead_letters_total", "Messages laid aside, by the reason.",
               fmt::format("reason=\"{}\"", name_of(problem.kind)))
      .add();
  ObjectText line;
  line.add("topic", topic)
      .add("partition", partition)
      .add("offset", offset)
      .add("reason", name_of(problem.kind))
      .add("detail", problem.detail);
  if (!problem.errors.empty()) {
    line.add("pointer", problem.errors.front().pointer).add("field_detail", problem.errors.front().detail);
  }
  log_.write(Level::warning, "dead letter", line);
}

void Observation::fault(std::string_view where, std::string_view what) {
  metrics_
      .counter("mission_faults_total", "Faults of the world around the service.", fmt::format("where=\"{}\"", where))
      .add();
  log_.write(Level::error, "fault", ObjectText().add("where", where).add("what", what));
}

void Observation::mended(std::string_view where, async::Clock::duration after) {
  log_.write(
      Level::info, "there again",
      ObjectText().add("where", where).add("away_s", static_cast<double>(after / std::chrono::milliseconds(1)) / 1000));
}

void Observation::limited(std::string_view policy, std::string_view who) {
  metrics_
      .counter("rate_limited_total", "Requests refused with 429, by the limit's name.",
               fmt::format("limit=\"{}\"", policy))
      .add();
  limited_since_.fetch_add(1, std::memory_order_relaxed);
  const auto now = async::Clock::now();
  auto next = next_limited_line_.load();
  if (now.time_since_epoch().count() < next) return;
  if (!next_limited_line_.compare_exchange_strong(next, (now + kLimitedLines).time_since_epoch().count())) return;
  log_.write(Level::warning, "rate limited",
             ObjectText().add("limit", policy).add("caller", who).add("refused", limited_since_.exchange(0)));
}

void Observation::http_fault(const http::Fault& f) {
  log_.write(
      Level::error, "request failed",
      ObjectText().add("request_id", f.request_id).add("route", f.route).add("code", f.code).add("what", f.internal));
}

}  // namespace mms::service
