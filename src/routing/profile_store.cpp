// SQL of the profiles.
#include "routing/profile_store.hpp"

#include "vocabulary/json_write.hpp"

namespace mms::routing {
namespace {

using database::Query;
using database::Statement;

const Statement drop_one(
    "drop_speed_profile",
    Statement::Shape::many,
    "delete from speed_profiles where source = $1 and target = $2 returning sequence",
    "delete from speed_profiles p using unnest(cast($1 as text[]), cast($2 as text[])) as u(a, b) where p.source = u.a "
    "and p.target = u.b returning sequence");
const Statement drop_source("drop_speed_profiles_of_source",
                            "delete from speed_profiles where source = $1 returning sequence");
const Statement insert_new(
    "insert_speed_profile",
    Statement::Shape::many,
    "insert into speed_profiles (source, target, body) values ($1, $2, $3)",
    "insert into speed_profiles (source, target, body) select a, b, cast(c as json) from unnest(cast($1 as text[]), "
    "cast($2 as text[]), cast($3 as text[])) as u(a, b, c)");
const Statement after(
    "speed_profiles_after",
    "select sequence, body from speed_profiles where sequence > cast($1 as bigint) and (cast($2 as text) is null or "
    "source = cast($2 as text)) order by sequence limit cast($3 as bigint)");
const Statement mark("speed_profiles_mark", "select coalesce(max(sequence), 0), count(*) from speed_profiles");

}  // namespace

std::vector<Query> put_profiles(const std::vector<ProfileView>& views) {
  Query drop{&drop_one, {}}, insert{&insert_new, {}};
  for (const auto& view : views) {
    const auto target = key_of_target(target_of(view));
    drop.add(view.source, target);
    insert.add(view.source, target, vocabulary::json::write(view));
  }
  std::vector<Query> queries;
  queries.push_back(take_traffic_turn());
  queries.push_back(std::move(drop));
  queries.push_back(std::move(insert));
  return queries;
}

std::vector<Query> drop_profiles(const std::string& source, const std::optional<std::vector<std::string>>& targets) {
  std::vector<Query> queries;
  queries.push_back(take_traffic_turn());
  if (!targets) {
    queries.push_back(database::query(drop_source, source));
    return queries;
  }
  Query drop{&drop_one, {}};
  for (const auto& target : *targets) drop.add(source, key_of_target(target));
  queries.push_back(std::move(drop));
  return queries;
}

Query profiles_after(std::int64_t sequence, std::int64_t limit, const std::optional<std::string>& source) {
  return database::query(after, sequence, source, limit);
}

Query profiles_mark() {
  return database::query(mark);
}

ProfilesMark profiles_mark_from(const database::Rows& rows) {
  return {rows[0].integer(0), rows[0].integer(1)};
}

}  // namespace mms::routing
