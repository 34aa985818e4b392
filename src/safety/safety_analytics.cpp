// Counts of the store, summed along each of four ways.
#include "safety/safety_analytics.hpp"

#include <algorithm>
#include <map>

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "safety/safety_store.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::safety {

using vocabulary::Result;

struct CountOf {
  std::string name;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(CountOf, (), (name, count))

// Occurred from `from` up to, not including, `to`; days are UTC.
struct SafetyAnalytics {
  Time from;
  Time to;
  std::int64_t total = 0;
  std::int64_t unresolved = 0;
  std::vector<CountOf> by_type;
  std::vector<CountOf> by_severity;
  std::vector<CountOf> by_status;
  std::vector<CountOf> by_day;
};
BOOST_DESCRIBE_STRUCT(SafetyAnalytics, (), (from, to, total, unresolved, by_type, by_severity, by_status, by_day))

namespace {

using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;

constexpr vocabulary::Duration kUsualSpan = std::chrono::hours(24 * 30);
constexpr vocabulary::Duration kLongestSpan = std::chrono::hours(24 * 366);

std::vector<CountOf> counts_of(const std::map<std::string, std::int64_t>& sums) {
  std::vector<CountOf> counts;
  counts.reserve(sums.size());
  for (const auto& [name, count] : sums) counts.push_back({name, count});
  return counts;
}

SafetyAnalytics summed(const database::Rows& rows, Time from, Time to) {
  std::array<std::map<std::string, std::int64_t>, 4> sums;  // in the order of the columns
  SafetyAnalytics all{.from = from, .to = to};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto count = rows[i].integer(4);
    for (std::size_t column = 0; column < sums.size(); ++column) {
      sums[column][std::string(rows[i].text(column))] += count;
    }
    all.total += count;
    if (rows[i].text(2) != vocabulary::name_of(SafetyEventStatus::resolved)) all.unresolved += count;
  }
  all.by_type = counts_of(sums[0]);
  all.by_severity = counts_of(sums[1]);
  all.by_status = counts_of(sums[2]);
  all.by_day = counts_of(sums[3]);
  return all;
}

// The fleets asked for among those that the caller may see; absent: every fleet.
std::optional<std::vector<std::string>> narrowed(std::optional<std::vector<std::string>> visible,
                                                 const std::vector<std::string_view>& asked) {
  if (asked.empty()) return visible;
  std::vector<std::string> fleets;
  for (const auto fleet : asked) {
    if (!visible || std::ranges::find(*visible, fleet) != visible->end()) fleets.emplace_back(fleet);
  }
  return fleets;
}

// GET /safety-events/analytics. Refuses: bad_parameter.
Task<Result<Response>> analytics(const SafetyTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"from", "to", "fleet_id"}); !known) co_return std::unexpected(known.error());
  CO_TRY(given_to, endpoints::time_parameter(query, "to"));
  CO_TRY(given_from, endpoints::time_parameter(query, "from"));
  const Time to = given_to.value_or(tools.now());
  const Time from = given_from.value_or(to - kUsualSpan);
  if (from >= to || to - from > kLongestSpan) {
    co_return endpoints::bad_parameter("from", "must be before `to`, by at most 366 days");
  }
  const auto visible = access::visible_to(request.caller, Permission::metrics_read);
  const CountedEvents which{.from = from,
                            .to = to,
                            .fleets = narrowed(visible.fleets, query.all("fleet_id")),
                            .vehicle_id = visible.vehicle_id};
  const auto rows = co_await tools.reader.run_one(count_safety_events(which), request.deadline);
  Response response;
  response.body = vocabulary::json::write(summed(rows, from, to));
  co_return response;
}

constexpr std::string_view kExample =
    R"json({"from":"2026-10-26T02:33:54.873088Z","to":"2026-11-25T02:33:54.873088Z","total":1,"unresolved":0,)json"
    R"json("by_type":[{"name":"obstacle","count":1}],"by_severity":[{"name":"critical","count":1}],"by_status)json"
    R"json(":[{"name":"resolved","count":1}],"by_day":[{"name":"2026-11-25","count":1}]})json";

}  // namespace

http::Route analytics_route(const SafetyTools& tools) {
  return {.method = http::Method::get,
          .pattern = "/safety-events/analytics",
          .permission = Permission::metrics_read,
          .handler = http::with(tools, analytics),
          .summary = "How many safety events occurred, by type, severity, status and day (UTC).",
          .answers = http::schema_of<SafetyAnalytics>("SafetyAnalytics"),
          .problems = {vocabulary::ProblemKind::bad_parameter},
          .query = {{"from", "Occurred at this time or later; 30 days before `to` when absent.",
                     R"({"type":"string","format":"date-time"})"},
                    {"to", "Occurred before this time; now when absent.", R"({"type":"string","format":"date-time"})"},
                    {"fleet_id", "Only these fleets; repeat for any of several.", R"({"type":"string"})"}},
          .heavy = true,
          .example_answer = kExample};
}

}  // namespace mms::safety
