// Looks at what a batch changed.
#include "missions/mission_times.hpp"

#include "missions/rules/dependency_set.hpp"
#include "missions/rules/mission_set.hpp"

namespace mms::missions {
namespace {

class MissionTimesPart final : public lanes::Part {
 public:
  MissionTimesPart(MissionSet& missions, DependencySet& dependencies, const MissionTimes& times)
      : missions_(missions), dependencies_(dependencies), times_(times) {}

  std::vector<database::Query> loads() override { return {}; }
  void take(std::span<const database::Rows>) override {}
  std::vector<database::Query> writes() override { return {}; }

  void committed() override {
    for (const auto& change : missions_.changed()) {
      const auto& m = *change.mission;
      // A start decides on the edges, so they are here.
      if (change.starts && dependencies_.has_edges(m.id)) {
        if (const auto took = resolution_time(dependencies_.edges_of(m.id, missions_, *m.started_at))) {
          times_.resolved(*took);
        }
      }
      if (change.ends && m.started_at) times_.executed(m.status, *m.ended_at - *m.started_at);
    }
  }

 private:
  MissionSet& missions_;
  DependencySet& dependencies_;
  const MissionTimes& times_;
};

}  // namespace

std::unique_ptr<lanes::Part> mission_times_part(lanes::WorkingSet& set, const MissionTimes& times) {
  return std::make_unique<MissionTimesPart>(set.of<MissionSet>(), set.of<DependencySet>(), times);
}

}  // namespace mms::missions
