// The fastest vehicle's way is the measure, with what receivers are wrong by.
#include "trips/rules/jumps.hpp"

#include <utility>

namespace mms::trips {
namespace {

constexpr double kWrongBy = 100;  // metres that a receiver among houses may be off without knowing

Point point_of(const Position& p) {
  return {p.latitude, p.longitude};
}

bool is_jump(const Position& from, const Position& to, double most_mps) {
  const double doubt = kWrongBy + from.accuracy_m.value_or(0) + to.accuracy_m.value_or(0);
  const double passed = std::chrono::duration<double>(to.recorded_at - from.recorded_at).count();
  return distance_m(point_of(from), point_of(to)) > doubt + most_mps * passed;
}

}  // namespace

double way_m(const Position& from, const Position& to) {
  return distance_m(point_of(from), point_of(to));
}

JumpFilter::Verdict JumpFilter::take(const Position& position) {
  if (!last_ || !is_jump(*last_, position, most_mps_)) {
    suspect_.reset();
    return {.is_sound = true, .before = std::exchange(last_, position), .cleared = {}};
  }
  if (suspect_ && !is_jump(*suspect_, position, most_mps_)) {
    auto cleared = std::exchange(suspect_, std::nullopt);
    last_ = position;
    return {.is_sound = true, .before = cleared, .cleared = cleared};
  }
  suspect_ = position;
  return {};
}

Travelled travelled(const std::vector<Position>& positions, double most_mps) {
  Travelled all;
  JumpFilter filter(most_mps, {}, {});
  for (const auto& position : positions) {
    const auto seen = filter.take(position);
    if (!seen.is_sound && position != positions.back()) all.suspects.push_back(position.recorded_at);
    if (seen.cleared) all.suspects.pop_back();
    if (seen.before) all.way_m += way_m(*seen.before, position);
  }
  return all;
}

}  // namespace mms::trips
