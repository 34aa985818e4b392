// Handlers and rows of /traffic.
#include "routing/traffic_routes.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "endpoints/first_answer.hpp"
#include "endpoints/input.hpp"
#include "endpoints/one_or_many.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "routing/rules/geodesic_answers.hpp"
#include "routing/rules/traffic_input.hpp"
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

struct Checked {
  std::vector<TrafficView> views;
  int edges = 0;
};

std::string place_word(const TrafficView& view) {
  return view.way_id ? "way" : view.edge ? "edge" : "line";
}

// Everything that is wrong with them at once.
Result<Checked> check(LiveRoads& roads, const PostTraffic& input, const std::string& caller, Time now) {
  Checked checked;
  vocabulary::Problem problem{.kind = ProblemKind::invalid_fields,
                              .detail = "some reports cannot be taken",
                              .errors = {},
                              .members = {},
                              .internal = {}};
  std::map<std::string, std::string> said;  // by source and target: the report that said it
  for (std::size_t i = 0; i < input.items.size() && problem.errors.size() < 100; ++i) {
    const auto pointer = input.many ? fmt::format("/items/{}", i) : std::string();
    for (auto& fault : time_faults_of(input.items[i], pointer, now)) problem.errors.push_back(std::move(fault));
    for (auto& view : views_of(input.items[i], roads.map_id(), caller, now)) {
      const auto [first, fresh] = said.try_emplace(view.source + '\n' + target_of(view), pointer);
      if (!fresh) {
        problem.errors.push_back(
            {pointer, "contradiction", "says the same source's word on the same as " + first->second});
        break;
      }
      const auto edges = edges_of(roads, view);
      if (edges.empty()) {
        problem.errors.push_back(
            {fmt::format("{}/{}", pointer, place_word(view)), "not_on_the_map", "the loaded map has no such road"});
        break;
      }
      checked.edges += static_cast<int>(edges.size());
      checked.views.push_back(std::move(view));
    }
  }
  if (!problem.errors.empty()) return std::unexpected(std::move(problem));
  return checked;
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

Result<std::int64_t> read_cursor(const TrafficTools& tools, const http::QueryParameters& query) {
  const auto given = query.first("cursor");
  if (!given) return 0;
  TRY(place, tools.cursor_key.open(kListScope, *given));
  std::int64_t sequence = 0;
  for (const auto& text : place) std::from_chars(text.data(), text.data() + text.size(), sequence);
  return sequence;
}

// GET /traffic: what is in force, in the order of its coming. Refuses: bad_parameter, bad_cursor.
Task<Result<Response>> list(const TrafficTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (auto known = query.only({"limit", "cursor"}); !known) co_return std::unexpected(std::move(known).error());
  CO_TRY(limit, endpoints::number_parameter(query, "limit", 1, 200, 50));
  CO_TRY(after, read_cursor(tools, query));
  const auto rows = co_await tools.reader.run_one(traffic_in_force(after, tools.now(), limit + 1), request.deadline);
  auto stored = traffic_from(rows);
  const bool more = std::ssize(stored) > limit;
  if (more) stored.pop_back();
  Response response;
  response.body = R"({"items":[)";
  for (const auto& one : stored) {
    if (!response.body.ends_with('[')) response.body += ',';
    response.body += one.body;
  }
  response.body += R"(],"next_cursor":)";
  if (more) {
    json::append(response.body, tools.cursor_key.seal(kListScope, {std::to_string(stored.back().sequence)}));
  } else {
    response.body += "null";
  }
  response.body += '}';
  co_return response;
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
                  .query = {{"limit", "items a page; absent: 50", R"({"type":"integer","minimum":1,"maximum":200})"},
                            {"cursor", "where to go on: next_cursor of the page before"}},
                  .example_answer = kPage});
  return rows;
}

}  // namespace mms::routing
