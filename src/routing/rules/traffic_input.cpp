// Checks of reports, and how one becomes what is stored.
#include "routing/rules/traffic_input.hpp"

#include <fmt/format.h>

#include <chrono>

namespace mms::routing {
namespace {

constexpr auto kAhead = std::chrono::minutes(5);  // clocks differ
constexpr auto kUsual = std::chrono::hours(1);
constexpr auto kLongest = std::chrono::hours(24 * 366);

}  // namespace

void check_source(Reading& in, const Identifier& source) {
  if (source != kObservedSource) return;
  const Reading::Step step(in, "source");
  in.error("reserved", "is the service's own, for the speeds of tracked vehicles");
}

void check_fields(Reading& in, const TrafficInput& input) {
  if (int{input.way.has_value()} + int{input.edge.has_value()} + int{input.line.has_value()} != 1) {
    in.error("one_of", "must have exactly one of way, edge and line");
  }
  if (int{input.speed_kmh.has_value()} + int{input.closed.value} + int{input.clear.value} != 1) {
    in.error("one_of", "must have exactly one of speed_kmh, \"closed\": true and \"clear\": true");
  }
  check_source(in, input.source);
  if (input.line && input.line->size() < 2) {
    const Reading::Step step(in, "line");
    in.error("too_few", "must have at least two points");
  }
}

std::string target_of(const TrafficView& view) {
  if (!view.line) return target_on_map(view);
  std::string target = "line";
  for (const auto& point : *view.line) {
    target += fmt::format(" {:.6f},{:.6f}", point.latitude.value, point.longitude.value);
  }
  return target;
}

std::vector<TrafficView> views_of(const TrafficInput& input, std::string_view map, std::string_view caller, Time now) {
  TrafficView view{.source = input.source};
  view.kind = input.closed.value ? TrafficKind::closed : input.clear.value ? TrafficKind::cleared : TrafficKind::speed;
  if (input.speed_kmh) view.speed_kmh = input.speed_kmh->value;
  view.reported_at = input.reported_at.value_or(now);
  view.expires_at = input.expires_at.value_or(view.reported_at + kUsual);
  view.reported_by = caller;
  if (input.line) view.line = std::vector<Coordinates>(input.line->begin(), input.line->end());
  return placed_on_map(std::move(view), input.way, input.edge, map);
}

std::vector<vocabulary::FieldError> time_faults_of(const TrafficInput& input, std::string_view pointer, Time now) {
  std::vector<vocabulary::FieldError> faults;
  const auto reported_at = input.reported_at.value_or(now);
  const auto expires_at = input.expires_at.value_or(reported_at + kUsual);
  if (reported_at > now + kAhead) {
    faults.push_back({fmt::format("{}/reported_at", pointer), "in_the_future", "must not be ahead of now"});
  }
  if (expires_at <= now) faults.push_back({fmt::format("{}/expires_at", pointer), "over", "is over already"});
  if (expires_at > now + kLongest) {
    faults.push_back({fmt::format("{}/expires_at", pointer), "too_far", "must be within a year"});
  }
  return faults;
}

}  // namespace mms::routing
