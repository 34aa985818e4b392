// Handlers and rows of the endpoints below /events, and of /trips/stream.
#include "relay/event_routes.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "endpoints/input.hpp"
#include "relay/event_table.hpp"
#include "relay/rules/cloud_event.hpp"

namespace mms::relay {

// A page of the log. It has no last page: more events come.
struct LoggedEvents {
  std::vector<CloudEvent> items;
  std::int64_t next_after = 0;  // the next page's `after`
  bool at_end = false;          // nothing more was there
};
BOOST_DESCRIBE_STRUCT(LoggedEvents, (), (items, next_after, at_end))

namespace {

using async::Task;
using endpoints::bad_parameter;
using http::QueryParameters;
using http::Request;
using http::Response;
using vocabulary::ProblemKind;
using vocabulary::Result;

constexpr auto kHighest = std::numeric_limits<std::int64_t>::max() / 2;

std::vector<std::string> names_in(const QueryParameters& query, std::string_view name) {
  std::vector<std::string> names;
  for (const auto value : query.all(name)) names.emplace_back(value);
  return names;
}

// Refuses: bad_parameter, forbidden.
Result<EventFilter> filter_of(const QueryParameters& query, const vocabulary::Caller& caller) {
  EventFilter filter;
  TRY(fleets, fleets_shown_to(caller, vocabulary::Permission::events_read));
  filter.fleets = std::move(fleets);
  filter.types = names_in(query, "type");
  filter.streams = names_in(query, "stream");
  if (const auto given = query.first("stream_id")) {
    filter.stream_id = vocabulary::uuid_from_text(*given);
    if (!filter.stream_id) return bad_parameter("stream_id", "must be a UUID");
  }
  return filter;
}

// GET /events: the log in its order. Refuses: bad_parameter, forbidden.
Task<Result<Response>> list(const WatchTools& tools, const Request& request) {
  CO_TRY(query, QueryParameters::parse(request.query));
  if (const auto known = query.only({"after", "limit", "type", "stream", "stream_id"}); !known) {
    co_return std::unexpected(known.error());
  }
  CO_TRY(after, endpoints::number_parameter(query, "after", 0, kHighest, 0));
  CO_TRY(limit, endpoints::number_parameter(query, "limit", 1, 1000, 100));
  CO_TRY(filter, filter_of(query, request.caller));
  const auto page = co_await read_log(tools.reader, filter, after, limit, request.deadline);
  Response response;
  response.body = "{\"items\":[";
  for (const auto& event : page.events) {
    if (!response.body.ends_with('[')) response.body += ',';
    response.body += cloud_event_json(event);
  }
  response.body += fmt::format("],\"next_after\":{},\"at_end\":{}}}", page.next_after, page.at_end);
  co_return response;
}

// Where a stream begins: behind the last event that the reader has, behind `after`, or with what is committed from now
// on. Refuses: bad_parameter.
Task<Result<std::int64_t>> begin_of(const WatchTools& tools, const Request& request, const QueryParameters& query) {
  if (const auto last = request.header("Last-Event-ID"); !last.empty()) {
    std::int64_t value = 0;
    const auto [at, error] = std::from_chars(last.data(), last.data() + last.size(), value);
    if (error != std::errc() || at != last.data() + last.size() || value < 0 || value > kHighest) {
      co_return bad_parameter("Last-Event-ID", "must be the id of an event of this stream");
    }
    co_return value;
  }
  CO_TRY(after, endpoints::number_parameter(query, "after", 0, kHighest, -1));
  if (after >= 0) co_return after;
  co_return log_head_from(co_await tools.reader.run_one(log_head(), request.deadline));
}

// The head is answered, the rest comes as it happens. Refuses: unavailable.
Result<Response> go_live(const WatchTools& tools, Watch watch) {
  Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");  // a proxy that collects would make it late
  // HEAD: the head alone.
  if (watch.request.method == http::Method::head) return response;
  if (!tools.watchers.enter()) {
    return vocabulary::refuse(ProblemKind::unavailable, "as many streams as this service serves are open; try later");
  }
  response.stream = [&tools, watch = std::move(watch)](http::EventStream& out) { return watch_log(tools, watch, out); };
  return response;
}

// GET /events/stream: the log live. Refuses: bad_parameter, forbidden, unavailable.
Task<Result<Response>> watch(const WatchTools& tools, const Request& request) {
  CO_TRY(query, QueryParameters::parse(request.query));
  if (const auto known = query.only({"after", "type", "stream", "stream_id"}); !known) {
    co_return std::unexpected(known.error());
  }
  Watch watch{.request = request, .asked_fleets = {}, .filter = {}};
  CO_TRY(filter, filter_of(query, request.caller));
  watch.filter = std::move(filter);
  CO_TRY(after, co_await begin_of(tools, request, query));
  watch.after = after;
  co_return go_live(tools, std::move(watch));
}

// GET /trips/stream: what happens to trips, live. Refuses: bad_parameter, forbidden, unavailable.
Task<Result<Response>> watch_trips(const WatchTools& tools, const Request& request) {
  CO_TRY(query, QueryParameters::parse(request.query));
  if (const auto known = query.only({"after", "type", "fleet_id", "trip_id"}); !known) {
    co_return std::unexpected(known.error());
  }
  Watch watch{.request = request,
              .permission = vocabulary::Permission::trips_read,
              .asked_fleets = names_in(query, "fleet_id"),
              .filter = {}};
  CO_TRY(fleets, fleets_shown_to(request.caller, watch.permission, watch.asked_fleets));
  watch.filter.fleets = std::move(fleets);
  watch.filter.streams = {"trip"};
  watch.filter.types = names_in(query, "type");
  if (const auto given = query.first("trip_id")) {
    watch.filter.stream_id = vocabulary::uuid_from_text(*given);
    if (!watch.filter.stream_id) co_return bad_parameter("trip_id", "must be a UUID");
  }
  CO_TRY(after, co_await begin_of(tools, request, query));
  watch.after = after;
  co_return go_live(tools, std::move(watch));
}

constexpr std::string_view kSequence = R"({"type":"integer","minimum":0})";

std::vector<http::QueryField> filters() {
  return {{"type", "Only events of this type, such as mission.started; may be given several times."},
          {"stream",
           "Only events of this kind of aggregate: mission, plan, template, trip, safety_event; may be given "
           "several times."},
          {"stream_id", "Only events of this aggregate.", R"({"type":"string","format":"uuid"})"}};
}

constexpr std::string_view kExample =
    R"({"items":[{"specversion":"1.0","id":"42","source":"/mission-management","type":"mission.started",)"
    R"("subject":"mission/01935f3e-7c4b-7a11-8aaa-0123456789ab","time":"2026-11-24T20:59:26.000000Z",)"
    R"("datacontenttype":"application/json","sequence":"00000000000000000042","stream":"mission",)"
    R"("streamid":"01935f3e-7c4b-7a11-8aaa-0123456789ab","streamversion":2,"schemaversion":1,"fleetid":"north",)"
    R"("caller":"dispatcher","correlationid":"req-7","data":{"attempt":1,"vehicle_id":"truck-7"}}],)"
    R"("next_after":42,"at_end":true})";
constexpr std::string_view kExampleStream =
    R"("retry: 2000\n: events\nid: 41\n\nid: 42\ndata: {\"specversion\":\"1.0\"}\n\n")";

}  // namespace

std::vector<http::Route> event_routes(const WatchTools& tools) {
  std::vector<http::Route> routes;
  auto paged = filters();
  paged.insert(paged.begin(),
               {{"after", "The next_after of the page before; absent: from the beginning.", kSequence},
                {"limit", "Events on a page.", R"({"type":"integer","minimum":1,"maximum":1000,"default":100})"}});
  routes.push_back({.method = http::Method::get,
                    .pattern = "/events",
                    .permission = vocabulary::Permission::events_read,
                    .handler = http::with(tools, list),
                    .summary = "Every committed event of the caller's fleets, oldest first, as CloudEvents 1.0.",
                    .answers = http::schema_of<LoggedEvents>("LoggedEvents"),
                    .problems = {ProblemKind::bad_parameter},
                    .query = std::move(paged),
                    .example_answer = kExample});
  const http::QueryField behind{
      "after", "Begin behind this event; absent: with what is committed from now on. Last-Event-ID wins.", kSequence};
  auto live = filters();
  live.insert(live.begin(), behind);
  routes.push_back({.method = http::Method::get,
                    .pattern = "/events/stream",
                    .permission = vocabulary::Permission::events_read,
                    .handler = http::with(tools, watch),
                    .summary = "The same events live, as Server-Sent Events; resumes behind Last-Event-ID.",
                    .problems = {ProblemKind::bad_parameter},
                    .query = std::move(live),
                    .answer_type = "text/event-stream",
                    .example_answer = kExampleStream});
  routes.push_back({.method = http::Method::get,
                    .pattern = "/trips/stream",
                    .permission = vocabulary::Permission::trips_read,
                    .handler = http::with(tools, watch_trips),
                    .summary = "Events of trips as they happen, as Server-Sent Events; resumes behind Last-Event-ID.",
                    .problems = {ProblemKind::bad_parameter},
                    .query = {behind,
                              {"fleet_id", "Only trips of this fleet; may be given several times."},
                              {"trip_id", "Only this trip.", R"({"type":"string","format":"uuid"})"},
                              {"type", "Only events of this type, such as trip.started; may be given several times."}},
                    .answer_type = "text/event-stream",
                    .example_answer = kExampleStream});
  return routes;
}

}  // namespace mms::relay
