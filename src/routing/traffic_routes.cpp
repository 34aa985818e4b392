// Handlers and rows of /traffic.
#include "routing/traffic_routes.hpp"

#include "endpoints/first_answer.hpp"
#include "endpoints/input.hpp"
#include "endpoints/one_or_many.hpp"
#include "endpoints/ride.hpp"
#include "routing/checked_items.hpp"
#include "routing/rules/geodesic_answers.hpp"
#include "routing/rules/traffic_input.hpp"
#include "routing/stored_pages.hpp"
#include "routing/traffic_store.hpp"
#include "routing/traffic_watch.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::routing {
namespace {

using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

constexpr std::size_t kMostReports = 1000;
constexpr std::string_view kListScope = "traffic";
using PostTraffic = endpoints::OneOrMany<TrafficInput, kMostReports>;

// What came of the reports. `outdated`: the source had said something later of the same.
struct TrafficTaken {
  int accepted = 0;
  int outdated = 0;
  int edges = 0;  // of the map, that the reports are about
};
BOOST_DESCRIBE_STRUCT(TrafficTaken, (), (accepted, outdated, edges))

struct TrafficPage {
  std::vector<TrafficView> items;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(TrafficPage, (), (items, next_cursor))

Result<CheckedItems<TrafficView>> check(LiveRoads& roads,
                                        const PostTraffic& input,
                                        const std::string& caller,
                                        Time now) {
  return check_items<TrafficView>(
      input, "some reports cannot be taken",
      [&](const TrafficInput& item) { return views_of(item, roads.map_id(), caller, now); },
      [&](const TrafficView& view) { return edges_of(roads, view); },
      [&](const TrafficInput& item, const std::string& pointer) { return time_faults_of(item, pointer, now); });
}

// POST /traffic: one report or many; all or none.
// Refuses: malformed_json, invalid_fields, no_map, idempotency_key_reused, unavailable.
Task<Result<Response>> report(const TrafficTools& tools, const Request& request) {
  CO_TRY(input, (endpoints::one_or_many<TrafficInput, kMostReports>(request)));
  if (tools.work.roads == nullptr) co_return no_map("traffic");
  CO_TRY(key, endpoints::idempotency_of(request));
  const auto now = tools.now();
  CO_TRY(first, co_await endpoints::first_answer(tools.reader, key, now, request.deadline));
  if (first) co_return std::move(*first);
  CO_TRY(checked, co_await tools.work.heavy.run(
                      request.deadline, [input = std::move(input), roads = tools.work.roads, caller = request.caller.id,
                                         now] { return check(*roads, input, caller, now); }));
  TrafficTaken taken{.edges = checked.edges};
  lanes::Answer answer{.status = 201};
  if (!checked.views.empty()) {
    const auto answers = co_await tools.appender.append(put_traffic(checked.views));
    taken.accepted = static_cast<int>(answers.back().size());
    taken.outdated = static_cast<int>(checked.views.size()) - taken.accepted;
  }
  json::append(answer.body, taken);
  if (key) {
    // Between the two a repeat is taken again, and says the same of the same.
    std::vector<database::Query> keep;
    keep.push_back(endpoints::keep_first_answer(*key, answer, now));
    co_await tools.appender.append(std::move(keep));
  }
  co_return endpoints::response_of(std::move(answer));
}

// GET /traffic: what is in force, in the order of its coming. Refuses: bad_parameter, bad_cursor.
Task<Result<Response>> list(const TrafficTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (auto known = query.only({"limit", "cursor"}); !known) co_return std::unexpected(std::move(known).error());
  CO_TRY(asked, page_asked(query, tools.cursor_key, kListScope));
  const auto rows =
      co_await tools.reader.run_one(traffic_in_force(asked.after, tools.now(), asked.rows()), request.deadline);
  co_return page_of(stored_from(rows), asked, tools.cursor_key, kListScope);
}

constexpr std::string_view kPage =
    R"({"items":[{"source":"road-authority","way_id":6182932,"direction":"forward","kind":"closed","reported_at":)"
    R"("2026-11-24T22:41:07.204318Z","expires_at":"2026-11-24T23:41:07.204318Z","reported_by":"control-room"}],)"
    R"("next_cursor":null})";

}  // namespace

std::vector<http::Route> traffic_routes(const TrafficTools& tools) {
  using enum ProblemKind;
  using http::schema_of;
  std::vector<http::Route> rows;
  rows.push_back(
      {.method = http::Method::post,
       .pattern = "/traffic",
       .permission = Permission::traffic_write,
       .handler = http::with(tools, report),
       .summary = "Speeds and closures by way, edge or line; in force on every replica within two seconds.",
       .accepts = schema_of<PostTraffic>("PostTraffic"),
       .answers = schema_of<TrafficTaken>("TrafficTaken"),
       .success = 201,
       .problems = {no_map},
       .max_body = 8 << 20,
       .idempotent = true,
       .example_request = R"({"source":"road-authority","way":{"id":6182932,"direction":"forward"},"closed":true})",
       .example_answer = R"({"accepted":1,"outdated":0,"edges":12})"});
  rows.push_back({.method = http::Method::get,
                  .pattern = "/traffic",
                  .permission = Permission::routes_use,
                  .handler = http::with(tools, list),
                  .summary = "Lists the traffic reports in force.",
                  .answers = schema_of<TrafficPage>("TrafficPage"),
                  .problems = {bad_parameter, bad_cursor},
                  .query = page_fields(),
                  .example_answer = kPage});
  return rows;
}

}  // namespace mms::routing
