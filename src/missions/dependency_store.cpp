// SQL of the edges, and the walk that looks for a cycle.
#include "missions/dependency_store.hpp"

#include <unordered_map>

#include "missions/rules/mission_set.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using database::Query;
using database::Row;
using database::Rows;
using database::Statement;
namespace json = vocabulary::json;

#define EDGE_COLUMNS(m) \
  "select e.body, " m ".name, " m ".status, " m ".body ->> 'started_at', " m ".body ->> 'ended_at' from "
// PostgreSQL keeps the plan that it made while the table was empty. Key by key, in the order of the successors' index,
// that is the right index even then; with `= any` it is a walk along the other one.
const Statement load_edges("load_edges", Statement::Shape::many,
                           EDGE_COLUMNS("p") "mission_dependencies e join missions p on p.id = e.predecessor_id where "
                                             "e.successor_id = $1",
                           EDGE_COLUMNS("p") "unnest(cast($1 as uuid[])) as k(id) cross join lateral (select * from "
                                             "mission_dependencies d where d.successor_id = k.id order by d.predecessor_id, d.type) e join "
                                             "missions p on p.id = e.predecessor_id");
const Statement successor_edges("edges_of_successor",
                                EDGE_COLUMNS("p") "mission_dependencies e join missions p on p.id = e.predecessor_id "
                                                  "where e.successor_id = $1 order by e.id");
const Statement predecessor_edges("edges_of_predecessor",
                                  EDGE_COLUMNS("s") "mission_dependencies e join missions s on s.id = e.successor_id "
                                                    "where e.predecessor_id = $1 order by e.id limit cast($2 as bigint)");
#undef EDGE_COLUMNS

const Statement load_successors(
    "load_successors",
    Statement::Shape::many,
    "select distinct $1, $2, successor_id from mission_dependencies where predecessor_id = $1 and successor_id > $2 "
    "order "
    "by successor_id limit 257",
    "select k.p, k.a, s.successor_id from unnest(cast($1 as text[]), cast($2 as text[])) as k(p, a) cross join lateral "
    "(select distinct successor_id from mission_dependencies where predecessor_id = cast(k.p as uuid) and successor_id "
    "> "
    "cast(k.a as uuid) order by successor_id limit 257) s");

// $1 from, $2 target, $3 edges that the batch added as [[successor, predecessor]], $4 ids of edges that it removed, $5
// missions that it closed. Missions that are completed or cancelled are reached, but not entered.
#define SQLITE_STEPS(more)                                                                                           \
  " union select e.predecessor_id" more                                                                              \
  " from walk w join mission_dependencies e on e.successor_id = w.id join missions m on m.id = w.id where m.status " \
  "not in ('completed', 'cancelled') and e.id not in (select value from json_each($4)) and w.id not in (select "     \
  "value from json_each($5)) union select json_extract(x.value, '$[1]')" more                                        \
  " from walk w join json_each($3) x on json_extract(x.value, '$[0]') = w.id)"
#define POSTGRES_STEPS(more)                                                                                         \
  " union select n.id" more                                                                                          \
  " from walk w cross join lateral (select e.predecessor_id as id from mission_dependencies e join missions m on "   \
  "m.id = e.successor_id where e.successor_id = w.id and m.status not in ('completed', 'cancelled') and not "        \
  "cast(e.id as text) = any(array(select json_array_elements_text(cast($4 as json)))) and not cast(w.id as text) = " \
  "any(array(select json_array_elements_text(cast($5 as json)))) union all select cast(x.value ->> 1 as uuid) from " \
  "json_array_elements(cast($3 as json)) x(value) where cast(x.value ->> 0 as uuid) = w.id) n)"
const Statement walk_up("walk_dependencies", Statement::Shape::once,
                        "with recursive walk(id) as (select $1" SQLITE_STEPS("")
                            " select count(*), coalesce(max(id = $2), 0) from (select id from walk limit 200001)",
                        "with recursive walk(id) as (select cast($1 as uuid)" POSTGRES_STEPS("")
                            " select count(*), coalesce(bool_or(id = cast($2 as uuid)), false) from (select id from walk "
                            "limit 200001) reached");
const Statement path_up(
    "path_of_dependencies", Statement::Shape::once,
    "with recursive walk(id, child) as (select $1, $1" SQLITE_STEPS(", w.id")
        " select k.id, k.child, m.name from (select id, child from walk limit 400000) k join missions m on m.id = k.id "
        "where $2 = $2",
    "with recursive walk(id, child) as (select cast($1 as uuid), cast($1 as uuid)" POSTGRES_STEPS(", w.id")
        " select k.id, k.child, m.name from (select id, child from walk limit 400000) k join missions m on m.id = k.id "
        "where cast($2 as text) is not null");
#undef SQLITE_STEPS
#undef POSTGRES_STEPS

#define UPSERT_INTO "insert into mission_dependencies (id, successor_id, predecessor_id, type, body) "
#define UPSERT_END " on conflict (id) do update set body = excluded.body"
const Statement upsert("upsert_dependencies",
                       Statement::Shape::many,
                       UPSERT_INTO "values ($1, $2, $3, $4, $5)" UPSERT_END,
                       UPSERT_INTO
                       "select cast(a as uuid), cast(b as uuid), cast(c as uuid), d, cast(e as json) from "
                       "unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as "
                       "text[]), cast($5 as text[])) as t(a, b, c, d, e)" UPSERT_END);
#undef UPSERT_INTO
#undef UPSERT_END
const Statement remove_edges("delete_edges",
                             Statement::Shape::many,
                             "delete from mission_dependencies where id = $1",
                             "delete from mission_dependencies where id = any(cast($1 as uuid[]))");
const Statement bodies("dependency_bodies",
                       "select id, body from mission_dependencies where id > $1 order by id limit cast($2 as bigint)");
const Statement delete_all("delete_dependencies", "delete from mission_dependencies");

std::optional<Time> time_in(const Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

Predecessor other_end(const Row& row, const MissionId& id) {
  return {.id = id,
          .name = std::string(row.text(1)),
          .status = vocabulary::from_name<MissionStatus>(row.text(2)).value(),
          .started_at = time_in(row, 3),
          .ended_at = time_in(row, 4)};
}

class DependencyPart final : public lanes::Part {
 public:
  DependencyPart(DependencySet& set, MissionSet& missions) : set_(set), missions_(missions) {}

  std::vector<Query> loads() override {
    asked_ = set_.take_needed();
    paths_ = std::exchange(wanted_, {});
    std::vector<Query> queries;
    if (!asked_.edges_of.empty()) {
      auto& q = queries.emplace_back(Query{&load_edges, {}});
      for (const auto& id : asked_.edges_of) q.add(id);
    }
    if (!asked_.successors_of.empty()) {
      auto& q = queries.emplace_back(Query{&load_successors, {}});
      for (const auto& [id, after] : asked_.successors_of) q.add(id, after);
    }
    for (const auto& [from, target] : asked_.walks) queries.push_back(walk_query(walk_up, from, target));
    for (const auto& path : paths_) queries.push_back(walk_query(path_up, path.from, path.target));
    return queries;
  }

  void take(std::span<const Rows> answers) override {
    const auto next = [&]() -> const Rows& {
      const auto& rows = answers.front();
      answers = answers.subspan(1);
      return rows;
    };
    if (!asked_.edges_of.empty()) take_edges(next());
    if (!asked_.successors_of.empty()) take_successors(next());
    for (const auto& [from, target] : asked_.walks) take_walk(from, target, next());
    for (const auto& path : paths_) take_path(path, next());
  }

  std::vector<Query> writes() override {
    std::vector<Query> queries;
    if (!set_.removed().empty()) {
      auto& q = queries.emplace_back(Query{&remove_edges, {}});
      for (const auto& id : set_.removed()) q.add(id);
    }
    if (!set_.added().empty()) queries.push_back(upsert_dependencies(set_.added()));
    return queries;
  }

 private:
  struct Path {
    MissionId from;
    MissionId target;
    std::int64_t visited = 0;
  };

  void take_edges(const Rows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto dependency = json::from_stored<Dependency>(rows[i].text(0));
      auto predecessor = other_end(rows[i], dependency.predecessor_id);
      set_.loaded_edge(std::move(dependency), std::move(predecessor));
    }
  }
  void take_successors(const Rows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      set_.loaded_successor(rows[i].id<MissionId>(0), rows[i].id<MissionId>(1), rows[i].id<MissionId>(2));
    }
    for (const auto& [id, after] : asked_.successors_of) set_.loaded_successors(id, after);
  }
  void take_walk(const MissionId& from, const MissionId& target, const Rows& rows) {
    const auto visited = rows[0].integer(0);
    if (rows[0].flag(1)) {
      wanted_.push_back({from, target, visited});  // the path is looked for only when there is one
    } else {
      set_.walked(from, target, {.visited = visited, .reached = false, .path = {}});
    }
  }
  void take_path(const Path& path, const Rows& rows) {
    struct Step {
      MissionId child;
      std::string name;
    };
    std::unordered_map<MissionId, Step> steps;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      steps.try_emplace(rows[i].id<MissionId>(0), rows[i].id<MissionId>(1), std::string(rows[i].text(2)));
    }
    DependencySet::Walk walk{.visited = path.visited, .reached = true, .path = {}};
    // From the target down; the cycle is told from its other end.
    for (auto at = path.target; at != path.from && steps.contains(at) && walk.path.size() <= steps.size();) {
      at = steps.at(at).child;
      walk.path.emplace_back(at, steps.contains(at) ? steps.at(at).name : std::string());
    }
    std::ranges::reverse(walk.path);
    set_.walked(path.from, path.target, std::move(walk));
  }

  Query walk_query(const Statement& statement, const MissionId& from, const MissionId& target) const {
    std::vector<std::vector<MissionId>> added;
    for (const auto& d : set_.added()) added.push_back({d.successor_id, d.predecessor_id});
    return database::query(statement, from, target, json::write(added), json::write(set_.removed()),
                           json::write(missions_.closed()));
  }

  DependencySet& set_;
  MissionSet& missions_;
  DependencySet::Needed asked_;
  std::vector<Path> paths_;
  std::vector<Path> wanted_;
};

}  // namespace

std::unique_ptr<lanes::Part> dependency_part(lanes::WorkingSet& set) {
  auto& missions = set.of<MissionSet>();
  return std::make_unique<DependencyPart>(set.emplace<DependencySet>(), missions);
}

Query edges_of_successor(const MissionId& successor) {
  return database::query(successor_edges, successor);
}

Query edges_of_predecessor(const MissionId& predecessor, std::int64_t limit) {
  return database::query(predecessor_edges, predecessor, limit);
}

Edges edges_from(const Rows& rows, Time now) {
  Edges edges;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Edge edge{json::from_stored<Dependency>(rows[i].text(0)), {}, {}};
    edge.predecessor = other_end(rows[i], edge.dependency.predecessor_id);
    edge.settlement = settle(edge.dependency, edge.predecessor, now);
    edges.push_back(std::move(edge));
  }
  return edges;
}

Query dependency_bodies(const DependencyId& after, std::int64_t limit) {
  return database::query(bodies, after, limit);
}

Query delete_dependencies() {
  return database::query(delete_all);
}

Query upsert_dependencies(const std::vector<Dependency>& dependencies) {
  Query q{&upsert, {}};
  for (const auto& d : dependencies) {
    q.add(d.id, d.successor_id, d.predecessor_id, vocabulary::name_of(d.type), json::write(d));
  }
  return q;
}

}  // namespace mms::missions
