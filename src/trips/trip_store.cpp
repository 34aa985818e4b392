// SQL of the trips.
#include "trips/trip_store.hpp"

#include "trips/rules/trip_set.hpp"
#include "trips/rules/ways.hpp"
#include "trips/trip_ended.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {

// What line_of below wrote.
struct StoredLine {
  std::vector<std::vector<double>> coordinates;
};
BOOST_DESCRIBE_STRUCT(StoredLine, (), (coordinates))
struct StoredRoute {
  StoredLine geometry;
};
BOOST_DESCRIBE_STRUCT(StoredRoute, (), (geometry))

namespace {

using database::Query;
using database::Rows;
using database::Statement;
namespace json = vocabulary::json;

// Whether its vehicle is watched stands in a table of the monitor's; asked here, it costs no statement of its own.
#define TRIP_AND_LIVE                                                                                               \
  "select t.body, l.body, l.revision, (select 1 from monitor_watches w where w.vehicle_id = t.vehicle_id limit 1) " \
  "from trips t left join trip_live l on l.trip_id = t.id where t.id = "
const Statement load_trips("load_trips",
                           Statement::Shape::many,
                           TRIP_AND_LIVE "$1",
                           TRIP_AND_LIVE "any(cast($1 as uuid[]))");
const Statement find_one("find_trip", TRIP_AND_LIVE "$1");
#undef TRIP_AND_LIVE
const Statement load_vehicles_of("load_trip_vehicles_of",
                                 Statement::Shape::many,
                                 "select o.vehicle_id, o.id from trips t join trips o on o.vehicle_id = t.vehicle_id "
                                 "and o.occupies_vehicle = 1 where "
                                 "t.id = $1",
                                 "select o.vehicle_id, o.id from trips t join trips o on o.vehicle_id = t.vehicle_id "
                                 "and o.occupies_vehicle where t.id "
                                 "= any(cast($1 as uuid[]))");
const Statement load_vehicles("load_trip_vehicles",
                              Statement::Shape::many,
                              "select vehicle_id, id from trips where occupies_vehicle = 1 and vehicle_id = $1",
                              "select vehicle_id, id from trips where occupies_vehicle and vehicle_id = any(cast($1 as "
                              "text[]))");

#define TRIP_COLUMNS                                                                              \
  "id, fleet_id, vehicle_id, mission_id, trip_type, sector, priority, status, occupies_vehicle, " \
  "scheduled_start_time, started_at, ended_at, created_at, updated_at, version, body"
#define TRIP_VALUES " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
#define TRIP_UNNESTED                                                                                                 \
  "select cast(a1 as uuid), a2, a3, cast(a4 as uuid), a5, a6, cast(a7 as bigint), a8, cast(a9 as boolean), cast(a10 " \
  "as timestamptz), cast(a11 as timestamptz), cast(a12 as timestamptz), cast(a13 as timestamptz), cast(a14 as "       \
  "timestamptz), cast(a15 as bigint), cast(a16 as json) from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 " \
  "as text[]), cast($4 as text[]), cast($5 as text[]), cast($6 as text[]), cast($7 as text[]), cast($8 as text[]), "  \
  "cast($9 as text[]), cast($10 as text[]), cast($11 as text[]), cast($12 as text[]), cast($13 as text[]), cast($14 " \
  "as text[]), cast($15 as text[]), cast($16 as text[])) as t(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, "    \
  "a13, a14, a15, a16)"
#define TRIP_REPLACED                                                                                                 \
  " on conflict (id) do update set vehicle_id = excluded.vehicle_id, mission_id = excluded.mission_id, trip_type = "  \
  "excluded.trip_type, sector = excluded.sector, priority = excluded.priority, status = excluded.status, "            \
  "occupies_vehicle = excluded.occupies_vehicle, scheduled_start_time = excluded.scheduled_start_time, started_at = " \
  "excluded.started_at, ended_at = excluded.ended_at, updated_at = excluded.updated_at, version = excluded.version, " \
  "body = excluded.body"
const Statement insert_new("insert_trips",
                           Statement::Shape::many,
                           "insert into trips (" TRIP_COLUMNS ")" TRIP_VALUES,
                           "insert into trips (" TRIP_COLUMNS ") " TRIP_UNNESTED);
const Statement replace_all("upsert_trips",
                            Statement::Shape::many,
                            "insert into trips (" TRIP_COLUMNS ")" TRIP_VALUES TRIP_REPLACED,
                            "insert into trips (" TRIP_COLUMNS ") " TRIP_UNNESTED TRIP_REPLACED);
#undef TRIP_COLUMNS
#undef TRIP_VALUES
#undef TRIP_UNNESTED
#undef TRIP_REPLACED

const Statement put_routes(
    "put_trip_routes",
    Statement::Shape::many,
    "insert into trip_routes (trip_id, revision, created_at, body) values ($1, $2, $3, $4) on conflict (trip_id, "
    "revision) "
    "do update set body = excluded.body",
    "insert into trip_routes (trip_id, revision, created_at, body) select cast(a as uuid), cast(b as bigint), cast(c "
    "as "
    "timestamptz), cast(d as json) from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as "
    "text[])) as t(a, b, c, d) on conflict (trip_id, revision) do update set body = excluded.body");
const Statement put_private(
    "put_trip_private",
    Statement::Shape::many,
    "insert into trip_private (trip_id, fleet_id, customer_id, body) values ($1, $2, $3, $4) on conflict (trip_id) do "
    "update set customer_id = excluded.customer_id, body = excluded.body",
    "insert into trip_private (trip_id, fleet_id, customer_id, body) select cast(a as uuid), b, c, cast(d as json) "
    "from "
    "unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[])) as t(a, b, c, d) on "
    "conflict "
    "(trip_id) do update set customer_id = excluded.customer_id, body = excluded.body");
const Statement drop_private("drop_trip_private",
                             Statement::Shape::many,
                             "delete from trip_private where trip_id = $1",
                             "delete from trip_private where trip_id = any(cast($1 as uuid[]))");
const Statement routes_of("trip_routes_before",
                          "select body, created_at from trip_routes where trip_id = $1 and revision < cast($2 as "
                          "bigint) order by revision desc limit cast($3 as bigint)");
const Statement route_bodies(
    "find_trip_routes",
    Statement::Shape::many,
    "select (select body from trip_routes where trip_id = $1 and revision = cast($2 as integer))",
    "select (select r.body from trip_routes r where r.trip_id = cast(p.a as uuid) and r.revision = cast(p.b as "
    "bigint)) from unnest(cast($1 as text[]), cast($2 as text[])) with ordinality as p(a, b, n) order by p.n");
const Statement private_of("find_trip_private", "select body from trip_private where trip_id = $1");
const Statement bodies("trip_bodies", "select id, body from trips where id > $1 order by id limit cast($2 as bigint)");

void add_whole(Query& q, const Trip& t, std::string body) {
  q.add(t.id, t.fleet_id, t.vehicle_id, t.mission_id, t.trip_type, vocabulary::name_of(t.sector),
        static_cast<int>(t.priority), vocabulary::name_of(t.status), occupies_vehicle(t), t.scheduled_start_time,
        t.actual_start_time, t.actual_end_time, t.created_at, t.updated_at, t.version, std::move(body));
}

// A GeoJSON line beside the route's figures; straight from stop to stop without an encoded one.
std::string line_of(const Trip& trip, const std::optional<std::string>& encoded) {
  std::string line = R"({"type":"LineString","coordinates":[)";
  for (const auto& point : encoded ? points_of_polyline(*encoded) : points_of(trip)) {
    if (!line.ends_with('[')) line += ',';
    line += '[';
    json::append_number(line, point.longitude);
    line += ',';
    json::append_number(line, point.latitude);
    line += ']';
  }
  line += "]}";
  auto body = json::write(*trip.route);
  body.pop_back();
  return body + ",\"geometry\":" + line + '}';
}

class TripPart final : public lanes::Part {
 public:
  TripPart(TripSet& set, TripNews news) : set_(set), news_(std::move(news)) {}

  std::vector<Query> loads() override {
    const auto needed = set_.take_needed();
    if (needed.empty()) return {};
    std::vector<Query> queries{Query{&load_trips, {}}, Query{&load_vehicles_of, {}}, Query{&load_vehicles, {}}};
    for (const auto& id : needed.trips) queries[0].add(id);
    for (const auto& id : needed.vehicles_of) queries[1].add(id);
    for (const auto& vehicle : needed.vehicles) queries[2].add(vehicle);
    return queries;
  }

  void take(std::span<const Rows> answers) override {
    for (std::size_t i = 0; i < answers[0].size(); ++i) {
      const auto row = answers[0][i];
      std::string body(row.text(0));
      auto trip = json::from_stored<Trip>(body);
      std::optional<Live> live;
      if (!row.is_null(1)) live = json::from_stored<Live>(std::string(row.text(1)));
      set_.loaded(std::move(trip), std::move(body), std::move(live));
    }
    for (const auto& rows : answers.subspan(1)) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        set_.loaded_occupant(std::string(rows[i].text(0)), rows[i].id<TripId>(1));
      }
    }
  }

  std::vector<Query> writes() override {
    // Those that leave a vehicle before those that enter it: the unique index never sees two.
    Query created{&insert_new, {}};
    Query left{&replace_all, {}};
    Query entered{&replace_all, {}};
    Query routes{&put_routes, {}};
    std::vector<Ended> ended;
    for (const auto& change : set_.changed()) {
      const auto& trip = *change.trip;
      add_whole(change.is_new ? created : occupies_vehicle(trip) ? entered : left, trip, *change.body);
      if (change.routed) routes.add(trip.id, trip.route->revision, trip.updated_at, line_of(trip, *change.line));
      if (change.ended) ended.push_back({&trip, change.live});
    }
    Query kept{&put_private, {}};
    Query dropped{&drop_private, {}};
    for (const auto& [id, fields] : set_.changed_private()) {
      if (fields) {
        kept.add(id, set_.find(id)->fleet_id, fields->customer_id, json::write(*fields));
      } else {
        dropped.add(id);
      }
    }
    std::vector<Query> queries;
    for (auto* q : {&left, &entered, &created, &routes, &kept, &dropped}) {
      if (!q->cells.empty()) queries.push_back(std::move(*q));
    }
    if (!ended.empty())
      for (auto& q : figures_of_ended(ended)) queries.push_back(std::move(q));
    return queries;
  }

  void committed() override {
    for (const auto& change : set_.changed()) {
      if (news_.status && change.status_changed) news_.status(change.trip->status);
      if (!news_.eta_error_percent || !change.ended) continue;
      if (const auto error = eta_error_percent(*change.trip, change.live)) news_.eta_error_percent(*error);
    }
  }

 private:
  TripSet& set_;
  TripNews news_;
};

}  // namespace

std::unique_ptr<lanes::Part> trip_part(lanes::WorkingSet& set, TripNews news) {
  return std::make_unique<TripPart>(set.emplace<TripSet>(), std::move(news));
}

Query find_trip(const TripId& id) {
  return database::query(find_one, id);
}

std::optional<StoredTrip> trip_from(const Rows& rows) {
  auto found = trips_from(rows);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Query find_trips(const std::vector<TripId>& ids) {
  Query q{&load_trips, {}};
  for (const auto& id : ids) q.add(id);
  return q;
}

std::vector<StoredTrip> trips_from(const Rows& rows) {
  std::vector<StoredTrip> all(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    all[i].body = row.text(0);
    all[i].trip = json::from_stored<Trip>(all[i].body);
    all[i].is_watched = !row.is_null(3);
    if (row.is_null(1)) continue;
    all[i].live = json::from_stored<Live>(std::string(row.text(1)));
    all[i].live_revision = row.integer(2);
  }
  return all;
}

Query routes_before(const TripId& id, std::int64_t revision, std::int64_t limit) {
  return database::query(routes_of, id, revision, limit);
}

Query find_route_bodies(const std::vector<RouteKey>& keys) {
  Query q{&route_bodies, {}};
  for (const auto& key : keys) q.add(key.id, key.revision);
  return q;
}

std::vector<Point> points_of_route(const std::string& body) {
  const auto route = json::from_stored<StoredRoute>(body);
  std::vector<Point> points;
  points.reserve(route.geometry.coordinates.size());
  for (const auto& place : route.geometry.coordinates) {
    if (place.size() >= 2) points.push_back({place[1], place[0]});
  }
  return points;
}

Query find_private(const TripId& id) {
  return database::query(private_of, id);
}

Query trip_bodies(const TripId& after, std::int64_t limit) {
  return database::query(bodies, after, limit);
}

std::vector<Query> upsert_trips(const std::vector<FoldedTrip>& trips) {
  std::vector<Query> queries{Query{&replace_all, {}}, Query{&put_routes, {}}};
  for (const auto& [t, line] : trips) {
    add_whole(queries[0], t, json::write(t));
    if (t.route) queries[1].add(t.id, t.route->revision, t.updated_at, line_of(t, line));
  }
  return queries;
}

}  // namespace mms::trips
