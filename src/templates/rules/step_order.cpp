// Depth-first search over the keys of a plan.
#include "templates/rules/step_order.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>
#include <tuple>

namespace mms::templates {
namespace {

using vocabulary::FieldError;
constexpr std::size_t kMostEdges = 1000;

using Places = std::map<std::string_view, std::size_t>;

class Search {
 public:
  Search(const std::vector<PlanStep>& steps, const Places& places)
      : steps_(steps), places_(places), state_(steps.size(), State::fresh) {}

  // The keys of a circle, the first one again at its end; empty when there is none. Plans are small: 200 steps deep at
  // most.
  std::vector<std::string_view> circle() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (state_[i] == State::fresh && visit(i)) return circle_;
    }
    return {};
  }

 private:
  enum class State { fresh, open, done };

  bool visit(std::size_t at) {
    state_[at] = State::open;
    path_.push_back(at);
    for (const auto& edge : steps_[at].depends_on) {
      const auto next = places_.find(edge.key);
      if (next == places_.end() || state_[next->second] == State::done) continue;
      if (state_[next->second] == State::open) return close(next->second);
      if (visit(next->second)) return true;
    }
    path_.pop_back();
    state_[at] = State::done;
    return false;
  }
  bool close(std::size_t first) {
    auto from = path_.begin();
    while (*from != first) ++from;
    for (; from != path_.end(); ++from) circle_.push_back(steps_[*from].key);
    circle_.push_back(steps_[first].key);
    return true;
  }

  const std::vector<PlanStep>& steps_;
  const Places& places_;
  std::vector<State> state_;
  std::vector<std::size_t> path_;
  std::vector<std::string_view> circle_;
};

void check_edges(const PlanStep& step, std::size_t place, const Places& places, std::vector<FieldError>& errors) {
  std::set<std::pair<std::string_view, EdgeType>> seen;
  for (std::size_t i = 0; i < step.depends_on.size(); ++i) {
    const auto& edge = step.depends_on[i];
    const auto pointer = fmt::format("/missions/{}/depends_on/{}", place, i);
    if (!places.contains(edge.key)) {
      errors.push_back(
          {pointer + "/key", "unknown_key", fmt::format("no mission of this plan has the key \"{}\"", edge.key)});
    } else if (!seen.insert({edge.key, edge.type}).second) {
      errors.push_back({pointer, "not_unique", "the same dependency is there twice"});
    }
  }
}

}  // namespace

void check_steps(const std::vector<PlanStep>& steps, std::vector<FieldError>& errors) {
  std::size_t edges = 0;
  for (const auto& step : steps) edges += step.depends_on.size();
  if (edges > kMostEdges) errors.push_back({"/missions", "too_many", "at most 1000 dependencies in a plan"});
  if (steps.empty()) errors.push_back({"/missions", "too_few", "a plan has at least one mission"});
  Places places;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (places.emplace(steps[i].key, i).second) continue;
    errors.push_back(
        {fmt::format("/missions/{}/key", i), "not_unique", "another mission of this plan has the same key"});
  }
  for (std::size_t i = 0; i < steps.size(); ++i) check_edges(steps[i], i, places, errors);
  const auto circle = Search(steps, places).circle();
  if (circle.empty()) return;
  std::string words;
  for (const auto key : circle) words += (words.empty() ? "" : " waits for ") + std::string(key);
  errors.push_back({fmt::format("/missions/{}/depends_on", places.at(circle.front())), "dependency_cycle", words});
}

}  // namespace mms::templates
