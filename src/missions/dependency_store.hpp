// The table of edges.
#pragma once

#include <memory>
#include <vector>

#include "database/database.hpp"
#include "lanes/part.hpp"
#include "missions/rules/dependency_set.hpp"

namespace mms::missions {

// The edges' share of the working set; the missions' part must have been made before it.
std::unique_ptr<lanes::Part> dependency_part(lanes::WorkingSet& set);

// The edges of one successor with their predecessors, and the other way round: up to `limit` edges of one predecessor
// with the successor's name and status in the place of the predecessor's.
database::Query edges_of_successor(const MissionId& successor);
database::Query edges_of_predecessor(const MissionId& predecessor, std::int64_t limit);
Edges edges_from(const database::Rows& rows, Time now);

// For replay: stored edges by id, and writing them anew.
database::Query dependency_bodies(const DependencyId& after, std::int64_t limit);
database::Query delete_dependencies();
database::Query upsert_dependencies(const std::vector<Dependency>& dependencies);

}  // namespace mms::missions
