// Handlers and rows of the endpoints below /templates.
#include "templates/template_routes.hpp"

#include <fmt/format.h>

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "http/conditional.hpp"
#include "templates/rules/template_commands.hpp"
#include "templates/rules/template_scope.hpp"
#include "templates/template_examples.hpp"
#include "templates/template_list.hpp"
#include "templates/template_store.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::templates {

// What a template would make of parameters: nothing of it is stored.
struct Preview {
  TemplateId template_id;
  std::int64_t template_version = 0;
  Raw parameters;  // with their defaults
  std::vector<MadeMission> missions;
};
BOOST_DESCRIBE_STRUCT(Preview, (), (template_id, template_version, parameters, missions))

namespace {

using async::Task;
using endpoints::body_of;
using endpoints::id_in_path;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

// POST /templates: a new template, version 1.
// Refuses: invalid_fields, forbidden, already_exists (its id, or its name on this fleet).
Task<Result<Response>> create(const TemplateTools& tools, const Request& request) {
  CO_TRY(input, body_of<CreateTemplate>(request));
  const auto now = tools.now();
  NewTemplate made{.id = input.id.value_or(TemplateId{}), .chosen = input.id.has_value(), .body_hash = {}};
  if (made.chosen) {
    if (const auto good = endpoints::check_chosen_id(made.id.uuid, now); !good) co_return std::unexpected(good.error());
    made.body_hash = endpoints::body_hash(request.body);
  } else {
    made.id = {tools.ids.next(now)};
  }
  auto command = create_template(std::move(input), std::move(made), tools.check);
  co_return co_await endpoints::ride(tools.lane, request, std::move(command));
}

struct Found {
  std::int64_t version = 0;
  std::string body;
};

// A template, or one of its versions, that the caller may read. Refuses: not_found.
Task<Result<Found>> readable(const TemplateTools& tools,
                             const Request& request,
                             TemplateId id,
                             std::optional<std::int64_t> version) {
  auto query = version ? find_version(id, *version) : find_template(id);
  const auto rows = co_await tools.reader.run_one(std::move(query), request.deadline);
  if (rows.empty()) co_return access::not_found("template");
  const auto row = rows[0];
  const TemplateTarget target{.fleet = row.text(0), .id = id};
  if (const auto may = may_read(request.caller, target); !may) co_return std::unexpected(may.error());
  co_return Found{.version = row.integer(1), .body = std::string(row.text(2))};
}

// GET /templates/{id}. Refuses: not_found.
Task<Result<Response>> show(const TemplateTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<TemplateId>(request, "template"));
  CO_TRY(found, co_await readable(tools, request, id, std::nullopt));
  Response response;
  const auto etag = http::etag_of(found.version);
  response.headers.emplace_back("ETag", etag);
  if (http::is_unchanged(request, etag)) {
    response.status = 304;
  } else {
    response.body = std::move(found.body);
  }
  co_return response;
}

// GET /templates: filters, order, cursor. Refuses: bad_parameter, bad_cursor.
Task<Result<Response>> list(const TemplateTools& tools, const Request& request) {
  const auto& table = template_list();
  CO_TRY(query, table.parse(request, tools.cursor_key));
  const auto answers =
      co_await tools.reader.run(table.queries(query, visible_fleets(request.caller)), request.deadline);
  co_return table.page(query, answers, tools.cursor_key);
}

// PUT /templates/{id}: a new version.
// Refuses: not_found, forbidden, wrong_state, invalid_fields, already_exists.
Task<Result<Response>> update(const TemplateTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<TemplateId>(request, "template"));
  CO_TRY(input, body_of<UpdateTemplate>(request));
  co_return co_await endpoints::ride(tools.lane, request, update_template(id, std::move(input), tools.check));
}

// DELETE /templates/{id}: archives it. Refuses: not_found, forbidden.
Task<Result<Response>> archive(const TemplateTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<TemplateId>(request, "template"));
  co_return co_await endpoints::ride(tools.lane, request, archive_template(id));
}

// GET /templates/{id}/versions: newest first; `version` for one. Refuses: not_found, bad_parameter, bad_cursor.
Task<Result<Response>> list_versions(const TemplateTools& tools, const Request& request) {
  constexpr std::int64_t kMostVersions = 1'000'000'000;
  CO_TRY(id, id_in_path<TemplateId>(request, "template"));
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"limit", "cursor", "version"}); !known) co_return std::unexpected(known.error());
  CO_TRY(limit, endpoints::number_parameter(query, "limit", 1, 200, 50));
  CO_TRY(version, endpoints::number_parameter(query, "version", 1, kMostVersions, 0));
  Response response;
  if (version > 0) {
    CO_TRY(found, co_await readable(tools, request, id, version));
    response.body = fmt::format("{{\"items\":[{}],\"next_cursor\":null}}", found.body);
    co_return response;
  }
  CO_TRY(newest, co_await readable(tools, request, id, std::nullopt));
  const auto scope = "template versions " + vocabulary::to_text(id);
  std::int64_t before = newest.version + 1;
  if (const auto cursor = query.first("cursor")) {
    CO_TRY(place, tools.cursor_key.open(scope, *cursor));
    before = std::stoll(place.front());
  }
  const auto rows = co_await tools.reader.run_one(versions_before(id, before, limit + 1), request.deadline);
  const auto count = std::min(rows.size(), static_cast<std::size_t>(limit));
  response.body = "{\"items\":[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) response.body += ',';
    response.body += rows[i].text(1);
  }
  response.body += "],\"next_cursor\":";
  if (rows.size() > count) {
    json::append_string(response.body, tools.cursor_key.seal(scope, {std::string(rows[count - 1].text(0))}));
  } else {
    response.body += "null";
  }
  response.body += '}';
  co_return response;
}

// POST /templates/{id}/preview: the missions that it would make of these parameters.
// Refuses: not_found, invalid_fields, invalid_parameters.
Task<Result<Response>> preview(const TemplateTools& tools, const Request& request) {
  CO_TRY(id, id_in_path<TemplateId>(request, "template"));
  CO_TRY(input, body_of<PreviewTemplate>(request));
  std::optional<std::int64_t> version;
  if (input.template_version) version = input.template_version->value;
  CO_TRY(found, co_await readable(tools, request, id, version));
  const auto t = json::from_stored<Template>(found.body);
  CO_TRY(filled, fill_parameters(t, input.parameters));
  CO_TRY(missions, make_all(t, filled, tools.check));
  Response response;
  json::append(response.body, Preview{.template_id = id,
                                      .template_version = t.version,
                                      .parameters = std::move(filled),
                                      .missions = std::move(missions)});
  co_return response;
}

constexpr std::string_view kExample =
    R"({"fleet_id":"quarry-north","name":"Haul ore","parameters":{"type":"object","properties":{)"
    R"("truck":{"type":"string"},"loads":{"type":"integer","minimum":1,"default":3}},"required":["truck"]},)"
    R"("mission":{"name":"Haul {{loads}} loads","vehicle_id":"{{truck}}","type":"cargo_delivery",)"
    R"("tasks":[{"key":"load"},{"key":"haul","parameters":{"loads":"{{loads}}"}}]}})";

using http::Method;
using http::Route;
using http::schema_of;
constexpr auto kTemplate = schema_of<Template>("Template");

}  // namespace

std::vector<Route> template_routes(const TemplateTools& tools) {
  using enum Permission;
  using enum ProblemKind;
  std::vector<Route> routes;
  routes.push_back({.method = Method::post,
                    .pattern = "/templates",
                    .permission = templates_write,
                    .handler = http::with(tools, create),
                    .summary = "Makes a template: parameters, and the mission or the plan that is made from them.",
                    .accepts = schema_of<CreateTemplate>("CreateTemplate"),
                    .answers = kTemplate,
                    .success = 201,
                    .repeat = 200,
                    .problems = {invalid_fields, already_exists},
                    .idempotent = true,
                    .example_request = kExample});
  routes.push_back(
      {.method = Method::get,
       .pattern = "/templates",
       .permission = templates_read,
       .handler = http::with(tools, list),
       .summary = "Lists templates, newest first unless asked otherwise; those of every fleet have fleet_id *.",
       .answers = schema_of<endpoints::Page<Template>>("TemplatePage"),
       .problems = {bad_parameter, bad_cursor},
       .query = template_list().parameters()});
  routes.push_back({.method = Method::get,
                    .pattern = "/templates/{id}",
                    .permission = templates_read,
                    .handler = http::with(tools, show),
                    .summary = "One template, its newest version.",
                    .answers = kTemplate,
                    .problems = {not_found},
                    .conditional = true});
  routes.push_back({.method = Method::put,
                    .pattern = "/templates/{id}",
                    .permission = templates_write,
                    .handler = http::with(tools, update),
                    .summary = "Makes a new version: absent keeps, null clears, lists replace.",
                    .accepts = schema_of<UpdateTemplate>("UpdateTemplate"),
                    .answers = kTemplate,
                    .problems = {not_found, wrong_state, invalid_fields, already_exists},
                    .idempotent = true,
                    .conditional = true,
                    .example_request = R"({"description":"for the shifts of the winter"})"});
  routes.push_back({.method = Method::delete_,
                    .pattern = "/templates/{id}",
                    .permission = templates_write,
                    .handler = http::with(tools, archive),
                    .summary = "Archives it: nothing new is made from it, what was made lives on.",
                    .success = 204,
                    .problems = {not_found},
                    .conditional = true});
  routes.push_back(
      {.method = Method::get,
       .pattern = "/templates/{id}/versions",
       .permission = templates_read,
       .handler = http::with(tools, list_versions),
       .summary = "All its versions, newest first.",
       .answers = schema_of<endpoints::Page<Template>>("TemplatePage"),
       .problems = {not_found, bad_parameter, bad_cursor},
       .query = {{"version", "Only this one.", R"({"type":"integer","minimum":1})"},
                 {"limit", "Items on a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
                 {"cursor", "next_cursor of the page before."}}});
  routes.push_back({.method = Method::post,
                    .pattern = "/templates/{id}/preview",
                    .permission = templates_read,
                    .handler = http::with(tools, preview),
                    .summary = "The missions that it would make of these parameters; nothing is stored.",
                    .accepts = schema_of<PreviewTemplate>("PreviewTemplate"),
                    .answers = schema_of<Preview>("TemplatePreview"),
                    .problems = {not_found, invalid_fields, invalid_parameters},
                    .example_request = R"({"parameters":{"truck":"truck-7"}})"});
  add_examples(routes);
  return routes;
}

}  // namespace mms::templates
