// Who may post and read a trip's logs and metrics; the rest is the table's.
#include "trips/trip_records.hpp"

#include "endpoints/records.hpp"
#include "endpoints/views.hpp"

namespace mms::trips {
namespace {

using async::Task;
using endpoints::RecordTable;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;

// Composed before main, so that the drivers see every statement.
const RecordTable logs("trip", RecordTable::Kind::logs);
const RecordTable metrics("trip", RecordTable::Kind::metrics);

template <const RecordTable& table, Permission permission>
Task<Result<Response>> post(const TripTools& tools, const Request& request) {
  CO_TRY(stored, co_await actable(tools, request, permission));
  const endpoints::RecordTools with{tools.reader, tools.appender, tools.ids, tools.now()};
  const endpoints::RecordOwner owner{stored.trip.id.uuid, stored.trip.fleet_id};
  co_return co_await table.take(with, request, owner);
}

template <const RecordTable& table, Permission permission>
Task<Result<Response>> list(const TripTools& tools, const Request& request) {
  CO_TRY(stored, co_await readable(tools, request, permission));
  const endpoints::RecordOwner owner{stored.trip.id.uuid, stored.trip.fleet_id};
  co_return co_await table.list(tools.reader, request, owner, tools.cursor_key);
}

}  // namespace

std::vector<http::Route> record_routes(const TripTools& tools) {
  using enum ProblemKind;
  using http::schema_of;
  std::vector<http::Route> routes;
  routes.push_back({.method = http::Method::post,
                    .pattern = "/trips/{id}/logs",
                    .permission = Permission::logs_write,
                    .handler = http::with(tools, post<logs, Permission::logs_write>),
                    .summary = "Takes one log entry, or up to 1000 in items; each once.",
                    .accepts = schema_of<endpoints::PostLogs>("PostLogs"),
                    .answers = schema_of<endpoints::RecordsTaken>("RecordsTaken"),
                    .success = 201,
                    .problems = {not_found, invalid_fields},
                    .idempotent = true,
                    .example_request = R"({"level":"info","message":"the tyre is changed"})"});
  routes.push_back({.pattern = "/trips/{id}/logs",
                    .permission = Permission::trips_read,
                    .handler = http::with(tools, list<logs, Permission::trips_read>),
                    .summary = "Its log entries, newest first.",
                    .answers = schema_of<endpoints::Page<endpoints::LogEntry>>("LogPage"),
                    .problems = {not_found, bad_parameter, bad_cursor},
                    .query = logs.parameters()});
  routes.push_back({.method = http::Method::post,
                    .pattern = "/trips/{id}/metrics",
                    .permission = Permission::metrics_write,
                    .handler = http::with(tools, post<metrics, Permission::metrics_write>),
                    .summary = "Takes one metric, or up to 1000 in items; each once.",
                    .accepts = schema_of<endpoints::PostMetrics>("PostMetrics"),
                    .answers = schema_of<endpoints::RecordsTaken>("RecordsTaken"),
                    .success = 201,
                    .problems = {not_found, invalid_fields},
                    .idempotent = true,
                    .example_request = R"({"type":"fuel_used","value":12.5,"unit":"l"})"});
  routes.push_back({.pattern = "/trips/{id}/metrics",
                    .permission = Permission::metrics_read,
                    .handler = http::with(tools, list<metrics, Permission::metrics_read>),
                    .summary = "Its metrics, newest first.",
                    .answers = schema_of<endpoints::Page<endpoints::Metric>>("MetricPage"),
                    .problems = {not_found, bad_parameter, bad_cursor},
                    .query = metrics.parameters()});
  return routes;
}

}  // namespace mms::trips
