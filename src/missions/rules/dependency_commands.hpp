// Commands on edges, and those by which the end of a predecessor reaches its successors.
#pragma once

#include <memory>
#include <string>

#include "lanes/rules/command.hpp"
#include "lanes/rules/timers.hpp"
#include "missions/rules/dependency.hpp"

namespace mms::missions {

// Refuses: dependency_cycle (with the whole cycle), graph_too_large, wrong_state, already_exists, invalid_fields.
std::unique_ptr<lanes::Command> add_dependency(MissionId successor, DependencyId id, AddDependency input);
// Refuses: not_found.
std::unique_ptr<lanes::Command> remove_dependency(MissionId successor, DependencyId id);

// Settles one mission by where its predecessors are now. Only the service sends it.
std::unique_ptr<lanes::Command> settle_mission(MissionId id);
// Settles the successors of a mission, in the order of their ids, from behind `after` on: as many as one transaction
// may, the rest by a durable timer that is due at once. `kind` is that timer's, the same for all chunks of one cause.
std::unique_ptr<lanes::Command> settle_successors(MissionId predecessor, MissionId after, std::string kind);
// Timers of this kind follow from no state and are no part of a fold. `version` is the predecessor's, when it moved on:
// two causes have two timers.
std::string settle_kind(std::int64_t version);
bool is_settle_kind(std::string_view kind);
lanes::Timer settle_timer(MissionId predecessor, MissionId after, std::string kind, Time now);

}  // namespace mms::missions
