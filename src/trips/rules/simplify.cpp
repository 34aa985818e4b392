// Douglas-Peucker with a stack of its own.
#include "trips/rules/simplify.hpp"

#include <utility>

namespace mms::trips {

std::vector<std::size_t> simplified(const std::vector<Point>& points, double tolerance_m) {
  if (points.empty()) return {};
  std::vector<bool> is_kept(points.size());
  is_kept.front() = is_kept.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> parts{{0, points.size() - 1}};
  while (!parts.empty()) {
    const auto [from, to] = parts.back();
    parts.pop_back();
    std::size_t farthest = from;
    double away = tolerance_m;
    for (std::size_t i = from + 1; i < to; ++i) {
      const double its = beside(points[i], points[from], points[to]).away_m;
      if (its <= away) continue;
      away = its;
      farthest = i;
    }
    if (farthest == from) continue;
    is_kept[farthest] = true;
    parts.emplace_back(from, farthest);
    parts.emplace_back(farthest, to);
  }
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (is_kept[i]) kept.push_back(i);
  }
  return kept;
}

}  // namespace mms::trips
