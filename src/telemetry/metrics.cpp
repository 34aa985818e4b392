// The registry and the Prometheus text format 0.0.4.
#include "telemetry/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mms::telemetry {
namespace {

constexpr std::array<double, 15> kLatency{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                          0.05,   0.1,     0.25,   0.5,   1,      2.5,   10};
constexpr std::array<double, 9> kBatch{1, 2, 4, 8, 16, 32, 64, 128, 256};
constexpr std::array<double, 12> kWork{1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 43200, 86400};

void append_histogram(std::string& out, std::string_view name, const std::string& labels, const Histogram& h) {
  const auto comma = labels.empty() ? "" : ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < h.bounds().size(); ++i) {
    total += h.count_in(i);
    fmt::format_to(std::back_inserter(out), "{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, h.bounds()[i],
                   total);
  }
  total += h.count_in(h.bounds().size());
  const auto braces = labels.empty() ? std::string() : '{' + labels + '}';
  fmt::format_to(std::back_inserter(out), "{}_bucket{{{}{}le=\"+Inf\"}} {}\n{}_sum{} {}\n{}_count{} {}\n", name, labels,
                 comma, total, name, braces, h.sum(), name, braces, total);
}

}  // namespace

std::span<const double> latency_bounds() {
  return kLatency;
}
std::span<const double> work_bounds() {
  return kWork;
}
std::span<const double> batch_bounds() {
  return kBatch;
}

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)) {}

void Histogram::observe(double value) {
  const auto at = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

Metrics::Family& Metrics::family(std::string_view name, std::string_view help, std::string_view type) {
  auto& family = families_.try_emplace(std::string(name)).first->second;
  family.help = help;
  family.type = type;
  return family;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, const std::string& labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "counter").counters[labels];
  if (!slot) slot = std::make_unique<Counter>();
  return *slot;
}

Histogram& Metrics::histogram(std::string_view name,
                              std::string_view help,
                              std::span<const double> bounds,
                              const std::string& labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "histogram").histograms[labels];
  if (!slot) slot = std::make_unique<Histogram>(bounds);
  return *slot;
}

void Metrics::gauge(std::string_view name,
                    std::string_view help,
                    std::function<double()> read,
                    const std::string& labels) {
  const std::lock_guard lock(mutex_);
  family(name, help, "gauge").gauges[labels] = std::move(read);
}

std::string Metrics::text() const {
  std::string out;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, family.help, name, family.type);
    const auto line = [&](const std::string& labels, const std::string& value) {
      fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, labels.empty() ? labels : '{' + labels + '}', value);
    };
    for (const auto& [labels, counter] : family.counters) line(labels, fmt::format("{}", counter->value()));
    for (const auto& [labels, read] : family.gauges) {
      const double value = read();
      line(labels, std::isnan(value) ? "NaN" : fmt::format("{}", value));
    }
    for (const auto& [labels, histogram] : family.histograms) append_histogram(out, name, labels, *histogram);
  }
  return out;
}

}  // namespace mms::telemetry
