// SQL of the plans.
#include "missions/plan_store.hpp"

#include "missions/rules/plan_set.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using database::Query;
using database::Rows;
using database::Statement;
namespace json = vocabulary::json;

const Statement load_plans("load_plans",
                           Statement::Shape::many,
                           "select body from plans where id = $1",
                           "select body from plans where id = any(cast($1 as uuid[]))");
#define PLAN_INSERTED "insert into plans (id, fleet_id, template_id, created_at, version, body)"
#define PLAN_UNNESTED                                                                                              \
  " select cast(a1 as uuid), a2, cast(a3 as uuid), cast(a4 as timestamptz), cast(a5 as bigint), cast(a6 as json) " \
  "from "                                                                                                          \
  "unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[]), "    \
  "cast($6 "                                                                                                       \
  "as text[])) as t(a1, a2, a3, a4, a5, a6)"
#define PLAN_REPLACED " on conflict (id) do update set body = excluded.body"
const Statement insert_new("insert_plans",
                           Statement::Shape::many,
                           PLAN_INSERTED " values ($1, $2, $3, $4, $5, $6)",
                           PLAN_INSERTED PLAN_UNNESTED);
const Statement replace_all("upsert_plans",
                            Statement::Shape::many,
                            PLAN_INSERTED " values ($1, $2, $3, $4, $5, $6)" PLAN_REPLACED,
                            PLAN_INSERTED PLAN_UNNESTED PLAN_REPLACED);
#undef PLAN_INSERTED
#undef PLAN_UNNESTED
#undef PLAN_REPLACED

const Statement find_one("find_plan", "select fleet_id, template_id, body from plans where id = $1");
const Statement missions_of("missions_of_plan", "select body from missions where plan_id = $1 order by id");
const Statement bodies("plan_bodies", "select id, body from plans where id > $1 order by id limit cast($2 as bigint)");

void add_row(Query& q, const Plan& p) {
  q.add(p.id, p.fleet_id, p.template_id, p.created_at, p.version, json::write(p));
}

class PlanPart final : public lanes::Part {
 public:
  explicit PlanPart(PlanSet& set) : set_(set) {}

  std::vector<Query> loads() override {
    const auto needed = set_.take_needed();
    if (needed.empty()) return {};
    std::vector<Query> queries{Query{&load_plans, {}}};
    for (const auto& id : needed) queries[0].add(id);
    return queries;
  }
  void take(std::span<const Rows> answers) override {
    for (std::size_t i = 0; i < answers[0].size(); ++i) set_.loaded(json::from_stored<Plan>(answers[0][i].text(0)));
  }
  std::vector<Query> writes() override {
    Query created{&insert_new, {}};
    for (const auto* plan : set_.made()) add_row(created, *plan);
    if (created.cells.empty()) return {};
    std::vector<Query> queries;
    queries.push_back(std::move(created));
    return queries;
  }

 private:
  PlanSet& set_;
};

}  // namespace

std::unique_ptr<lanes::Part> plan_part(lanes::WorkingSet& set) {
  return std::make_unique<PlanPart>(set.emplace<PlanSet>());
}

Query find_plan(const PlanId& id) {
  return database::query(find_one, id);
}
Query missions_of_plan(const PlanId& id) {
  return database::query(missions_of, id);
}
Query plan_bodies(const PlanId& after, std::int64_t limit) {
  return database::query(bodies, after, limit);
}

Query upsert_plans(const std::vector<Plan>& plans) {
  Query q{&replace_all, {}};
  for (const auto& p : plans) add_row(q, p);
  return q;
}

}  // namespace mms::missions
