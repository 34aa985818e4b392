// Grouped statements over the missions, their stored documents, their dependencies and their safety events.
#include "missions/mission_analytics.hpp"

#include <fmt/format.h>

#include <map>

#include "access/rules/scope.hpp"
#include "endpoints/grouping.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using database::Dialect;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

struct SafetyCount {
  std::string type;
  std::string severity;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(SafetyCount, (), (type, severity, count))

// Missions created in the range and not deleted. Rates are of the ended ones; execution times of those completed;
// resolution times of those that started after others, as resolution_time() says.
struct MissionFigures {
  std::string key;
  std::int64_t missions = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
  std::optional<double> success_rate;
  std::optional<double> execution_p50_s;
  std::optional<double> execution_p95_s;
  std::int64_t retries = 0;
  std::optional<double> dependency_resolution_p50_s;
  std::optional<double> dependency_resolution_p95_s;
  std::int64_t from_templates = 0;
  std::vector<SafetyCount> safety_events;  // of these missions, whenever they occurred
};
BOOST_DESCRIBE_STRUCT(MissionFigures,
                      (),
                      (key,
                       missions,
                       completed,
                       failed,
                       cancelled,
                       success_rate,
                       execution_p50_s,
                       execution_p95_s,
                       retries,
                       dependency_resolution_p50_s,
                       dependency_resolution_p95_s,
                       from_templates,
                       safety_events))

struct MissionAnalytics {
  std::string group_by;
  std::string time_zone;
  std::vector<MissionFigures> items;
};
BOOST_DESCRIBE_STRUCT(MissionAnalytics, (), (group_by, time_zone, items))

// Seconds from the creation of a started mission's first edge till the last one let it start. Nothing where a
// predecessor is tried again and what it had come to then is not known any more.
std::string resolved_sql(bool sqlite) {
  const auto seconds = [sqlite](std::string_view time) {
    return sqlite ? fmt::format("julianday({}) * 86400.0", time)
                  : fmt::format("cast(extract(epoch from cast({} as timestamptz)) as double precision)", time);
  };
  const auto reached =
      seconds("case when e.type = 'start_to_start' then p.body ->> 'started_at' else p.body ->> 'ended_at' end");
  return fmt::format(
      "case when m.body ->> 'started_at' is not null then (select case when count(*) > 0 and count({0}) = count(*) "
      "then {1}(0, max({0} + cast(e.body ->> 'lag_s' as double precision)) - min({2})) end from mission_dependencies "
      "e join missions p on p.id = e.predecessor_id where e.successor_id = m.id and e.type <> 'finish_to_finish') end",
      reached, sqlite ? "max" : "greatest", seconds("e.body ->> 'created_at'"));
}

// Each row's place among those of its group that have a value.
std::string places_sql(std::string_view column) {
  return fmt::format(
      "row_number() over (partition by g, ({0} is null) order by {0}) as {0}_place, count({0}) over (partition by g) "
      "as {0}_counted",
      column);
}

std::string percentiles_sql(std::string_view column) {
  const auto prefix = std::string(column) + '_';
  return endpoints::percentile_sql(column, 50, prefix) + ", " + endpoints::percentile_sql(column, 95, prefix);
}

std::string compose(Dialect dialect, const std::string& group, const std::string& conditions) {
  const bool sqlite = dialect == Dialect::sqlite;
  const auto took =
      sqlite
          ? "(julianday(json_extract(m.body, '$.ended_at')) - julianday(json_extract(m.body, '$.started_at'))) * 86400"
          : "cast(extract(epoch from cast(m.body->>'ended_at' as timestamptz) - cast(m.body->>'started_at' as "
            "timestamptz)) as double precision)";
  const auto attempt = sqlite ? "json_extract(m.body, '$.attempt')" : "cast(m.body->>'attempt' as bigint)";
  return fmt::format(
      "with r as (select {} as g, m.status, m.template_id, case when m.status = 'completed' then {} end as took, {} as "
      "resolved, {} - 1 as retries from missions m where m.deleted_at is null and {}), n as (select r.*, {}, {} from "
      "r) select g, count(*), sum(case when status = 'completed' then 1 else 0 end), sum(case when status = 'failed' "
      "then 1 else 0 end), sum(case when status = 'cancelled' then 1 else 0 end), {}, cast(sum(retries) as {}), {}, "
      "count(template_id) from n group by g order by g limit 1000",
      group, took, resolved_sql(sqlite), attempt, conditions, places_sql("took"), places_sql("resolved"),
      percentiles_sql("took"), sqlite ? "integer" : "bigint", percentiles_sql("resolved"));
}

std::string compose_safety(Dialect, const std::string& group, const std::string& conditions) {
  return fmt::format(
      "select {} as g, s.type, s.severity, count(*) from missions m join safety_events s on s.mission_id = m.id where "
      "m.deleted_at is null and {} group by 1, 2, 3 order by 1, 2, 3 limit 100000",
      group, conditions);
}

const std::vector<endpoints::Group> kGroups{{"all", ""},           {"day", "created_at"}, {"hour", "created_at"},
                                            {"fleet", "fleet_id"}, {"type", "type"},      {"template", "template_id"}};
const std::vector<std::string_view> kFilters{"fleet_id", "type", "vehicle_id"};
// Composed before main, so that the drivers see every statement.
const endpoints::Grouping grouping("mission_analytics", "m", kGroups, kFilters, compose);
const endpoints::Grouping safety_grouping("mission_safety_analytics", "m", kGroups, kFilters, compose_safety);
constexpr std::size_t kVehicleCell = 6;  // behind fleets, range and offset: the third filter

std::optional<double> real_at(const database::Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.real(column));
}

MissionFigures figures_of(const database::Row& row) {
  MissionFigures f;
  f.key = row.text(0);
  f.missions = row.integer(1);
  f.completed = row.integer(2);
  f.failed = row.integer(3);
  f.cancelled = row.integer(4);
  const auto ended = f.completed + f.failed + f.cancelled;
  if (ended > 0) f.success_rate = static_cast<double>(f.completed) / static_cast<double>(ended);
  f.execution_p50_s = real_at(row, 5);
  f.execution_p95_s = real_at(row, 6);
  f.retries = row.integer(7);
  f.dependency_resolution_p50_s = real_at(row, 8);
  f.dependency_resolution_p95_s = real_at(row, 9);
  f.from_templates = row.integer(10);
  return f;
}

void add_safety(std::vector<MissionFigures>& figures, const database::Rows& rows) {
  std::map<std::string_view, MissionFigures*> by_key;
  for (auto& f : figures) by_key[f.key] = &f;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = by_key.find(rows[i].text(0));
    if (at == by_key.end()) continue;  // its mission was made between the two statements
    at->second->safety_events.push_back(
        {std::string(rows[i].text(1)), std::string(rows[i].text(2)), rows[i].integer(3)});
  }
}

// GET /missions/analytics. Refuses: bad_parameter.
async::Task<Result<http::Response>> show(const MissionTools& tools, const http::Request& request) {
  CO_TRY(parameters, http::QueryParameters::parse(request.query));
  CO_TRY(asked, grouping.parse(parameters));
  const auto visible = access::visible_to(request.caller, Permission::metrics_read);
  std::vector<database::Query> queries;
  for (const auto* which : {&grouping, &safety_grouping}) {
    auto& query = queries.emplace_back(which->query(asked, visible.fleets, parameters));
    // A vehicle counts its own missions alone.
    if (visible.vehicle_id) query.cells[kVehicleCell] = database::cell(*visible.vehicle_id);
  }
  const auto answers = co_await tools.reader.run(std::move(queries), request.deadline);
  const auto& rows = answers[0];
  MissionAnalytics answer{.group_by = std::string(grouping.name_of(asked)), .time_zone = asked.time_zone, .items = {}};
  for (std::size_t i = 0; i < rows.size(); ++i) answer.items.push_back(figures_of(rows[i]));
  add_safety(answer.items, answers[1]);
  http::Response response;
  json::append(response.body, answer);
  co_return response;
}

}  // namespace

http::Route analytics_route(const MissionTools& tools) {
  return {.method = http::Method::get,
          .pattern = "/missions/analytics",
          .permission = Permission::metrics_read,
          .handler = http::with(tools, show),
          .summary = "Success rate, times, retries, template use and safety events of missions created in a range.",
          .answers = http::schema_of<MissionAnalytics>("MissionAnalytics"),
          .problems = {ProblemKind::bad_parameter},
          .query = grouping.parameters(),
          .heavy = true};
}

}  // namespace mms::missions
