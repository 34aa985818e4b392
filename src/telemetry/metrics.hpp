// Prometheus figures: counters, gauges, histograms. Labels are few and closed; never an id.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mms::telemetry {

// Threads: any.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Seconds, or counts, in fixed buckets. Threads: any.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds);
  void observe(double value);
  std::span<const double> bounds() const { return bounds_; }
  // Of bucket i, not cumulative; the last one is +Inf.
  std::uint64_t count_in(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::span<const double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

// 100 µs to 10 s.
std::span<const double> latency_bounds();
// 1 to 256.
std::span<const double> batch_bounds();
// Seconds that work of vehicles takes: up to a day.
std::span<const double> work_bounds();

// Threads: any. References stay valid as long as the registry.
class Metrics {
 public:
  // `labels` in Prometheus' own form, without braces: method="GET",status="200"
  Counter& counter(std::string_view name, std::string_view help, const std::string& labels = {});
  Histogram& histogram(std::string_view name,
                       std::string_view help,
                       std::span<const double> bounds,
                       const std::string& labels = {});
  // Asked at each scrape; must be quick and may be called by any thread.
  void gauge(std::string_view name,
             std::string_view help,
             std::function<double()> read,
             const std::string& labels = {});
  std::string text() const;

 private:
  struct Family {
    std::string help;
    std::string_view type;
    std::map<std::string, std::unique_ptr<Counter>> counters;
    std::map<std::string, std::unique_ptr<Histogram>> histograms;
    std::map<std::string, std::function<double()>> gauges;
  };
  Family& family(std::string_view name, std::string_view help, std::string_view type);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace mms::telemetry
