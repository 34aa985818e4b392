// Finished requests and batches as log lines and figures.
#pragma once

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
  void trip_status(std::string_view status);
  void positions(int accepted, int duplicate, int refused);
  void fault(std::string_view where, std::string_view what);
  void http_fault(const http::Fault& fault);

 private:
  telemetry::Log& log_;
  telemetry::Metrics& metrics_;
  bool log_requests_;
  telemetry::Histogram& batch_size_;
  telemetry::Histogram& queued_;
  telemetry::Histogram& load_;
  telemetry::Histogram& decide_;
  telemetry::Histogram& commit_;
  telemetry::Histogram& late_;
  telemetry::Counter& refused_;
};

}  // namespace mms::service
