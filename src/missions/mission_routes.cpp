// Handlers and rows of the endpoints below /missions.
#include "missions/mission_routes.hpp"

#include <fmt/format.h>

#include "access/rules/scope.hpp"
#include "database/event_log.hpp"
#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "http/conditional.hpp"
#include "missions/dependency_routes.hpp"
#include "missions/mission_bulk.hpp"
#include "missions/mission_examples.hpp"
#include "missions/mission_list.hpp"
#include "missions/mission_reading.hpp"
#include "missions/mission_store.hpp"
#include "missions/plan_routes.hpp"
#include "missions/rules/mission_commands.hpp"
#include "missions/vehicle_command_routes.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using async::Task;
using endpoints::body_of;
using endpoints::id_in_path;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

// POST /missions: a new mission, ready unless something holds it.
// Refuses: invalid_fields, invalid_parameters, wrong_state (an archived template), forbidden, already_exists.
Task<Result<Response>> create(const MissionTools& tools, const Request& request) {
  CO_TRY(input, body_of<CreateMission>(request));
  const auto now = tools.now();
  const bool chosen = input.id.has_value();
  if (chosen) {
    if (const auto good = endpoints::check_chosen_id(input.id->uuid, now); !good)
      co_return std::unexpected(good.error());
  }
  const auto id = chosen ? *input.id : MissionId{tools.ids.next(now)};
  auto hash = chosen ? endpoints::body_hash(request.body) : std::string();
  auto body = input.template_id ? std::string(request.body) : std::string();
  auto command = create_mission(std::move(input), id, chosen, std::move(hash), std::move(body));
  co_return co_await endpoints::ride(tools.lane, request, std::move(command));
}

// The stored fields as they were at `at`, folded from the log. Refuses: not_found when it was not yet made.
Task<Result<Response>> as_of(const MissionTools& tools, const Request& request, MissionId id, Time at) {
  constexpr std::int64_t kPage = 500;
  std::optional<Mission> mission;
  for (std::int64_t version = 0;;) {
    const auto rows =
        co_await tools.reader.run_one(database::stream_events_until(id.uuid, at, version, kPage), request.deadline);
    const auto events = database::events_from(rows);
    for (const auto& event : events) {
      mission = evolve(mission.value_or(Mission{}), mission_event_from(event), event.version, event.occurred_at);
      version = event.version;
    }
    if (static_cast<std::int64_t>(events.size()) < kPage) break;
  }
  if (!mission || mission->deleted_at) {
    co_return vocabulary::refuse(ProblemKind::not_found, "at that time there was no such mission");
  }
  Response response;
  json::append(response.body, *mission);
  co_return response;
}

// GET /missions/{id}: the stored fields, now or at a past moment (as_of).
// Refuses: not_found, bad_parameter.
Task<Result<Response>> show(const MissionTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<MissionId>(request, "mission"));
  std::optional<Time> at;
  bool with_deleted = false;
  if (!request.query.empty()) {
    CO_TRY(query, http::QueryParameters::parse(request.query));
    if (const auto known = query.only({"as_of", "include_deleted"}); !known) co_return std::unexpected(known.error());
    CO_TRY(moment, endpoints::time_parameter(query, "as_of"));
    CO_TRY(deleted, endpoints::flag_parameter(query, "include_deleted"));
    at = moment;
    with_deleted = deleted;
  }
  CO_TRY(mission, co_await readable_mission(tools, request, id, with_deleted || at));
  if (at) co_return co_await as_of(tools, request, id, *at);
  Response response;
  const auto etag = http::etag_of(mission.version);
  response.headers.emplace_back("ETag", etag);
  if (http::is_unchanged(request, etag)) {
    response.status = 304;
  } else {
    response.shared_body = std::move(mission.body);
  }
  co_return response;
}

// GET /missions: filters, order, cursor. Refuses: bad_parameter, bad_cursor, forbidden (include_deleted).
Task<Result<Response>> list(const MissionTools& tools, const Request& request) {
  const auto& table = mission_list();
  CO_TRY(query, table.parse(request, tools.cursor_key));
  const auto permission = query.include_deleted ? Permission::missions_write : Permission::missions_read;
  if (const auto may = access::may_somewhere(request.caller, permission); !may) co_return std::unexpected(may.error());
  const auto visible = access::visible_to(request.caller, permission);
  const auto answers =
      co_await tools.reader.run(table.queries(query, visible.fleets, visible.vehicle_id), request.deadline);
  co_return table.page(query, answers, tools.cursor_key);
}

// GET /missions/{id}/events: what happened to it, oldest first. Refuses: not_found, bad_parameter, bad_cursor.
Task<Result<Response>> list_events(const MissionTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<MissionId>(request, "mission"));
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"limit", "cursor"}); !known) co_return std::unexpected(known.error());
  CO_TRY(limit, endpoints::number_parameter(query, "limit", 1, 200, 50));
  CO_TRY(mission, co_await readable_mission(tools, request, id, true));
  const auto scope = "mission events " + vocabulary::to_text(id);
  std::int64_t after = 0;
  if (const auto cursor = query.first("cursor")) {
    CO_TRY(place, tools.cursor_key.open(scope, *cursor));
    after = std::stoll(place.front());
  }
  const auto rows = co_await tools.reader.run_one(database::stream_events(id.uuid, after, limit + 1), request.deadline);
  auto events = database::events_from(rows);
  const bool more = static_cast<std::int64_t>(events.size()) > limit;
  if (more) events.pop_back();
  Response response;
  response.body = "{\"items\":[";
  for (const auto& event : events) {
    if (!response.body.ends_with('[')) response.body += ',';
    response.body += endpoints::event_json(event);
  }
  response.body += "],\"next_cursor\":";
  if (more) {
    json::append_string(response.body, tools.cursor_key.seal(scope, {std::to_string(events.back().version)}));
  } else {
    response.body += "null";
  }
  response.body += '}';
  co_return response;
}

// POST /missions/{id}/<command> with the command's own fields.
template <class Input, CommandPtr (*make)(MissionId, Input)>
Task<Result<Response>> command(const MissionTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<MissionId>(request, "mission"));
  CO_TRY(input, body_of<Input>(request));
  co_return co_await endpoints::ride(tools.lane, request, make(id, std::move(input)));
}
CommandPtr make_start(MissionId id, StartMission) {
  return start_mission(id);
}
CommandPtr make_resume(MissionId id, ResumeMission) {
  return resume_mission(id);
}
CommandPtr make_retry(MissionId id, RetryMission) {
  return retry_mission(id);
}
CommandPtr make_delete(MissionId id, DeleteMission) {
  return delete_mission(id);
}

// POST /missions/{id}/tasks/{key}: one report of a task.
Task<Result<Response>> report(const MissionTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<MissionId>(request, "mission"));
  CO_TRY(input, body_of<ReportTask>(request));
  co_return co_await endpoints::ride(tools.lane, request, report_task(id, request.values[1], std::move(input)));
}

using http::Method;
using http::Route;
using http::schema_of;
constexpr auto kMission = schema_of<Mission>("Mission");

template <class Input>
Route command_row(std::string_view pattern,
                  Permission permission,
                  http::Handler handler,
                  http::SchemaRef accepts,
                  std::string_view summary,
                  std::vector<ProblemKind> problems) {
  problems.insert(problems.end(), {ProblemKind::not_found, ProblemKind::wrong_state, ProblemKind::invalid_fields});
  return {.method = Method::post,
          .pattern = pattern,
          .permission = permission,
          .handler = std::move(handler),
          .summary = summary,
          .accepts = accepts,
          .answers = kMission,
          .problems = std::move(problems),
          .idempotent = true,
          .conditional = true};
}

}  // namespace

std::vector<Route> mission_routes(const MissionTools& tools) {
  using enum Permission;
  using enum ProblemKind;
  const auto execute = [&]<class Input>(std::string_view pattern, auto handler, http::SchemaRef accepts,
                                        std::string_view summary, std::vector<ProblemKind> problems, Input) {
    return command_row<Input>(pattern, missions_execute, http::with(tools, handler), accepts, summary,
                              std::move(problems));
  };
  std::vector<Route> routes;
  routes.push_back(
      {.method = Method::post,
       .pattern = "/missions",
       .permission = missions_write,
       .handler = http::with(tools, create),
       .summary = "Creates a mission: written out, or from a template; fields beside template_id replace its own.",
       .accepts = schema_of<CreateMission>("CreateMission"),
       .answers = kMission,
       .success = 201,
       .repeat = 200,
       .problems = {invalid_fields, invalid_parameters, wrong_state, already_exists},
       .idempotent = true});
  routes.push_back({.method = Method::get,
                    .pattern = "/missions",
                    .permission = missions_read,
                    .handler = http::with(tools, list),
                    .summary = "Lists missions, newest first unless asked otherwise.",
                    .answers = schema_of<endpoints::Page<Mission>>("MissionPage"),
                    .problems = {bad_parameter, bad_cursor},
                    .query = mission_list().parameters()});
  routes.push_back(
      {.method = Method::get,
       .pattern = "/missions/{id}",
       .permission = missions_read,
       .handler = http::with(tools, show),
       .summary = "One mission, as it is now or as it was.",
       .answers = kMission,
       .problems = {not_found, bad_parameter},
       .query = {{"as_of", "The stored fields at this past moment.", R"({"type":"string","format":"date-time"})"},
                 {"include_deleted", "Also when it was deleted; needs missions:write.", R"({"type":"boolean"})"}},
       .conditional = true});
  routes.push_back({.method = Method::put,
                    .pattern = "/missions/{id}",
                    .permission = missions_write,
                    .handler = http::with(tools, command<UpdateMission, update_mission>),
                    .summary = "Changes fields: absent keeps, null clears, lists replace.",
                    .accepts = schema_of<UpdateMission>("UpdateMission"),
                    .answers = kMission,
                    .problems = {not_found, field_frozen, invalid_fields, vehicle_busy},
                    .idempotent = true,
                    .conditional = true});
  routes.push_back({.method = Method::delete_,
                    .pattern = "/missions/{id}",
                    .permission = missions_write,
                    .handler = http::with(tools, command<DeleteMission, make_delete>),
                    .summary = "Deletes a mission that is not under way; its events stay.",
                    .success = 204,
                    .problems = {not_found, mission_active},
                    .conditional = true});
  routes.push_back(
      execute("/missions/{id}/start", command<StartMission, make_start>, schema_of<StartMission>("StartMission"),
              "Starts it when schedule, safety and vehicle allow.",
              {not_yet_scheduled, safety_requirements_unmet, vehicle_missing, vehicle_busy, critical_event_open},
              StartMission{}));
  routes.push_back(execute("/missions/{id}/pause", command<PauseMission, pause_mission>,
                           schema_of<PauseMission>("PauseMission"), "Pauses a running mission.", {}, PauseMission{}));
  routes.push_back(execute("/missions/{id}/resume", command<ResumeMission, make_resume>,
                           schema_of<ResumeMission>("ResumeMission"), "Resumes a paused mission; asks the gate again.",
                           {safety_requirements_unmet, vehicle_missing, vehicle_busy, critical_event_open},
                           ResumeMission{}));
  routes.push_back(execute("/missions/{id}/complete", command<CompleteMission, complete_mission>,
                           schema_of<CompleteMission>("CompleteMission"), "Marks it as completed.", {tasks_unfinished},
                           CompleteMission{}));
  routes.push_back(
      execute("/missions/{id}/fail", command<FailMission, fail_mission>, schema_of<FailMission>("FailMission"),
              "Marks this attempt as failed; another one follows while attempts are left.", {}, FailMission{}));
  routes.push_back(execute("/missions/{id}/retry", command<RetryMission, make_retry>,
                           schema_of<RetryMission>("RetryMission"), "Gives a failed mission one more attempt.", {},
                           RetryMission{}));
  routes.push_back(execute("/missions/{id}/cancel", command<CancelMission, cancel_mission>,
                           schema_of<CancelMission>("CancelMission"), "Cancels it.", {}, CancelMission{}));
  routes.push_back(execute("/missions/{id}/assign", command<AssignMission, assign_mission>,
                           schema_of<AssignMission>("AssignMission"), "Assigns a vehicle.", {vehicle_busy},
                           AssignMission{}));
  routes.push_back(command_row<ReportTask>("/missions/{id}/tasks/{key}", missions_report, http::with(tools, report),
                                           schema_of<ReportTask>("ReportTask"), "Reports the progress of one task.",
                                           {}));
  routes.push_back(
      {.method = Method::get,
       .pattern = "/missions/{id}/events",
       .permission = missions_read,
       .handler = http::with(tools, list_events),
       .summary = "What happened to it, oldest first.",
       .answers = schema_of<endpoints::Page<endpoints::EventView>>("EventPage"),
       .problems = {not_found, bad_parameter, bad_cursor},
       .query = {{"limit", "Items on a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
                 {"cursor", "next_cursor of the page before."}}});
  std::ranges::move(dependency_routes(tools), std::back_inserter(routes));
  std::ranges::move(vehicle_command_routes(tools), std::back_inserter(routes));
  routes.push_back(bulk_route(tools));
  std::ranges::move(plan_routes(tools), std::back_inserter(routes));
  add_examples(routes);
  return routes;
}

}  // namespace mms::missions
