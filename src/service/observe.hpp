// Finished requests and batches as log lines and figures.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "http/session.hpp"
#include "lanes/lane.hpp"
#include "missions/mission_figures.hpp"
#include "missions/rules/mission.hpp"
#include "relay/rules/replay.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace mms::service {

// Threads: any. Lifetime: log and metrics outlive it.
class Observation {
 public:
  Observation(telemetry::Log& log, telemetry::Metrics& metrics, bool log_requests);

  void request(const http::Finished& finished);
  void batch(const lanes::BatchFigures& figures);
  // How a command of the lane came out. Threads: the lane's.
  void command(std::string_view name, const lanes::Outcome& outcome);
  void events(const std::vector<vocabulary::Event>& events);
  void timer(vocabulary::Duration late);
  // Missions and plans made from templates.
  void template_uses(std::size_t uses);
  void trip_status(std::string_view status);
  void left_route(int trips);
  void positions_forgotten(std::int64_t positions);
  void eta_error(double percent);
  // A mission with start_policy auto was tried.
  void auto_start(bool started);
  void mission_executed(missions::MissionStatus ended, vocabulary::Duration took);
  void dependencies_resolved(vocabulary::Duration took);
  // What the store holds; taken anew every few seconds, not at each scrape.
  void store(const missions::StoreFigures& figures);
  void positions(int accepted, int duplicate, int refused);
  // Reports that the safety monitor did not judge.
  void late_reports(const vocabulary::MissionId& mission, std::int64_t count);
  // A replay that is carried on from here, or has ended.
  void replay(const relay::Replay& replay);
  // A message that came in and is laid aside. Threads: one.
  void dead_letter(std::string_view topic, int partition, std::int64_t offset, const vocabulary::Problem& problem);
  void fault(std::string_view where, std::string_view what);
  // What was away is there again.
  void mended(std::string_view where, async::Clock::duration after);
  // A request was refused by a rate limit. Each is counted; the log gets a line every ten seconds at most.
  void limited(std::string_view policy, std::string_view who);
  void http_fault(const http::Fault& fault);

 private:
  struct RequestFigures {
    telemetry::Counter* count = nullptr;
    telemetry::Histogram* took = nullptr;
  };
  RequestFigures figures_of(http::Method method, std::string_view route, int status);
  telemetry::Counter& template_operations(std::string_view operation);
  void safety_event(const vocabulary::Event& event);
  void vehicle_command(const vocabulary::Event& event);
  void trip_reroute(const vocabulary::Event& event);

  telemetry::Log& log_;
  telemetry::Metrics& metrics_;
  bool log_requests_;
  std::uint64_t number_;  // no other Observation of this process has it
  telemetry::Histogram& batch_size_;
  telemetry::Histogram& queued_;
  telemetry::Histogram& load_;
  telemetry::Histogram& decide_;
  telemetry::Histogram& commit_;
  telemetry::Histogram& late_;
  telemetry::Histogram& resolved_;
  telemetry::Histogram& confirmed_;
  telemetry::Counter& refused_;
  std::atomic<std::int64_t> next_limited_line_{0};                      // ticks of async::Clock
  std::atomic<std::uint64_t> limited_since_{0};                         // the last line
  std::map<std::string, telemetry::Counter*, std::less<>> operations_;  // of the lane's thread alone
  // The same; names and outcomes are literals.
  std::map<std::pair<std::string_view, std::string_view>, telemetry::Counter*> commands_;
};

}  // namespace mms::service
