// The look at one mission, as the lane sees it: what arrived is folded, what is found becomes safety events, and both
// are durable together.
#pragma once

#include <memory>
#include <vector>

#include "lanes/rules/command.hpp"
#include "monitor/rules/watch.hpp"
#include "safety/rules/safety_commands.hpp"

namespace mms::monitor {

// The body of its answer.
struct Looked {
  struct Told {
    safety::RequirementKind requirement{};
    What what{};
  };
  std::int64_t late = 0;
  std::vector<Told> told;
  bool unfinished = false;  // there is more that could be folded now
};
BOOST_DESCRIBE_STRUCT(Looked::Told, (), (requirement, what))
BOOST_DESCRIBE_STRUCT(Looked, (), (late, told, unfinished))

// Only the service sends it. Done again it finds nothing new, so any number of replicas may send it. `listening_since`:
// from when on the sender could have heard of reports. Refuses: nothing.
std::unique_ptr<lanes::Command> observe_mission(MissionId mission, Time listening_since, safety::Subjects subjects);

}  // namespace mms::monitor
