// Handlers and rows of the endpoints below /plans.
#include "missions/plan_routes.hpp"

#include <algorithm>

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "missions/plan_store.hpp"
#include "missions/rules/plan_commands.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

// POST /plans: all missions of a template's plan, or nothing.
// Refuses: invalid_fields, invalid_parameters, wrong_state (an archived template), forbidden, already_exists.
Task<Result<Response>> create(const MissionTools& tools, const Request& request) {
  CO_TRY(input, endpoints::body_of<CreatePlan>(request));
  const auto now = tools.now();
  NewPlan made{
      .id = input.id.value_or(PlanId{}), .chosen = input.id.has_value(), .body_hash = {}, .seed = tools.ids.next(now)};
  if (made.chosen) {
    if (const auto good = endpoints::check_chosen_id(made.id.uuid, now); !good) co_return std::unexpected(good.error());
    made.body_hash = endpoints::body_hash(request.body);
  } else {
    made.id = {tools.ids.next(now)};
  }
  co_return co_await endpoints::ride(tools.lane, request, create_plan(std::move(input), std::move(made)));
}

// GET /plans/{id}: the plan, and its missions as they are now. Refuses: not_found.
Task<Result<Response>> show(const MissionTools& tools, const Request& request) {
  CO_TRY(id, endpoints::id_in_path<PlanId>(request, "plan"));
  std::vector<database::Query> queries;
  queries.push_back(find_plan(id));
  queries.push_back(missions_of_plan(id));
  const auto answers = co_await tools.reader.run(std::move(queries), request.deadline);
  if (answers[0].empty()) co_return access::not_found("plan");
  const auto row = answers[0][0];
  const access::Target target{
      .noun = "plan", .fleet_id = row.text(0), .vehicle_id = {}, .mission_id = {}, .template_id = row.uuid(1)};
  if (const auto may = access::may_read(request.caller, Permission::missions_read, target); !may) {
    co_return std::unexpected(may.error());
  }
  const auto plan = json::from_stored<Plan>(row.text(2));
  std::vector<Mission> missions;
  for (std::size_t i = 0; i < answers[1].size(); ++i)
    missions.push_back(json::from_stored<Mission>(answers[1][i].text(0)));
  std::vector<const Mission*> in_order;
  for (const auto& member : plan.missions) {
    const auto at = std::ranges::find(missions, member.mission_id, &Mission::id);
    in_order.push_back(at == missions.end() ? nullptr : &*at);
  }
  Response response;
  json::append(response.body, view_of(plan, in_order));
  co_return response;
}

using http::schema_of;

}  // namespace

std::vector<http::Route> plan_routes(const MissionTools& tools) {
  using enum ProblemKind;
  std::vector<http::Route> routes;
  routes.push_back({.method = http::Method::post,
                    .pattern = "/plans",
                    .permission = Permission::missions_write,
                    .handler = http::with(tools, create),
                    .summary = "Makes all missions of a template's plan, or none.",
                    .accepts = schema_of<CreatePlan>("CreatePlan"),
                    .answers = schema_of<PlanView>("Plan"),
                    .success = 201,
                    .repeat = 200,
                    .problems = {invalid_fields, invalid_parameters, wrong_state, already_exists},
                    .idempotent = true,
                    .example_request =
                        R"({"template_id":"019a0000-0000-7000-8000-000000000000","fleet_id":"quarry-north",)"
                        R"("parameters":{"loads":3},"vehicles":[{"key":"drill","vehicle_id":"rig-1"}]})"});
  routes.push_back({.method = http::Method::get,
                    .pattern = "/plans/{id}",
                    .permission = Permission::missions_read,
                    .handler = http::with(tools, show),
                    .summary = "A plan, and its missions as they are now.",
                    .answers = schema_of<PlanView>("Plan"),
                    .problems = {not_found}});
  return routes;
}

}  // namespace mms::missions
