// SQL of positions and live figures.
#include "trips/tracking_store.hpp"

#include <algorithm>

#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using database::Query;
using database::Rows;
using database::Statement;

#define POSITION_COLUMNS                                                                                       \
  "insert into trip_tracking (trip_id, recorded_at, latitude, longitude, speed_mps, heading_deg, accuracy_m, " \
  "received_at, suspect) "
#define POSITION_ONCE " on conflict (trip_id, recorded_at) do nothing returning trip_id"
const Statement insert_all(
    "insert_positions",
    Statement::Shape::many,
    POSITION_COLUMNS "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)" POSITION_ONCE,
    POSITION_COLUMNS
    "select cast(a as uuid), cast(b as timestamptz), cast(c as double precision), cast(d as double precision), cast(e "
    "as "
    "double precision), cast(f as double precision), cast(g as double precision), cast(h as timestamptz), cast(i as "
    "boolean) from "
    "unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[]), "
    "cast($6 as "
    "text[]), cast($7 as text[]), cast($8 as text[]), cast($9 as text[])) as t(a, b, c, d, e, f, g, h, "
    "i)" POSITION_ONCE);
#undef POSITION_COLUMNS
#undef POSITION_ONCE

// One text for the first figures and for the next: those of revision n take the place of n - 1 alone, and none is the
// place of 1.
#define PUT_LIVE                                                                                                      \
  " on conflict (trip_id) do update set revision = excluded.revision, body = excluded.body where trip_live.revision " \
  "= "                                                                                                                \
  "excluded.revision - 1 returning trip_id"
const Statement put_live("put_trip_live",
                         Statement::Shape::many,
                         "insert into trip_live (trip_id, revision, body) values ($1, $2, $3)" PUT_LIVE,
                         "insert into trip_live (trip_id, revision, body) select cast(a as uuid), cast(b as bigint), "
                         "cast(c as json) from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[])) as "
                         "t(a, b, c)" PUT_LIVE);
#undef PUT_LIVE
const Statement mark_all(
    "mark_positions",
    Statement::Shape::many,
    "update trip_tracking set suspect = $3 where trip_id = $1 and recorded_at = $2",
    "update trip_tracking t set suspect = cast(p.c as boolean) from unnest(cast($1 as text[]), cast($2 as text[]), "
    "cast($3 as text[])) as p(a, b, c) where t.trip_id = cast(p.a as uuid) and t.recorded_at = cast(p.b as "
    "timestamptz)");
const Statement at_moment(
    "trips_at",
    Statement::Shape::many,
    "select (select t.id from trips t where t.vehicle_id = $1 and t.started_at <= $2 order by t.started_at desc limit "
    "1)",
    "select (select t.id from trips t where t.vehicle_id = p.a and t.started_at <= cast(p.b as timestamptz) order by "
    "t.started_at desc limit 1) from unnest(cast($1 as text[]), cast($2 as text[])) with ordinality as p(a, b, n) "
    "order "
    "by p.n");
const Statement after(
    "positions_after",
    "select recorded_at, latitude, longitude, speed_mps, heading_deg, accuracy_m, suspect from trip_tracking where "
    "trip_id = $1 and recorded_at > $2 order by recorded_at limit cast($3 as bigint)");

std::optional<double> real_at(const database::Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.real(column));
}

}  // namespace

Query insert_positions() {
  return {&insert_all, {}};
}

void add_positions(Query& insert,
                   const TripId& id,
                   const std::vector<Position>& positions,
                   const std::vector<Time>& suspects,
                   Time received_at) {
  for (const auto& p : positions) {
    const bool is_suspect = std::ranges::binary_search(suspects, p.recorded_at);
    insert.add(id, p.recorded_at, p.latitude, p.longitude, p.speed_mps, p.heading_deg, p.accuracy_m, received_at,
               is_suspect ? std::optional(true) : std::nullopt);
  }
}

Query mark_positions() {
  return {&mark_all, {}};
}

void add_mark(Query& mark, const TripId& id, Time recorded_at, bool is_suspect) {
  mark.add(id, recorded_at, is_suspect ? std::optional(true) : std::nullopt);
}

Query replace_live() {
  return {&put_live, {}};
}

void add_live(Query& replace, const TripId& id, std::int64_t revision, const Live& live) {
  replace.add(id, revision + 1, vocabulary::json::write(live));
}

Query trips_at(const std::vector<VehiclePosition>& positions) {
  Query q{&at_moment, {}};
  for (const auto& p : positions) q.add(p.vehicle_id, p.position.recorded_at);
  return q;
}

Query positions_after(const TripId& id, Time since, std::int64_t limit) {
  return database::query(after, id, since, limit);
}

std::vector<Position> positions_from(const Rows& rows) {
  std::vector<Position> positions;
  positions.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    positions.push_back({.recorded_at = row.time(0),
                         .latitude = row.real(1),
                         .longitude = row.real(2),
                         .speed_mps = real_at(row, 3),
                         .heading_deg = real_at(row, 4),
                         .accuracy_m = real_at(row, 5)});
  }
  return positions;
}

std::vector<bool> suspects_from(const Rows& rows) {
  std::vector<bool> suspects(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) suspects[i] = !rows[i].is_null(6) && rows[i].flag(6);
  return suspects;
}

}  // namespace mms::trips
