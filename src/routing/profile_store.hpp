// The table of usual speeds by hour of the week.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "routing/rules/profile_input.hpp"
#include "routing/traffic_store.hpp"

namespace mms::routing {

// Statements that belong in one transaction, in this order. Each takes the place of what the same source had given for
// the same target. Repeating them changes nothing but the order.
std::vector<database::Query> put_profiles(const std::vector<ProfileView>& views);
// The last answers a row for each profile that is gone. No targets: all of the source.
std::vector<database::Query> drop_profiles(const std::string& source,
                                           const std::optional<std::vector<std::string>>& targets);

// Those with a higher sequence, in its order; of one source where it is named.
database::Query profiles_after(std::int64_t sequence, std::int64_t limit, const std::optional<std::string>& source);

// Another one whenever another set of profiles is stored.
struct ProfilesMark {
  std::int64_t highest = 0;
  std::int64_t count = 0;
  bool operator==(const ProfilesMark&) const = default;
};
database::Query profiles_mark();
ProfilesMark profiles_mark_from(const database::Rows& rows);

}  // namespace mms::routing
