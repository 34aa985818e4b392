// Finished requests and batches as log lines and figures.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "http/session.hpp"
#include "lanes/lane.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace mms::service {

// Threads: any. Lifetime: log and metrics outlive it.
class Observation {
 public:
  Observation(telemetry::Log& log, telemetry::Metrics& metrics, bool log_requests);

  void request(const http::Finished& finished);
  void batch(const lanes::BatchFigures& figures);
  void events(const std::vector<vocabulary::Event>& events);
  void timer(vocabulary::Duration late);
  void fault(std::string_view where, std::string_view what);
  void http_fault(const http::Fault& fault);

 private:
  struct RequestFigures {
    telemetry::Counter* count = nullptr;
    telemetry::Histogram* took = nullptr;
  };
  RequestFigures figures_of(http::Method method, std::string_view route, int status);

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
  telemetry::Counter& refused_;
  std::map<std::string, telemetry::Counter*, std::less<>> operations_;  // of the lane's thread alone
};

}  // namespace mms::service
