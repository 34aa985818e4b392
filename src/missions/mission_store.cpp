// SQL of the missions.
#include "missions/mission_store.hpp"

#include "missions/rules/mission_set.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using database::Query;
using database::Rows;
using database::Statement;
namespace json = vocabulary::json;

const Statement load_missions("load_missions",
                              Statement::Shape::many,
                              "select body from missions where id = $1",
                              "select body from missions where id = any(cast($1 as uuid[]))");
const Statement load_vehicles_of(
    "load_vehicles_of",
    Statement::Shape::many,
    "select o.vehicle_id, o.id, o.name from missions m join missions o on o.vehicle_id = m.vehicle_id and "
    "o.occupies_vehicle = 1 where m.id = $1",
    // Not a join: planned while no mission runs, it would read all who ever were in a vehicle for each batch.
    "select o.vehicle_id, o.id, o.name from missions o where o.occupies_vehicle and o.vehicle_id = any(array(select "
    "m.vehicle_id from missions m where m.id = any(cast($1 as uuid[]))))");
const Statement load_vehicles(
    "load_vehicles",
    Statement::Shape::many,
    "select vehicle_id, id, name from missions where occupies_vehicle = 1 and vehicle_id = $1",
    "select vehicle_id, id, name from missions where occupies_vehicle and vehicle_id = any(cast($1 as text[]))");

#define MISSION_COLUMNS                                                                                       \
  "id, fleet_id, vehicle_id, template_id, plan_id, name, type, priority, status, blocked, occupies_vehicle, " \
  "scheduled_start, deadline, created_at, updated_at, deleted_at, version, start_rank, recall_vehicle, body"
#define MISSION_UNNESTED                                                                                               \
  "select cast(a1 as uuid), a2, a3, cast(a4 as uuid), cast(a5 as uuid), a6, a7, cast(a8 as bigint), a9, cast(a10 as "  \
  "boolean), cast(a11 as boolean), cast(a12 as timestamptz), cast(a13 as timestamptz), cast(a14 as timestamptz), "     \
  "cast(a15 as timestamptz), cast(a16 as timestamptz), cast(a17 as bigint), cast(a18 as bigint), a19, cast(a20 as "    \
  "json) "                                                                                                             \
  "from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[]), "   \
  "cast($6 as text[]), cast($7 as text[]), cast($8 as text[]), cast($9 as text[]), cast($10 as text[]), cast($11 as "  \
  "text[]), cast($12 as text[]), cast($13 as text[]), cast($14 as text[]), cast($15 as text[]), cast($16 as text[]), " \
  "cast($17 as text[]), cast($18 as text[]), cast($19 as text[]), cast($20 as text[])) as t(a1, a2, a3, a4, a5, a6, "  \
  "a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20)"
#define MISSION_REPLACED                                                                                               \
  " on conflict (id) do update set fleet_id = excluded.fleet_id, vehicle_id = excluded.vehicle_id, template_id = "     \
  "excluded.template_id, plan_id = excluded.plan_id, name = excluded.name, type = excluded.type, priority = "          \
  "excluded.priority, status = excluded.status, blocked = excluded.blocked, occupies_vehicle = "                       \
  "excluded.occupies_vehicle, scheduled_start = excluded.scheduled_start, deadline = excluded.deadline, created_at = " \
  "excluded.created_at, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, version = "                \
  "excluded.version, start_rank = excluded.start_rank, recall_vehicle = "                                              \
  "excluded.recall_vehicle, body = excluded.body"
#define MISSION_VALUES \
  " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"

const Statement insert_new("insert_missions",
                           Statement::Shape::many,
                           "insert into missions (" MISSION_COLUMNS ")" MISSION_VALUES,
                           "insert into missions (" MISSION_COLUMNS ") " MISSION_UNNESTED);
const Statement replace_all("upsert_missions",
                            Statement::Shape::many,
                            "insert into missions (" MISSION_COLUMNS ")" MISSION_VALUES MISSION_REPLACED,
                            "insert into missions (" MISSION_COLUMNS ") " MISSION_UNNESTED MISSION_REPLACED);
const Statement stored_rows("mission_rows",
                            "select " MISSION_COLUMNS
                            " from missions where id > $1 order by id limit cast($2 as bigint)");
#undef MISSION_COLUMNS
#undef MISSION_UNNESTED
#undef MISSION_REPLACED
#undef MISSION_VALUES

// Missions that are no longer in their vehicle, or were never: written before those that enter one, so that the unique
// index never sees two in one vehicle between two rows of a batch.
const Statement update_changed(
    "update_missions",
    Statement::Shape::many,
    "update missions set vehicle_id = $2, name = $3, type = $4, priority = $5, status = $6, blocked = $7, "
    "occupies_vehicle = $8, scheduled_start = $9, deadline = $10, updated_at = $11, deleted_at = $12, version = $13, "
    "start_rank = $14, recall_vehicle = $15, body = $16 where id = $1",
    "update missions set vehicle_id = a2, name = a3, type = a4, priority = cast(a5 as bigint), status = a6, blocked = "
    "cast(a7 as boolean), occupies_vehicle = cast(a8 as boolean), scheduled_start = cast(a9 as timestamptz), deadline "
    "= "
    "cast(a10 as timestamptz), updated_at = cast(a11 as timestamptz), deleted_at = cast(a12 as timestamptz), version = "
    "cast(a13 as bigint), start_rank = cast(a14 as bigint), recall_vehicle = a15, body = cast(a16 as json) from "
    "unnest(cast($1 as text[]), "
    "cast($2 as text[]), cast($3 as "
    "text[]), cast($4 as text[]), cast($5 as text[]), cast($6 as text[]), cast($7 as text[]), cast($8 as text[]), "
    "cast($9 as text[]), cast($10 as text[]), cast($11 as text[]), cast($12 as text[]), cast($13 as text[]), cast($14 "
    "as text[]), cast($15 as text[]), cast($16 as text[])) as t(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, "
    "a13, a14, a15, a16) where id "
    "= cast(a1 as uuid)");

const Statement find_one(
    "find_mission", "select fleet_id, version, deleted_at, body, vehicle_id, template_id from missions where id = $1");
const Statement with_vehicle(
    "missions_with_vehicle",
    Statement::Shape::once,
    "select body from missions where id in (select id from missions where occupies_vehicle = 1 and vehicle_id = $1 "
    "union select id from missions where recall_vehicle = $1)",
    "select body from missions where id in (select id from missions where occupies_vehicle and vehicle_id = $1 "
    "union select id from missions where recall_vehicle = $1)");
#define TOOK "body ->> 'started_at' as began, body ->> 'ended_at' as ended from missions where template_id = "
#define LATEST " and status = 'completed' order by updated_at desc limit 50"
const Statement latest_of_template(
    "template_history",
    Statement::Shape::many,
    "select $1, $2, began, ended from (select " TOOK "$1 and fleet_id = $2" LATEST ")",
    "select k.t, k.f, m.began, m.ended from unnest(cast($1 as uuid[]), cast($2 as text[])) as k(t, f) cross "
    "join lateral (select " TOOK "k.t and fleet_id = k.f" LATEST ") m");
#undef TOOK
#undef LATEST
// Before rows are written anew: a row that is wrong must not be in the way of the unique index, and one that nothing
// ever happened to goes.
const Statement vacate("vacate_missions",
                       Statement::Shape::once,
                       "update missions set occupies_vehicle = 0 where occupies_vehicle = 1",
                       "update missions set occupies_vehicle = false where occupies_vehicle");
const Statement delete_unknown(
    "delete_unknown_missions",
    "delete from missions where not exists (select 1 from events where stream = 'mission' and "
    "stream_id = missions.id)");

void add_whole(Query& q, const Mission& m, std::string body) {
  q.add(m.id, m.fleet_id, m.vehicle_id, m.template_id, m.plan_id, m.name, m.type, static_cast<int>(m.priority),
        vocabulary::name_of(m.status), m.blocked, occupies_vehicle(m), m.scheduled_start, m.deadline, m.created_at,
        m.updated_at, m.deleted_at, m.version, start_rank(m), recalled_vehicle(m), std::move(body));
}

void add_change(Query& q, const Mission& m, const std::string& body, bool occupies) {
  q.add(m.id, m.vehicle_id, m.name, m.type, static_cast<int>(m.priority), vocabulary::name_of(m.status), m.blocked,
        occupies, m.scheduled_start, m.deadline, m.updated_at, m.deleted_at, m.version, start_rank(m),
        recalled_vehicle(m), body);
}

class MissionPart final : public lanes::Part {
 public:
  MissionPart(MissionSet& set, MissionCache* cache) : set_(set), cache_(cache) {}

  std::vector<Query> loads() override {
    const auto needed = set_.take_needed();
    if (needed.empty()) return {};
    std::vector<Query> queries{Query{&load_missions, {}}, Query{&load_vehicles_of, {}}, Query{&load_vehicles, {}}};
    for (const auto& id : needed.missions) queries[0].add(id);
    for (const auto& id : needed.vehicles_of) queries[1].add(id);
    for (const auto& vehicle : needed.vehicles) queries[2].add(vehicle);
    return queries;
  }

  void take(std::span<const Rows> answers) override {
    for (std::size_t i = 0; i < answers[0].size(); ++i) {
      std::string body(answers[0][i].text(0));
      auto mission = json::from_stored<Mission>(body);
      set_.loaded(std::move(mission), std::move(body));
    }
    for (const auto& rows : answers.subspan(1)) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows[i];
        set_.loaded_occupant(std::string(row.text(0)), {row.id<MissionId>(1), std::string(row.text(2))});
      }
    }
  }

  std::vector<Query> writes() override {
    Query created{&insert_new, {}};
    Query left{&update_changed, {}};
    Query entered{&update_changed, {}};
    for (const auto& change : set_.changed()) {
      if (change.is_new) {
        add_whole(created, *change.mission, *change.body);
        continue;
      }
      const bool occupies = occupies_vehicle(*change.mission);
      if (!occupies || change.moves) add_change(left, *change.mission, *change.body, false);
      if (occupies) add_change(entered, *change.mission, *change.body, true);
    }
    std::vector<Query> queries;
    for (auto* q : {&left, &entered, &created}) {
      if (!q->cells.empty()) queries.push_back(std::move(*q));
    }
    return queries;
  }

  void committed() override {
    if (cache_ == nullptr) return;
    for (const auto& change : set_.changed()) {
      const auto& m = *change.mission;
      cache_->put(m.id, {.fleet_id = m.fleet_id,
                         .vehicle_id = m.vehicle_id.value_or(""),
                         .template_id = m.template_id ? std::optional(m.template_id->uuid) : std::nullopt,
                         .version = m.version,
                         .deleted = m.deleted_at.has_value(),
                         .body = std::make_shared<const std::string>(*change.body)});
    }
  }

  void left_in_doubt() override {
    if (cache_ == nullptr) return;
    for (const auto& change : set_.changed()) cache_->forget(change.mission->id);
  }

 private:
  MissionSet& set_;
  MissionCache* cache_;
};

}  // namespace

std::unique_ptr<lanes::Part> mission_part(lanes::WorkingSet& set, MissionCache* cache) {
  return std::make_unique<MissionPart>(set.emplace<MissionSet>(), cache);
}

Query find_mission(const MissionId& id) {
  return database::query(find_one, id);
}

std::optional<CachedMission> cached_from(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return CachedMission{.fleet_id = std::string(row.text(0)),
                       .vehicle_id = std::string(row.text(4)),
                       .template_id = row.is_null(5) ? std::nullopt : std::optional(row.uuid(5)),
                       .version = row.integer(1),
                       .deleted = !row.is_null(2),
                       .body = std::make_shared<const std::string>(row.text(3))};
}

Query missions_with_vehicle(const std::string& vehicle_id) {
  return database::query(with_vehicle, vehicle_id);
}

Query template_history() {
  return {&latest_of_template, {}};
}

void add_template(Query& history, const TemplateId& template_id, const std::string& fleet_id) {
  history.add(template_id, fleet_id);
}

History history_from(const Rows& rows) {
  History history;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].is_null(2) || rows[i].is_null(3)) continue;
    const std::chrono::duration<double> took = rows[i].time(3) - rows[i].time(2);
    history[{rows[i].id<TemplateId>(0), std::string(rows[i].text(1))}].push_back(took.count());
  }
  return history;
}

Query occupant_of(const std::string& vehicle_id) {
  return database::query(load_vehicles, vehicle_id);
}

std::optional<Occupant> occupant_from(const Rows& rows, const MissionId& other_than) {
  if (rows.empty() || rows[0].id<MissionId>(1) == other_than) return std::nullopt;
  return Occupant{rows[0].id<MissionId>(1), std::string(rows[0].text(2))};
}

Query mission_rows(const MissionId& after, std::int64_t limit) {
  return database::query(stored_rows, after, limit);
}

StoredMission stored_from(database::Row row) {
  return {row.id<MissionId>(0), row, std::string(row.text(19))};
}

std::vector<std::string> columns_that_differ(const Mission& mission, database::Row row) {
  std::vector<std::string> names;
  const auto compare = [&](const char* name, bool same) {
    if (!same) names.emplace_back(name);
  };
  const auto same_text = [&](std::size_t column, const auto& value) {
    return value.has_value() ? !row.is_null(column) && row.text(column) == *value : row.is_null(column);
  };
  const auto same_time = [&](std::size_t column, const std::optional<Time>& value) {
    return value.has_value() ? !row.is_null(column) && row.time(column) == *value : row.is_null(column);
  };
  const auto same_id = [&](std::size_t column, const auto& value) {
    return value.has_value() ? !row.is_null(column) && row.uuid(column) == value->uuid : row.is_null(column);
  };
  compare("fleet_id", row.text(1) == mission.fleet_id);
  compare("vehicle_id", same_text(2, mission.vehicle_id));
  compare("template_id", same_id(3, mission.template_id));
  compare("plan_id", same_id(4, mission.plan_id));
  compare("name", row.text(5) == mission.name);
  compare("type", row.text(6) == mission.type);
  compare("priority", row.integer(7) == static_cast<int>(mission.priority));
  compare("status", row.text(8) == vocabulary::name_of(mission.status));
  compare("blocked", row.flag(9) == mission.blocked);
  compare("occupies_vehicle", row.flag(10) == occupies_vehicle(mission));
  compare("scheduled_start", same_time(11, mission.scheduled_start));
  compare("deadline", same_time(12, mission.deadline));
  compare("created_at", same_time(13, mission.created_at));
  compare("updated_at", same_time(14, mission.updated_at));
  compare("deleted_at", same_time(15, mission.deleted_at));
  compare("version", row.integer(16) == mission.version);
  const auto rank = start_rank(mission);
  compare("start_rank", rank ? !row.is_null(17) && row.integer(17) == *rank : row.is_null(17));
  compare("recall_vehicle", same_text(18, recalled_vehicle(mission)));
  return names;
}

std::vector<Query> before_rebuild() {
  std::vector<Query> queries;
  queries.push_back(database::query(vacate));
  queries.push_back(database::query(delete_unknown));
  return queries;
}

Query upsert_missions(const std::vector<Mission>& missions) {
  Query q{&replace_all, {}};
  for (const auto& m : missions) add_whole(q, m, json::write(m));
  return q;
}

}  // namespace mms::missions
