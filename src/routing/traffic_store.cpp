// SQL of the traffic.
#include "routing/traffic_store.hpp"

#include "crypto/digest.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::routing {
namespace {

using database::Query;
using database::Statement;

// Advisory lock 0x6d6d73'0003 of this service.
const Statement take_turn("take_traffic_turn",
                          Statement::Shape::once,
                          "select 1",
                          "select pg_catalog.pg_advisory_xact_lock(469987688451)");
const Statement drop_earlier(
    "drop_earlier_traffic",
    Statement::Shape::many,
    "delete from traffic_reports where source = $1 and target = $2 and reported_at <= $3",
    "delete from traffic_reports t using unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[])) as u(a, b, "
    "c) where t.source = u.a and t.target = u.b and t.reported_at <= cast(u.c as timestamptz)");
const Statement insert_new(
    "insert_traffic",
    Statement::Shape::many,
    "insert into traffic_reports (source, target, kind, reported_at, expires_at, body) select $1, $2, $3, $4, $5, $6 "
    "where not exists (select 1 from traffic_reports where source = $1 and target = $2) returning sequence",
    "insert into traffic_reports (source, target, kind, reported_at, expires_at, body) select a, b, c, cast(d as "
    "timestamptz), cast(e as timestamptz), cast(f as json) from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 "
    "as text[]), cast($4 as text[]), cast($5 as text[]), cast($6 as text[])) as u(a, b, c, d, e, f) where not exists "
    "(select 1 from traffic_reports t where t.source = a and t.target = b) returning sequence");
const Statement after(
    "traffic_after",
    "select sequence, body from traffic_reports where sequence > cast($1 as bigint) order by sequence limit cast($2 as "
    "bigint)");
const Statement in_force(
    "traffic_in_force",
    "select sequence, body from traffic_reports where sequence > cast($1 as bigint) and expires_at > $2 and kind <> "
    "'cleared' order by sequence limit cast($3 as bigint)");
const Statement forget("forget_traffic", "delete from traffic_reports where expires_at < $1");

}  // namespace

Query take_traffic_turn() {
  return database::query(take_turn);
}

std::string key_of_target(const std::string& target) {
  return crypto::to_hex(crypto::sha256(target));
}

std::vector<Query> put_traffic(const std::vector<TrafficView>& views) {
  Query drop{&drop_earlier, {}}, insert{&insert_new, {}};
  for (const auto& view : views) {
    const auto target = key_of_target(target_of(view));
    drop.add(view.source, target, view.reported_at);
    insert.add(view.source, target, vocabulary::name_of(view.kind), view.reported_at, view.expires_at,
               vocabulary::json::write(view));
  }
  std::vector<Query> queries;
  queries.push_back(take_traffic_turn());
  queries.push_back(std::move(drop));
  queries.push_back(std::move(insert));
  return queries;
}

Query traffic_after(std::int64_t sequence, std::int64_t limit) {
  return database::query(after, sequence, limit);
}

Query traffic_in_force(std::int64_t sequence, vocabulary::Time now, std::int64_t limit) {
  return database::query(in_force, sequence, now, limit);
}

std::vector<StoredView> stored_from(const database::Rows& rows) {
  std::vector<StoredView> stored;
  stored.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) stored.push_back({rows[i].integer(0), std::string(rows[i].text(1))});
  return stored;
}

Query forget_traffic(vocabulary::Time over_before) {
  return database::query(forget, over_before);
}

}  // namespace mms::routing
