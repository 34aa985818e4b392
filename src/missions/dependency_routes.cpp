// Handlers and rows of /missions/{id}/dependencies, /explain and /graph.
#include "missions/dependency_routes.hpp"

#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "missions/dependency_store.hpp"
#include "missions/mission_explain.hpp"
#include "missions/mission_reading.hpp"
#include "missions/rules/dependency_commands.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using async::Task;
using endpoints::id_in_path;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

// POST /missions/{id}/dependencies: from now on it waits for another mission of its fleet.
// Refuses: dependency_cycle, graph_too_large, wrong_state, already_exists, invalid_fields.
async::Task<Result<Response>> add(const MissionTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<MissionId>(request, "mission"));
  CO_TRY(input, endpoints::body_of<AddDependency>(request));
  const DependencyId dependency{tools.ids.next(tools.now())};
  co_return co_await endpoints::ride(tools.lane, request, add_dependency(id, dependency, input));
}

// GET /missions/{id}/dependencies: the edges of which it is the successor, as they stand now. Refuses: not_found.
async::Task<Result<Response>> list(const MissionTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<MissionId>(request, "mission"));
  CO_TRY(mission, co_await readable_mission(tools, request, id, false));
  const auto rows = co_await tools.reader.run_one(edges_of_successor(id), request.deadline);
  Response response;
  response.body = "{\"items\":[";
  for (const auto& edge : edges_from(rows, tools.now())) {
    if (!response.body.ends_with('[')) response.body += ',';
    json::append(response.body, view_of(edge));
  }
  response.body += "],\"next_cursor\":null}";
  co_return response;
}

// DELETE /missions/{id}/dependencies/{dependency_id}. Refuses: not_found.
async::Task<Result<Response>> remove(const MissionTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<MissionId>(request, "mission"));
  CO_TRY(dependency, id_in_path<DependencyId>(request, "dependency", 1));
  co_return co_await endpoints::ride(tools.lane, request, remove_dependency(id, dependency));
}

// GET /missions/{id}/explain. Refuses: not_found.
async::Task<Result<Response>> explain(const MissionTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<MissionId>(request, "mission"));
  CO_TRY(explanation, co_await explain_mission(tools, request, id));
  Response response;
  json::append(response.body, explanation);
  co_return response;
}

// GET /missions/{id}/graph. Refuses: not_found.
async::Task<Result<Response>> graph(const MissionTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<MissionId>(request, "mission"));
  CO_TRY(found, co_await graph_of_mission(tools, request, id));
  Response response;
  json::append(response.body, found);
  co_return response;
}

}  // namespace

std::vector<http::Route> dependency_routes(const MissionTools& tools) {
  using enum ProblemKind;
  using http::Method;
  std::vector<http::Route> routes;
  routes.push_back(
      {.method = Method::post,
       .pattern = "/missions/{id}/dependencies",
       .permission = Permission::missions_write,
       .handler = http::with(tools, add),
       .summary = "Makes it wait for another mission of its fleet.",
       .accepts = http::schema_of<AddDependency>("AddDependency"),
       .answers = http::schema_of<DependencyView>("Dependency"),
       .success = 201,
       .problems = {not_found, dependency_cycle, graph_too_large, wrong_state, already_exists, invalid_fields},
       .idempotent = true,
       .conditional = true,
       .example_request = R"({"predecessor_id":"01a20f9a-3fc3-7c9b-86bb-f142aa9f13d3","lag_s":60})"});
  routes.push_back({.method = Method::get,
                    .pattern = "/missions/{id}/dependencies",
                    .permission = Permission::missions_read,
                    .handler = http::with(tools, list),
                    .summary = "What it waits for, and where each of those is.",
                    .answers = http::schema_of<endpoints::Page<DependencyView>>("DependencyPage"),
                    .problems = {not_found}});
  routes.push_back({.method = Method::delete_,
                    .pattern = "/missions/{id}/dependencies/{dependency_id}",
                    .permission = Permission::missions_write,
                    .handler = http::with(tools, remove),
                    .summary = "It no longer waits for that mission.",
                    .success = 204,
                    .problems = {not_found},
                    .conditional = true});
  routes.push_back({.method = Method::get,
                    .pattern = "/missions/{id}/explain",
                    .permission = Permission::missions_read,
                    .handler = http::with(tools, explain),
                    .summary = "Why it has not started, and the critical path of what remains.",
                    .answers = http::schema_of<Explanation>("Explanation"),
                    .problems = {not_found}});
  routes.push_back({.method = Method::get,
                    .pattern = "/missions/{id}/graph",
                    .permission = Permission::missions_read,
                    .handler = http::with(tools, graph),
                    .summary = "The missions before and behind it, and the edges between them.",
                    .answers = http::schema_of<MissionGraph>("MissionGraph"),
                    .problems = {not_found}});
  return routes;
}

}  // namespace mms::missions
