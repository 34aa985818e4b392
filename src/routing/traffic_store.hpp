// The table of traffic reports.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "routing/rules/traffic_input.hpp"

namespace mms::routing {

// A row of the traffic or of the profiles.
struct StoredView {
  std::int64_t sequence = 0;
  std::string body;  // a TrafficView, a ProfileView
};
std::vector<StoredView> stored_from(const database::Rows& rows);

// Statements one transaction after another, so that sequences are seen in the order in which they were given: whoever
// has read the highest has read them all.
database::Query take_traffic_turn();
// What the targets' column holds: a line may be long, an index's key may not.
std::string key_of_target(const std::string& target);

// Statements that belong in one transaction, in this order; the last answers a row for each report that was newer than
// what the same source had said of the same target. Targets of one source differ. Repeating them changes nothing.
std::vector<database::Query> put_traffic(const std::vector<TrafficView>& views);

// What has a higher sequence, in its order: what a replica does not know yet.
database::Query traffic_after(std::int64_t sequence, std::int64_t limit);
// The same of what is in force at `now`.
database::Query traffic_in_force(std::int64_t after, vocabulary::Time now, std::int64_t limit);

database::Query forget_traffic(vocabulary::Time over_before);

}  // namespace mms::routing
