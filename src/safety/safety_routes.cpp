// Handlers and rows of the endpoints below /safety-events.
#include "safety/safety_routes.hpp"

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "http/conditional.hpp"
#include "safety/rules/safety_commands.hpp"
#include "safety/safety_analytics.hpp"
#include "safety/safety_list.hpp"
#include "safety/safety_store.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::safety {
namespace {

using async::Task;
using endpoints::body_of;
using endpoints::id_in_path;
using http::Request;
using http::Response;
using vocabulary::CallerKind;
using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

// POST /safety-events: something threatens safety; a critical one pauses the running mission that it is about.
// Refuses: invalid_fields, forbidden, already_exists.
Task<Result<Response>> raise(const SafetyTools& tools, const Request& request) {
  CO_TRY(input, body_of<RaiseSafetyEvent>(request));
  const auto now = tools.now();
  ChosenId id{.id = {}, .by_client = input.id.has_value(), .body_hash = {}};
  if (id.by_client) {
    if (const auto good = endpoints::check_chosen_id(input.id->uuid, now); !good)
      co_return std::unexpected(good.error());
    id.body_hash = endpoints::body_hash(request.body);
    id.id = *input.id;
  } else {
    id.id = SafetyEventId{tools.ids.next(now)};
  }
  Origin origin;
  if (request.caller.kind == CallerKind::vehicle) {
    origin.source = SafetyEventSource::vehicle;
    if (!input.vehicle_id) input.vehicle_id = vocabulary::Identifier(request.caller.id);
  }
  auto command = raise_safety_event(std::move(input), std::move(id), std::move(origin), {tools.missions, &tools.trips});
  co_return co_await endpoints::ride(tools.lane, request, std::move(command));
}

// GET /safety-events/{id}. Refuses: not_found.
Task<Result<Response>> show(const SafetyTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<SafetyEventId>(request, "safety event"));
  const auto rows = co_await tools.reader.run_one(find_safety_event(id), request.deadline);
  if (rows.empty()) co_return access::not_found("safety event");
  Response response;
  response.body = rows[0].text(0);
  const auto event = json::from_stored<SafetyEvent>(response.body);
  const auto may = access::may_read(request.caller, Permission::safety_read, target_of(event));
  if (!may) co_return std::unexpected(may.error());
  const auto etag = http::etag_of(event.version);
  response.headers.emplace_back("ETag", etag);
  if (http::is_unchanged(request, etag)) {
    response.status = 304;
    response.body.clear();
  }
  co_return response;
}

// GET /safety-events: filters, order, cursor. A caller that is a vehicle sees its own. Refuses: bad_parameter,
// bad_cursor.
Task<Result<Response>> list(const SafetyTools& tools, const Request& request) {
  const auto& table = safety_list();
  CO_TRY(query, table.parse(request, tools.cursor_key));
  const auto visible = access::visible_to(request.caller, Permission::safety_read);
  if (visible.vehicle_id) query.filters.insert(query.filters.begin(), {kVehicleFilter, {*visible.vehicle_id}});
  const auto answers = co_await tools.reader.run(table.queries(query, visible.fleets), request.deadline);
  co_return table.page(query, answers, tools.cursor_key);
}

// POST /safety-events/{id}/<command> with the command's own fields.
template <class Input, CommandPtr (*make)(SafetyEventId, Input)>
Task<Result<Response>> command(const SafetyTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<SafetyEventId>(request, "safety event"));
  CO_TRY(input, body_of<Input>(request));
  co_return co_await endpoints::ride(tools.lane, request, make(id, std::move(input)));
}

constexpr auto kSafetyEvent = http::schema_of<SafetyEvent>("SafetyEvent");

#define EXAMPLE_EVENT                                                                                        \
  R"({"id":"01a20fc1-7d30-7c55-9a0e-3f5b8d1c2a44","fleet_id":"quarry-north","mission_id":")"                 \
  R"(01a20fa6-fc9d-720e-97a5-81a85198cfc0","vehicle_id":"truck-7","type":"obstacle","severity":"critical",)" \
  R"("description":"Rockfall on haul road 3","source":"operator","status":"open","occurred_at":)"            \
  R"("2026-11-24T22:41:07.204318Z","last_seen_at":"2026-11-24T22:41:07.204318Z","count":1,"created_at":)"    \
  R"("2026-11-24T22:41:07.204318Z","updated_at":"2026-11-24T22:41:07.204318Z","created_by":"ada","version":1})"
constexpr std::string_view kExample = EXAMPLE_EVENT;
constexpr std::string_view kExamplePage = R"({"items":[)" EXAMPLE_EVENT R"(],"next_cursor":null})";
#undef EXAMPLE_EVENT
constexpr std::string_view kAcknowledged =
    R"json({"id":"01a2108d-71b4-7df2-8a4c-43d56cdb8e7d","fleet_id":"quarry-north","vehicle_id":"truck-7","typ)json"
    R"json(e":"obstacle","severity":"critical","description":"Rockfall on haul road 3","source":"operator","s)json"
    R"json(tatus":"acknowledged","occurred_at":"2026-11-25T02:33:54.868881Z","last_seen_at":"2026-11-25T02:33)json"
    R"json(:54.868881Z","count":1,"acknowledgement":{"note":"the shift lead is on the way","by":"ada","at":"2)json"
    R"json(026-11-25T02:33:54.870398Z"},"created_at":"2026-11-25T02:33:54.868881Z","updated_at":"2026-11-25T0)json"
    R"json(2:33:54.870398Z","created_by":"ada","version":2})json";
constexpr std::string_view kResolved =
    R"json({"id":"01a2108d-71b4-7df2-8a4c-43d56cdb8e7d","fleet_id":"quarry-north","vehicle_id":"truck-7","typ)json"
    R"json(e":"obstacle","severity":"critical","description":"Rockfall on haul road 3","source":"operator","s)json"
    R"json(tatus":"resolved","occurred_at":"2026-11-25T02:33:54.868881Z","last_seen_at":"2026-11-25T02:33:54.)json"
    R"json(868881Z","count":1,"acknowledgement":{"note":"the shift lead is on the way","by":"ada","at":"2026-)json"
    R"json(11-25T02:33:54.870398Z"},"resolution":{"note":"the rocks are cleared, the road is open","by":"ada")json"
    R"json(,"at":"2026-11-25T02:33:54.871871Z"},"created_at":"2026-11-25T02:33:54.868881Z","updated_at":"2026)json"
    R"json(-11-25T02:33:54.871871Z","created_by":"ada","version":3})json";

http::Route command_row(std::string_view pattern,
                        Permission permission,
                        http::Handler handler,
                        http::SchemaRef accepts,
                        std::string_view summary,
                        std::string_view example,
                        std::string_view answer) {
  return {.method = http::Method::post,
          .pattern = pattern,
          .permission = permission,
          .handler = std::move(handler),
          .summary = summary,
          .accepts = accepts,
          .answers = kSafetyEvent,
          .problems = {ProblemKind::not_found, ProblemKind::wrong_state, ProblemKind::invalid_fields},
          .idempotent = true,
          .conditional = true,
          .example_request = example,
          .example_answer = answer};
}

}  // namespace

std::vector<http::Route> safety_routes(const SafetyTools& tools) {
  using enum ProblemKind;
  using http::Method;
  using http::schema_of;
  std::vector<http::Route> routes;
  routes.push_back({.method = Method::post,
                    .pattern = "/safety-events",
                    .permission = Permission::safety_write,
                    .handler = http::with(tools, raise),
                    .summary = "Raises a safety event; a critical one pauses the running mission that it is about.",
                    .accepts = schema_of<RaiseSafetyEvent>("RaiseSafetyEvent"),
                    .answers = kSafetyEvent,
                    .success = 201,
                    .repeat = 200,
                    .problems = {invalid_fields, already_exists},
                    .idempotent = true,
                    .example_request =
                        R"({"fleet_id":"quarry-north","vehicle_id":"truck-7","type":"obstacle","severity":"critical",)"
                        R"("description":"Rockfall on haul road 3"})",
                    .example_answer = kExample});
  routes.push_back({.method = Method::get,
                    .pattern = "/safety-events",
                    .permission = Permission::safety_read,
                    .handler = http::with(tools, list),
                    .summary = "Lists safety events, newest first unless asked otherwise.",
                    .answers = schema_of<endpoints::Page<SafetyEvent>>("SafetyEventPage"),
                    .problems = {bad_parameter, bad_cursor},
                    .query = safety_list().parameters(),
                    .example_answer = kExamplePage});
  routes.push_back(analytics_route(tools));
  routes.push_back({.method = Method::get,
                    .pattern = "/safety-events/{id}",
                    .permission = Permission::safety_read,
                    .handler = http::with(tools, show),
                    .summary = "One safety event.",
                    .answers = kSafetyEvent,
                    .problems = {not_found},
                    .conditional = true,
                    .example_answer = kExample});
  routes.push_back(command_row("/safety-events/{id}/acknowledge", Permission::safety_write,
                               http::with(tools, command<AcknowledgeSafetyEvent, acknowledge_safety_event>),
                               schema_of<AcknowledgeSafetyEvent>("AcknowledgeSafetyEvent"),
                               "Says that a person has seen it.", R"({"note":"the shift lead is on the way"})",
                               kAcknowledged));
  routes.push_back(command_row("/safety-events/{id}/resolve", Permission::safety_resolve,
                               http::with(tools, command<ResolveSafetyEvent, resolve_safety_event>),
                               schema_of<ResolveSafetyEvent>("ResolveSafetyEvent"),
                               "Closes it for good, with a note of what was found and done.",
                               R"({"note":"the rocks are cleared, the road is open"})", kResolved));
  return routes;
}

}  // namespace mms::safety
