// Handlers and rows of the vehicle endpoints.
#include "vehicles/vehicle_routes.hpp"

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "endpoints/list_table.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "vehicles/rules/vehicle_commands.hpp"
#include "vehicles/vehicle_store.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::vehicles {
namespace {

using async::Task;
using endpoints::ColumnKind;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

// Composed before main, so that the drivers see every statement.
const endpoints::ListTable vehicle_list({
    .table = "vehicle_states",
    .sorts = {{"created_at", ColumnKind::time}, {"recorded_at", ColumnKind::time}, {"vehicle_id", ColumnKind::text}},
    .filters = {{.name = "fleet_id", .leads = true}, {.name = "mode"}, {.name = "vehicle_id"}},
});
const endpoints::ListTable environment_list({
    .table = "environment",
    .sorts = {{"created_at", ColumnKind::time}, {"recorded_at", ColumnKind::time}, {"expires_at", ColumnKind::time}},
    .filters = {{.name = "fleet_id", .leads = true}, {.name = "name"}},
});
#define EXAMPLE_STATE                                                                                                \
  R"({"vehicle_id":"truck-7","fleet_id":"quarry-north","position":{"latitude":-23.36,"longitude":119.73},)"          \
  R"("speed_mps":7.5,"battery_percent":81,"mode":"automatic","onboard_stage":"hauling","capabilities":["tipping"],)" \
  R"("recorded_at":"2026-11-24T22:41:07.204318Z","received_at":"2026-11-24T22:41:07.260114Z","created_at":)"         \
  R"("2026-11-20T06:00:12.000931Z"})"
#define EXAMPLE_READING                                                                                  \
  R"({"fleet_id":"quarry-north","name":"fleet","wind_speed_mps":9.5,"visibility_m":4000,"recorded_at":)" \
  R"("2026-11-24T22:41:07.204318Z","expires_at":"2026-11-24T23:41:07.204318Z","created_at":)"            \
  R"("2026-11-20T06:00:12.000931Z","reported_by":"weather-station"})"
constexpr std::string_view kState = EXAMPLE_STATE;
constexpr std::string_view kStates = R"({"items":[)" EXAMPLE_STATE R"(],"next_cursor":null})";
constexpr std::string_view kReading = EXAMPLE_READING;
constexpr std::string_view kReadings = R"({"items":[)" EXAMPLE_READING R"(],"next_cursor":null})";
#undef EXAMPLE_STATE
#undef EXAMPLE_READING

constexpr std::size_t kVehicleFilter = 2;  // of vehicle_list

// The {id} of the path. Refuses: not_found (what is no identifier names nothing).
Result<std::string> vehicle_in_path(const Request& request) {
  const auto id = json::from_client<vocabulary::Identifier>(json::Value(request.values[0]));
  if (!id) return access::not_found("vehicle");
  return *id;
}

// POST /vehicles/{id}/state: what the vehicle says of itself now.
// Refuses: invalid_fields, not_found, forbidden.
Task<Result<Response>> report_state(const VehicleTools& tools, const Request& request) {
  CO_TRY(id, vehicle_in_path(request));
  CO_TRY(report, endpoints::body_of<ReportVehicleState>(request));
  const auto row = tools.ids.next(tools.now());
  co_return co_await endpoints::ride(tools.lane, request,
                                     report_vehicle_state(std::move(id), std::move(report), row, tools.missions));
}

// GET /vehicles/{id}/state. Refuses: not_found.
Task<Result<Response>> show_state(const VehicleTools& tools, const Request& request) {
  CO_TRY(id, vehicle_in_path(request));
  const auto rows = co_await tools.reader.run_one(find_vehicle(id), request.deadline);
  if (rows.empty()) co_return access::not_found("vehicle");
  Response response;
  response.body = rows[0].text(0);
  const auto state = json::from_stored<VehicleState>(response.body);
  const auto may = access::may_read(request.caller, Permission::missions_read, target_of(state));
  if (!may) co_return std::unexpected(may.error());
  co_return response;
}

Task<Result<Response>> page_of(const endpoints::ListTable& table,
                               endpoints::ListQuery query,
                               const VehicleTools& tools,
                               const Request& request) {
  const auto visible = access::visible_to(request.caller, Permission::missions_read);
  const auto answers = co_await tools.reader.run(table.queries(query, visible.fleets), request.deadline);
  co_return table.page(query, answers, tools.cursor_key);
}

// GET /vehicles. A caller that is a vehicle sees itself. Refuses: bad_parameter, bad_cursor.
Task<Result<Response>> list_vehicles(const VehicleTools& tools, const Request& request) {
  CO_TRY(query, vehicle_list.parse(request, tools.cursor_key));
  if (request.caller.kind == vocabulary::CallerKind::vehicle) {
    query.filters.insert(query.filters.begin(), {kVehicleFilter, {request.caller.id}});
  }
  co_return co_await page_of(vehicle_list, std::move(query), tools, request);
}

// POST /environment: one reading. Refuses: invalid_fields, forbidden.
Task<Result<Response>> report_reading(const VehicleTools& tools, const Request& request) {
  CO_TRY(report, endpoints::body_of<ReportEnvironment>(request));
  const auto row = tools.ids.next(tools.now());
  co_return co_await endpoints::ride(tools.lane, request, report_environment(std::move(report), row));
}

// GET /environment: the last reading of each name. Refuses: bad_parameter, bad_cursor.
Task<Result<Response>> list_environment(const VehicleTools& tools, const Request& request) {
  CO_TRY(query, environment_list.parse(request, tools.cursor_key));
  co_return co_await page_of(environment_list, std::move(query), tools, request);
}

}  // namespace

std::vector<http::Route> vehicle_routes(const VehicleTools& tools) {
  using enum ProblemKind;
  using http::Method;
  using http::schema_of;
  std::vector<http::Route> routes;
  routes.push_back(
      {.method = Method::post,
       .pattern = "/vehicles/{id}/state",
       .permission = Permission::tracking_write,
       .handler = http::with(tools, report_state),
       .summary = "A vehicle's report of itself; one that is older than the last changes nothing.",
       .accepts = schema_of<ReportVehicleState>("ReportVehicleState"),
       .answers = schema_of<VehicleState>("VehicleState"),
       .problems = {not_found, invalid_fields},
       .idempotent = true,
       .example_request =
           R"({"fleet_id":"quarry-north","position":{"latitude":-23.36,"longitude":119.73},"speed_mps":7.5,)"
           R"("battery_percent":81,"mode":"automatic","onboard_stage":"hauling","capabilities":["tipping"]})",
       .example_answer = kState});
  routes.push_back({.method = Method::get,
                    .pattern = "/vehicles/{id}/state",
                    .permission = Permission::missions_read,
                    .handler = http::with(tools, show_state),
                    .summary = "What a vehicle last reported.",
                    .answers = schema_of<VehicleState>("VehicleState"),
                    .problems = {not_found},
                    .example_answer = kState});
  routes.push_back({.method = Method::get,
                    .pattern = "/vehicles",
                    .permission = Permission::missions_read,
                    .handler = http::with(tools, list_vehicles),
                    .summary = "Lists what vehicles last reported.",
                    .answers = schema_of<endpoints::Page<VehicleState>>("VehicleStatePage"),
                    .problems = {bad_parameter, bad_cursor},
                    .query = vehicle_list.parameters(),
                    .example_answer = kStates});
  routes.push_back({.method = Method::post,
                    .pattern = "/environment",
                    .permission = Permission::tracking_write,
                    .handler = http::with(tools, report_reading),
                    .summary = "A reading of the environment of a fleet, or of an area that it names.",
                    .accepts = schema_of<ReportEnvironment>("ReportEnvironment"),
                    .answers = schema_of<EnvironmentReading>("EnvironmentReading"),
                    .problems = {invalid_fields},
                    .idempotent = true,
                    .example_request = R"({"fleet_id":"quarry-north","wind_speed_mps":9.5,"visibility_m":4000})",
                    .example_answer = kReading});
  routes.push_back({.method = Method::get,
                    .pattern = "/environment",
                    .permission = Permission::missions_read,
                    .handler = http::with(tools, list_environment),
                    .summary = "Lists the last reading of each name; expired ones too.",
                    .answers = schema_of<endpoints::Page<EnvironmentReading>>("EnvironmentReadingPage"),
                    .problems = {bad_parameter, bad_cursor},
                    .query = environment_list.parameters(),
                    .example_answer = kReadings});
  return routes;
}

}  // namespace mms::vehicles
