// Who may post and read a mission's logs and metrics; the rest is the table's.
#include "missions/mission_records.hpp"

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "endpoints/records.hpp"
#include "endpoints/views.hpp"
#include "missions/mission_analytics.hpp"
#include "missions/mission_examples.hpp"
#include "missions/mission_store.hpp"

namespace mms::missions {
namespace {

using async::Task;
using endpoints::RecordTable;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;

// Composed before main, so that the drivers see every statement.
const RecordTable logs("mission", RecordTable::Kind::logs);
const RecordTable metrics("mission", RecordTable::Kind::metrics);

// The mission of the path, for one who holds the permission on it. Refuses: not_found, forbidden.
Task<Result<endpoints::RecordOwner>> owner_of(const RecordKeeping& tools,
                                              const Request& request,
                                              Permission permission) {
  CO_TRY(id, endpoints::id_in_path<MissionId>(request, "mission"));
  const auto found = cached_from(co_await tools.missions.reader.run_one(find_mission(id), request.deadline));
  if (!found || found->deleted) co_return access::not_found("mission");
  const access::Target target{
      .noun = "mission", .fleet_id = found->fleet_id, .vehicle_id = found->vehicle_id, .mission_id = id.uuid};
  const auto may = access::may_act(request.caller, permission, Permission::missions_read, target);
  if (!may) co_return std::unexpected(may.error());
  co_return endpoints::RecordOwner{id.uuid, found->fleet_id};
}

template <const RecordTable& table, Permission permission>
Task<Result<Response>> post(const RecordKeeping& tools, const Request& request) {
  CO_TRY(owner, co_await owner_of(tools, request, permission));
  const endpoints::RecordTools with{tools.missions.reader, tools.appender, tools.missions.ids, tools.missions.now()};
  co_return co_await table.take(with, request, owner);
}

template <const RecordTable& table, Permission permission>
Task<Result<Response>> list(const RecordKeeping& tools, const Request& request) {
  CO_TRY(owner, co_await owner_of(tools, request, permission));
  co_return co_await table.list(tools.missions.reader, request, owner, tools.missions.cursor_key);
}

}  // namespace

std::vector<http::Route> record_routes(const RecordKeeping& tools) {
  using enum ProblemKind;
  using http::schema_of;
  std::vector<http::Route> routes;
  routes.push_back({.method = http::Method::post,
                    .pattern = "/missions/{id}/logs",
                    .permission = Permission::logs_write,
                    .handler = http::with(tools, post<logs, Permission::logs_write>),
                    .summary = "Takes one log entry, or up to 1000 in items; each once.",
                    .accepts = schema_of<endpoints::PostLogs>("PostLogs"),
                    .answers = schema_of<endpoints::RecordsTaken>("RecordsTaken"),
                    .success = 201,
                    .problems = {not_found, invalid_fields},
                    .idempotent = true,
                    .example_request = R"({"level":"info","message":"bucket full"})"});
  routes.push_back({.pattern = "/missions/{id}/logs",
                    .permission = Permission::missions_read,
                    .handler = http::with(tools, list<logs, Permission::missions_read>),
                    .summary = "Its log entries, newest first.",
                    .answers = schema_of<endpoints::Page<endpoints::LogEntry>>("LogPage"),
                    .problems = {not_found, bad_parameter, bad_cursor},
                    .query = logs.parameters()});
  routes.push_back({.method = http::Method::post,
                    .pattern = "/missions/{id}/metrics",
                    .permission = Permission::metrics_write,
                    .handler = http::with(tools, post<metrics, Permission::metrics_write>),
                    .summary = "Takes one metric, or up to 1000 in items; each once.",
                    .accepts = schema_of<endpoints::PostMetrics>("PostMetrics"),
                    .answers = schema_of<endpoints::RecordsTaken>("RecordsTaken"),
                    .success = 201,
                    .problems = {not_found, invalid_fields},
                    .idempotent = true,
                    .example_request = R"({"type":"payload","value":41.5,"unit":"t"})"});
  routes.push_back({.pattern = "/missions/{id}/metrics",
                    .permission = Permission::metrics_read,
                    .handler = http::with(tools, list<metrics, Permission::metrics_read>),
                    .summary = "Its metrics, newest first.",
                    .answers = schema_of<endpoints::Page<endpoints::Metric>>("MetricPage"),
                    .problems = {not_found, bad_parameter, bad_cursor},
                    .query = metrics.parameters()});
  routes.push_back(analytics_route(tools.missions));
  add_record_examples(routes);
  return routes;
}

}  // namespace mms::missions
