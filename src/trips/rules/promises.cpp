// Thinning by doubling the distance, and the error at the end.
#include "trips/rules/promises.hpp"

#include <algorithm>
#include <cmath>

namespace mms::trips {
namespace {

constexpr int kLeastApartS = 5;

double seconds(Time from, Time to) {
  return std::chrono::duration<double>(to - from).count();
}

int whole_seconds(Time from, Time to) {
  return static_cast<int>(std::clamp(std::round(seconds(from, to)), -1e9, 1e9));
}

// So far apart that a trip of this age has no more than are kept.
int apart_s(int age_s) {
  int apart = kLeastApartS;
  while (age_s / apart >= static_cast<int>(kMostPromises)) apart *= 2;
  return apart;
}

}  // namespace

void keep_promise(std::vector<Promise>& promises, Time start, Time given, Time eta) {
  const Promise promise{whole_seconds(start, given), whole_seconds(start, eta)};
  const int apart = apart_s(promise.given_s);
  if (!promises.empty() && promise.given_s - promises.back().given_s < apart) return;
  promises.push_back(promise);
  if (promises.size() <= kMostPromises) return;
  std::vector<Promise> kept;
  for (const auto& p : promises) {
    if (kept.empty() || p.given_s - kept.back().given_s >= apart) kept.push_back(p);
  }
  promises = std::move(kept);
}

std::optional<double> mean_error_percent(const std::vector<Promise>& promises, Time start, Time arrival) {
  const double arrived_s = seconds(start, arrival);
  double sum = 0;
  int count = 0;
  for (const auto& p : promises) {
    if (p.given_s >= arrived_s) continue;
    sum += std::abs(p.eta_s - arrived_s) / std::max(arrived_s - p.given_s, kLeastLeftS) * 100;
    ++count;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

}  // namespace mms::trips
