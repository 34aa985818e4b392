// Handlers and rows of what vehicles are commanded.
#include "missions/vehicle_command_routes.hpp"

#include <algorithm>

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "missions/mission_store.hpp"
#include "missions/rules/acknowledgment.hpp"
#include "missions/rules/mission_events.hpp"
#include "missions/rules/on_mission.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {

// An acknowledgment whose ids stand in the path.
struct AcknowledgeCommand {
  AcknowledgmentStatus status{};
  std::optional<Text<1, 500>> reason;
  std::optional<Time> recorded_at;
};
BOOST_DESCRIBE_STRUCT(AcknowledgeCommand, (), (status, reason, recorded_at))

// A command that its vehicle has not confirmed.
struct OutstandingCommand {
  RequestedChange command{};
  CommandId command_id;
  MissionId mission_id;
  std::string fleet_id;
  std::string vehicle_id;
  Time requested_at;
  Time expires_at;
  std::optional<std::string> reason;
  std::optional<Time> accepted_at;
  std::optional<Order> order;  // of a start
};
BOOST_DESCRIBE_STRUCT(
    OutstandingCommand,
    (),
    (command, command_id, mission_id, fleet_id, vehicle_id, requested_at, expires_at, reason, accepted_at, order))

namespace {

using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

#define EXAMPLE_COMMAND                                                                                        \
  R"("command":"start","command_id":"01a20fb4-1d3e-7c55-9b0e-5b7f0a6f2c11","mission_id":"01a20fa6-fc9d-720e-)" \
  R"(97a5-81a85198cfc0","fleet_id":"quarry-north","vehicle_id":"truck-7","requested_at":"2026-11-24T22:23:05)" \
  R"(.000000Z","expires_at":"2026-11-24T22:23:35.000000Z","order":{"name":"Haul ore to crusher 2","type":"ca)" \
  R"(rgo_delivery","priority":"high","attempt":1,"parameters":{"load_t":42},"tasks":[{"key":"load","type":"a)" \
  R"(ction","parameters":{}}],"unordered":false})"
constexpr std::string_view kCommands = R"({"items":[{)" EXAMPLE_COMMAND R"(}],"next_cursor":null})";
#undef EXAMPLE_COMMAND

// POST /missions/{id}/commands/{command_id}/acknowledge: what the vehicle says of a command.
// Refuses: not_found, invalid_fields, wrong_state.
Task<Result<Response>> acknowledge(const MissionTools& tools, const Request& request) {
  CO_TRY(id, endpoints::id_in_path<MissionId>(request, "mission"));
  CO_TRY(command, endpoints::id_in_path<CommandId>(request, "command", 1));
  CO_TRY(input, endpoints::body_of<AcknowledgeCommand>(request));
  Acknowledgment acknowledgment{.mission_id = id,
                                .command_id = command,
                                .vehicle_id = {},
                                .status = input.status,
                                .reason = std::move(input.reason),
                                .recorded_at = input.recorded_at};
  co_return co_await endpoints::ride(tools.lane, request, acknowledge_command(std::move(acknowledgment)));
}

// A recall, a request, or both: one that is started anew may still be recalled from the attempt before.
void add_outstanding(std::vector<OutstandingCommand>& to,
                     const Mission& mission,
                     const std::string& vehicle,
                     Time now) {
  const OutstandingCommand blank{.mission_id = mission.id, .fleet_id = mission.fleet_id, .vehicle_id = vehicle};
  if (recalled_vehicle(mission) == vehicle && mission.recall->expires_at > now) {
    const auto& r = *mission.recall;
    auto& out = to.emplace_back(blank);
    out.command = RequestedChange::cancel;
    out.command_id = r.command_id;
    out.requested_at = r.at;
    out.expires_at = r.expires_at;
    out.reason = r.reason;
  }
  if (!mission.requested || mission.vehicle_id != vehicle) return;
  const auto& r = *mission.requested;
  auto& out = to.emplace_back(blank);
  out.command = r.command;
  out.command_id = r.command_id;
  out.requested_at = r.at;
  out.expires_at = r.expires_at;
  out.reason = r.reason;
  out.accepted_at = r.accepted_at;
  if (r.command == RequestedChange::start) out.order = order_of(mission);
}

// GET /vehicles/{id}/commands: those that wait for its answer, the oldest first. A vehicle sees its own.
Task<Result<Response>> list(const MissionTools& tools, const Request& request) {
  const auto& vehicle_id = request.values[0];
  const auto rows = co_await tools.reader.run_one(missions_with_vehicle(vehicle_id), request.deadline);
  endpoints::Page<OutstandingCommand> page;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto mission = json::from_stored<Mission>(rows[i].text(0));
    auto target = target_of(mission);
    target.vehicle_id = vehicle_id;
    if (!access::holds(request.caller, Permission::missions_report, target)) continue;
    add_outstanding(page.items, mission, vehicle_id, tools.now());
  }
  std::ranges::sort(page.items, {},
                    [](const OutstandingCommand& c) { return std::pair(c.requested_at, c.command_id); });
  Response response;
  response.body = R"({"items":)";
  json::append(response.body, page.items);
  response.body += R"(,"next_cursor":null})";
  co_return response;
}

}  // namespace

std::vector<http::Route> vehicle_command_routes(const MissionTools& tools) {
  using enum ProblemKind;
  std::vector<http::Route> routes;
  routes.push_back(
      {.method = http::Method::post,
       .pattern = "/missions/{id}/commands/{command_id}/acknowledge",
       .permission = Permission::missions_report,
       .handler = http::with(tools, acknowledge),
       .summary = "What the vehicle answers to a command; completed confirms it. Repeats and late ones change nothing.",
       .accepts = http::schema_of<AcknowledgeCommand>("AcknowledgeCommand"),
       .answers = http::schema_of<Mission>("Mission"),
       .problems = {not_found, wrong_state, invalid_fields},
       .idempotent = true,
       .example_request = R"({"status":"completed","recorded_at":"2026-11-24T22:23:06.180000Z"})"});
  routes.push_back({.method = http::Method::get,
                    .pattern = "/vehicles/{id}/commands",
                    .permission = Permission::missions_report,
                    .handler = http::with(tools, list),
                    .summary = "The commands that wait for the vehicle's answer, the oldest first.",
                    .answers = http::schema_of<endpoints::Page<OutstandingCommand>>("OutstandingCommandPage"),
                    .example_answer = kCommands});
  return routes;
}

}  // namespace mms::missions
