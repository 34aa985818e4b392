// SQL of the templates.
#include "templates/template_store.hpp"

#include "templates/rules/template_set.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::templates {
namespace {

using database::Query;
using database::Rows;
using database::Statement;
namespace json = vocabulary::json;

const Statement load_templates("load_templates",
                               Statement::Shape::many,
                               "select body from mission_templates where id = $1",
                               "select body from mission_templates where id = any(cast($1 as uuid[]))");
const Statement load_versions(
    "load_template_versions",
    Statement::Shape::many,
    "select body from template_versions where template_id = $1 and version = cast($2 as integer)",
    "select v.body from unnest(cast($1 as text[]), cast($2 as text[])) as t(a1, a2) join template_versions v on "
    "v.template_id = cast(a1 as uuid) and v.version = cast(a2 as bigint)");
const Statement load_names(
    "load_template_names",
    Statement::Shape::many,
    "select fleet_id, active_name, id from mission_templates where fleet_id = $1 and active_name = $2",
    "select m.fleet_id, m.active_name, m.id from unnest(cast($1 as text[]), cast($2 as text[])) as t(a1, a2) join "
    "mission_templates m on m.fleet_id = a1 and m.active_name = a2");

#define TEMPLATE_COLUMNS "id, fleet_id, name, active_name, status, created_at, updated_at, version, body"
#define TEMPLATE_VALUES " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
#define TEMPLATE_UNNESTED                                                                                             \
  "select cast(a1 as uuid), a2, a3, a4, a5, cast(a6 as timestamptz), cast(a7 as timestamptz), cast(a8 as bigint), "   \
  "cast(a9 as json) from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), "     \
  "cast($5 as text[]), cast($6 as text[]), cast($7 as text[]), cast($8 as text[]), cast($9 as text[])) as t(a1, a2, " \
  "a3, a4, a5, a6, a7, a8, a9)"
#define TEMPLATE_REPLACED                                                                               \
  " on conflict (id) do update set name = excluded.name, active_name = excluded.active_name, status = " \
  "excluded.status, "                                                                                   \
  "updated_at = excluded.updated_at, version = excluded.version, body = excluded.body"

const Statement insert_new("insert_templates",
                           Statement::Shape::many,
                           "insert into mission_templates (" TEMPLATE_COLUMNS ")" TEMPLATE_VALUES,
                           "insert into mission_templates (" TEMPLATE_COLUMNS ") " TEMPLATE_UNNESTED);
const Statement replace_all("upsert_templates",
                            Statement::Shape::many,
                            "insert into mission_templates (" TEMPLATE_COLUMNS ")" TEMPLATE_VALUES TEMPLATE_REPLACED,
                            "insert into mission_templates (" TEMPLATE_COLUMNS
                            ") " TEMPLATE_UNNESTED TEMPLATE_REPLACED);
#undef TEMPLATE_COLUMNS
#undef TEMPLATE_VALUES
#undef TEMPLATE_UNNESTED
#undef TEMPLATE_REPLACED

#define VERSION_INSERTED "insert into template_versions (template_id, version, body)"
#define VERSION_UNNESTED                                                                                       \
  " select cast(a1 as uuid), cast(a2 as bigint), cast(a3 as json) from unnest(cast($1 as text[]), cast($2 as " \
  "text[]), "                                                                                                  \
  "cast($3 as text[])) as t(a1, a2, a3)"
#define VERSION_REPLACED " on conflict (template_id, version) do update set body = excluded.body"
const Statement insert_versions("insert_template_versions",
                                Statement::Shape::many,
                                VERSION_INSERTED " values ($1, $2, $3)",
                                VERSION_INSERTED VERSION_UNNESTED);
const Statement replace_versions("upsert_template_versions",
                                 Statement::Shape::many,
                                 VERSION_INSERTED " values ($1, $2, $3)" VERSION_REPLACED,
                                 VERSION_INSERTED VERSION_UNNESTED VERSION_REPLACED);
#undef VERSION_INSERTED
#undef VERSION_UNNESTED
#undef VERSION_REPLACED

const Statement find_one("find_template", "select fleet_id, version, body from mission_templates where id = $1");
const Statement find_one_version("find_template_version",
                                 "select t.fleet_id, v.version, v.body from mission_templates t join template_versions "
                                 "v on v.template_id = t.id where "
                                 "t.id = $1 and v.version = cast($2 as bigint)");
const Statement list_versions(
    "list_template_versions",
    "select version, body from template_versions where template_id = $1 and version < cast($2 as "
    "bigint) order by version desc limit cast($3 as bigint)");
const Statement bodies("template_bodies",
                       "select id, body from mission_templates where id > $1 order by id limit cast($2 as bigint)");
const Statement version_bodies("template_version_bodies",
                               "select version, body from template_versions where template_id = $1 order by version");
const Statement delete_all("delete_templates", "delete from mission_templates");
const Statement delete_all_versions("delete_template_versions", "delete from template_versions");

void add_row(Query& q, const Template& t, bool holds_name) {
  const auto name = holds_name && t.status == TemplateStatus::active ? std::optional(t.name) : std::nullopt;
  q.add(t.id, fleet_of(t), t.name, name, vocabulary::name_of(t.status), t.created_at, t.updated_at, t.version,
        json::write(t));
}

class TemplatePart final : public lanes::Part {
 public:
  TemplatePart(TemplateSet& set, const CountUses& count_uses) : set_(set), count_uses_(count_uses) {}

  std::vector<Query> loads() override {
    const auto needed = set_.take_needed();
    if (needed.empty()) return {};
    std::vector<Query> queries{Query{&load_templates, {}}, Query{&load_versions, {}}, Query{&load_names, {}}};
    for (const auto& id : needed.templates) queries[0].add(id);
    for (const auto& [id, version] : needed.versions) queries[1].add(id, version);
    for (const auto& [fleet, name] : needed.names) queries[2].add(fleet, name);
    return queries;
  }

  void take(std::span<const Rows> answers) override {
    for (std::size_t i = 0; i < answers[0].size(); ++i) set_.loaded(json::from_stored<Template>(answers[0][i].text(0)));
    for (std::size_t i = 0; i < answers[1].size(); ++i) {
      set_.loaded_version(json::from_stored<Template>(answers[1][i].text(0)));
    }
    for (std::size_t i = 0; i < answers[2].size(); ++i) {
      const auto row = answers[2][i];
      set_.loaded_name(std::string(row.text(0)), std::string(row.text(1)), row.id<TemplateId>(2));
    }
  }

  // Those that give up a name come before those that take one, so that the unique index never sees a name twice between
  // two rows of a batch.
  std::vector<Query> writes() override {
    Query left{&replace_all, {}};
    Query changed{&replace_all, {}};
    Query created{&insert_new, {}};
    Query versions{&insert_versions, {}};
    for (const auto& change : set_.changed()) {
      if (change.leaves_name) add_row(left, *change.now, false);
      add_row(change.is_new ? created : changed, *change.now, true);
    }
    for (const auto* version : set_.new_versions()) versions.add(version->id, version->version, json::write(*version));
    std::vector<Query> queries;
    for (auto* q : {&left, &changed, &created, &versions}) {
      if (!q->cells.empty()) queries.push_back(std::move(*q));
    }
    return queries;
  }

  void committed() override {
    if (count_uses_ && set_.uses() > 0) count_uses_(set_.uses());
  }

 private:
  TemplateSet& set_;
  const CountUses& count_uses_;
};

}  // namespace

std::unique_ptr<lanes::Part> template_part(lanes::WorkingSet& set, const CountUses& count_uses) {
  return std::make_unique<TemplatePart>(set.emplace<TemplateSet>(), count_uses);
}

Query find_template(const TemplateId& id) {
  return database::query(find_one, id);
}
Query find_version(const TemplateId& id, std::int64_t version) {
  return database::query(find_one_version, id, version);
}
Query versions_before(const TemplateId& id, std::int64_t before, std::int64_t limit) {
  return database::query(list_versions, id, before, limit);
}
Query template_bodies(const TemplateId& after, std::int64_t limit) {
  return database::query(bodies, after, limit);
}
Query all_versions(const TemplateId& id) {
  return database::query(version_bodies, id);
}

std::vector<Query> delete_templates() {
  std::vector<Query> queries;
  queries.push_back({&delete_all, {}});
  queries.push_back({&delete_all_versions, {}});
  return queries;
}

Query upsert_templates(const std::vector<Template>& templates) {
  Query q{&replace_all, {}};
  for (const auto& t : templates) add_row(q, t, true);
  return q;
}

Query upsert_versions(const std::vector<Template>& versions) {
  Query q{&replace_versions, {}};
  for (const auto& t : versions) q.add(t.id, t.version, json::write(t));
  return q;
}

}  // namespace mms::templates
