// SQL of positions and live figures.
#include "trips/tracking_store.hpp"

#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using database::Query;
using database::Rows;
using database::Statement;

#define POSITION_COLUMNS                                                                                       \
  "insert into trip_tracking (trip_id, recorded_at, latitude, longitude, speed_mps, heading_deg, accuracy_m, " \
  "received_at) "
#define POSITION_ONCE " on conflict (trip_id, recorded_at) do nothing returning recorded_at"
const Statement insert_all(
    "insert_positions",
    Statement::Shape::many,
    POSITION_COLUMNS "values ($1, $2, $3, $4, $5, $6, $7, $8)" POSITION_ONCE,
    POSITION_COLUMNS
    "select cast(a as uuid), cast(b as timestamptz), cast(c as double precision), cast(d as double precision), cast(e "
    "as "
    "double precision), cast(f as double precision), cast(g as double precision), cast(h as timestamptz) from "
    "unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[]), "
    "cast($6 as "
    "text[]), cast($7 as text[]), cast($8 as text[])) as t(a, b, c, d, e, f, g, h)" POSITION_ONCE);
#undef POSITION_COLUMNS
#undef POSITION_ONCE

const Statement first_live(
    "first_trip_live",
    Statement::Shape::once,
    "insert into trip_live (trip_id, revision, body) values ($1, 1, $2) on conflict (trip_id) do "
    "nothing returning revision",
    "insert into trip_live (trip_id, revision, body) values ($1, 1, cast($2 as json)) on conflict "
    "(trip_id) do nothing returning revision");
const Statement next_live(
    "next_trip_live",
    Statement::Shape::once,
    "update trip_live set revision = revision + 1, body = $3 where trip_id = $1 and revision = $2 "
    "returning revision",
    "update trip_live set revision = revision + 1, body = cast($3 as json) where trip_id = $1 and "
    "revision = cast($2 as bigint) returning revision");
const Statement after(
    "positions_after",
    "select recorded_at, latitude, longitude, speed_mps, heading_deg, accuracy_m from trip_tracking where "
    "trip_id = $1 and recorded_at > $2 order by recorded_at limit cast($3 as bigint)");

std::optional<double> real_at(const database::Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.real(column));
}

}  // namespace

Query insert_positions(const TripId& id, const std::vector<Position>& positions, Time received_at) {
  Query q{&insert_all, {}};
  q.cells.reserve(positions.size() * 8);
  for (const auto& p : positions) {
    q.add(id, p.recorded_at, p.latitude, p.longitude, p.speed_mps, p.heading_deg, p.accuracy_m, received_at);
  }
  return q;
}

Query replace_live(const TripId& id, std::int64_t revision, const Live& live) {
  if (revision == 0) return database::query(first_live, id, vocabulary::json::write(live));
  return database::query(next_live, id, revision, vocabulary::json::write(live));
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

}  // namespace mms::trips
