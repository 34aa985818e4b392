// SQL of the safety events.
#include "safety/safety_store.hpp"

#include "safety/rules/safety_set.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::safety {
namespace {

using database::Query;
using database::Rows;
using database::Statement;
namespace json = vocabulary::json;

#define BLOCKING "severity = 'critical' and status <> 'resolved'"
#define ITS_BLOCKING "e.severity = 'critical' and e.status <> 'resolved'"
const Statement load_events("load_safety_events",
                            Statement::Shape::many,
                            "select body from safety_events where id = $1",
                            "select body from safety_events where id = any(cast($1 as uuid[]))");
const Statement load_of_missions(
    "load_blocking_of_missions",
    Statement::Shape::many,
    "select body from safety_events where mission_id = $1 and " BLOCKING,
    "select body from safety_events where mission_id = any(cast($1 as uuid[])) and " BLOCKING);
// A mission's row says which vehicle it is in; one row at least for each, so that no events are an answer too.
const Statement load_of_their_vehicles("load_blocking_of_their_vehicles",
                                       Statement::Shape::many,
                                       "select m.vehicle_id, e.body from missions m left join safety_events e on "
                                       "e.vehicle_id = m.vehicle_id and " ITS_BLOCKING
                                       " where m.id = $1 and m.vehicle_id is not null",
                                       "select m.vehicle_id, e.body from missions m left join safety_events e on "
                                       "e.vehicle_id = m.vehicle_id and " ITS_BLOCKING
                                       " where m.id = any(cast($1 as uuid[])) and m.vehicle_id is not null");
const Statement load_of_vehicles(
    "load_blocking_of_vehicles",
    Statement::Shape::many,
    "select body from safety_events where vehicle_id = $1 and " BLOCKING,
    "select body from safety_events where vehicle_id = any(cast($1 as text[])) and " BLOCKING);
#define MONITORED "source = 'monitor' and status <> 'resolved'"
const Statement load_monitored(
    "load_monitored_of_missions",
    Statement::Shape::many,
    "select body from safety_events where mission_id = $1 and " MONITORED,
    "select body from safety_events where mission_id = any(cast($1 as uuid[])) and " MONITORED);
#undef MONITORED
#undef BLOCKING
#undef ITS_BLOCKING

const Statement upsert_events(
    "upsert_safety_events",
    Statement::Shape::many,
    "insert into safety_events (id, fleet_id, mission_id, trip_id, vehicle_id, type, severity, source, status, "
    "occurred_at, created_at, updated_at, version, body) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
    "$13, "
    "$14) on conflict (id) do update set status = excluded.status, updated_at = excluded.updated_at, version = "
    "excluded.version, body = excluded.body",
    "insert into safety_events (id, fleet_id, mission_id, trip_id, vehicle_id, type, severity, source, status, "
    "occurred_at, created_at, updated_at, version, body) select cast(a1 as uuid), a2, cast(a3 as uuid), cast(a4 as "
    "uuid), "
    "a5, a6, a7, a8, a9, cast(a10 as timestamptz), cast(a11 as timestamptz), cast(a12 as timestamptz), cast(a13 as "
    "bigint), cast(a14 as json) from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as "
    "text[]), cast($5 as text[]), cast($6 as text[]), cast($7 as text[]), cast($8 as text[]), cast($9 as text[]), "
    "cast($10 as text[]), cast($11 as text[]), cast($12 as text[]), cast($13 as text[]), cast($14 as text[])) as t(a1, "
    "a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14) on conflict (id) do update set status = excluded.status, "
    "updated_at = excluded.updated_at, version = excluded.version, body = excluded.body");

const Statement find_one("find_safety_event", "select body from safety_events where id = $1");
const Statement bodies("safety_event_bodies",
                       "select id, body from safety_events where id > $1 order by id limit cast($2 as bigint)");

const Statement counts(
    "count_safety_events_by",
    Statement::Shape::once,
    "select type, severity, status, substr(occurred_at, 1, 10) as day, count(*) from safety_events where occurred_at "
    ">= $1 "
    "and occurred_at < $2 and ($3 is null or fleet_id in (select value from json_each($3))) and ($4 is null or "
    "vehicle_id "
    "= $4) group by type, severity, status, day order by day, type, severity, status",
    "select type, severity, status, to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*) from "
    "safety_events where occurred_at >= cast($1 as timestamptz) and occurred_at < cast($2 as timestamptz) and (cast($3 "
    "as "
    "text) is null or fleet_id = any(array(select json_array_elements_text(cast($3 as json))))) and (cast($4 as text) "
    "is "
    "null or vehicle_id = $4) group by type, severity, status, day order by day, type, severity, status");

void add_whole(Query& q, const SafetyEvent& e, std::string body) {
  using vocabulary::name_of;
  q.add(e.id, e.fleet_id, e.mission_id, e.trip_id, e.vehicle_id, name_of(e.type), name_of(e.severity),
        name_of(e.source), name_of(e.status), e.occurred_at, e.created_at, e.updated_at, e.version, std::move(body));
}

class SafetyPart final : public lanes::Part {
 public:
  explicit SafetyPart(SafetySet& set) : set_(set) {}

  std::vector<Query> loads() override {
    const auto needed = set_.take_needed();
    if (needed.empty()) return {};
    std::vector<Query> queries{Query{&load_events, {}}, Query{&load_of_missions, {}}, Query{&load_of_vehicles, {}},
                               Query{&load_monitored, {}}, Query{&load_of_their_vehicles, {}}};
    for (const auto& id : needed.events) queries[0].add(id);
    for (const auto& id : needed.missions) {
      queries[1].add(id);
      queries[4].add(id);
    }
    for (const auto& id : needed.monitored) queries[3].add(id);
    for (const auto& id : needed.vehicles) queries[2].add(id);
    return queries;
  }

  void take(std::span<const Rows> answers) override {
    for (const auto& rows : answers.first(4)) {
      for (std::size_t i = 0; i < rows.size(); ++i) take_body(rows[i].text(0));
    }
    for (std::size_t i = 0; i < answers[4].size(); ++i) {
      const auto row = answers[4][i];
      set_.loaded_vehicle(std::string(row.text(0)));
      if (!row.is_null(1)) take_body(row.text(1));
    }
  }

  std::vector<Query> writes() override {
    Query q{&upsert_events, {}};
    for (const auto& change : set_.changed()) add_whole(q, *change.event, *change.body);
    if (q.cells.empty()) return {};
    std::vector<Query> queries;
    queries.push_back(std::move(q));
    return queries;
  }

 private:
  void take_body(std::string_view body) { set_.loaded(json::from_stored<SafetyEvent>(body), std::string(body)); }

  SafetySet& set_;
};

}  // namespace

std::unique_ptr<lanes::Part> safety_part(lanes::WorkingSet& set) {
  return std::make_unique<SafetyPart>(set.emplace<SafetySet>());
}

Query find_safety_event(const SafetyEventId& id) {
  return database::query(find_one, id);
}

Query count_safety_events(const CountedEvents& which) {
  return database::query(counts, which.from, which.to,
                         which.fleets ? std::optional(json::write(*which.fleets)) : std::nullopt, which.vehicle_id);
}

Query safety_event_bodies(const SafetyEventId& after, std::int64_t limit) {
  return database::query(bodies, after, limit);
}

Query upsert_safety_events(const std::vector<SafetyEvent>& events) {
  Query q{&upsert_events, {}};
  for (const auto& e : events) add_whole(q, e, json::write(e));
  return q;
}

}  // namespace mms::safety
