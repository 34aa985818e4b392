// One grouped statement over the missions and their stored documents.
#include "missions/mission_analytics.hpp"

#include <fmt/format.h>

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

// Missions created in the range and not deleted. Rates are of the ended ones; times of those completed.
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
};
BOOST_DESCRIBE_STRUCT(
    MissionFigures,
    (),
    (key, missions, completed, failed, cancelled, success_rate, execution_p50_s, execution_p95_s, retries))

struct MissionAnalytics {
  std::string group_by;
  std::string time_zone;
  std::vector<MissionFigures> items;
};
BOOST_DESCRIBE_STRUCT(MissionAnalytics, (), (group_by, time_zone, items))

std::string compose(Dialect dialect, const std::string& group, const std::string& conditions) {
  const bool sqlite = dialect == Dialect::sqlite;
  const auto took =
      sqlite
          ? "(julianday(json_extract(m.body, '$.ended_at')) - julianday(json_extract(m.body, '$.started_at'))) * 86400"
          : "cast(extract(epoch from cast(m.body->>'ended_at' as timestamptz) - cast(m.body->>'started_at' as "
            "timestamptz)) as double precision)";
  const auto attempt = sqlite ? "json_extract(m.body, '$.attempt')" : "cast(m.body->>'attempt' as bigint)";
  return fmt::format(
      "with r as (select {} as g, m.status, case when m.status = 'completed' then {} end as took, {} - 1 as retries "
      "from "
      "missions m where m.deleted_at is null and {}), n as (select r.*, row_number() over (partition by g, (took is "
      "null) "
      "order by took) as place, count(took) over (partition by g) as counted from r) select g, count(*), sum(case when "
      "status = 'completed' then 1 else 0 end), sum(case when status = 'failed' then 1 else 0 end), sum(case when "
      "status = "
      "'cancelled' then 1 else 0 end), {}, {}, cast(sum(retries) as {}) from n group by g order by g limit 1000",
      group, took, attempt, conditions, endpoints::percentile_sql("took", 50), endpoints::percentile_sql("took", 95),
      sqlite ? "integer" : "bigint");
}

// Composed before main, so that the drivers see every statement.
const endpoints::Grouping grouping(
    "mission_analytics",
    "m",
    {{"all", ""}, {"day", "created_at"}, {"hour", "created_at"}, {"fleet", "fleet_id"}, {"type", "type"}},
    {"fleet_id", "type", "vehicle_id"},
    compose);
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
  return f;
}

// GET /missions/analytics. Refuses: bad_parameter.
async::Task<Result<http::Response>> show(const MissionTools& tools, const http::Request& request) {
  CO_TRY(parameters, http::QueryParameters::parse(request.query));
  CO_TRY(asked, grouping.parse(parameters));
  const auto visible = access::visible_to(request.caller, Permission::metrics_read);
  auto query = grouping.query(asked, visible.fleets, parameters);
  // A vehicle counts its own missions alone.
  if (visible.vehicle_id) query.cells[kVehicleCell] = database::cell(*visible.vehicle_id);
  const auto rows = co_await tools.reader.run_one(std::move(query), request.deadline);
  MissionAnalytics answer{.group_by = std::string(grouping.name_of(asked)), .time_zone = asked.time_zone, .items = {}};
  for (std::size_t i = 0; i < rows.size(); ++i) answer.items.push_back(figures_of(rows[i]));
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
          .summary = "Success rate, execution time and retries of missions created in a range.",
          .answers = http::schema_of<MissionAnalytics>("MissionAnalytics"),
          .problems = {ProblemKind::bad_parameter},
          .query = grouping.parameters()};
}

}  // namespace mms::missions
