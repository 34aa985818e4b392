// Handlers of the reading endpoints of trips.
#include "trips/trip_reads.hpp"

#include "access/rules/scope.hpp"
#include "database/event_log.hpp"
#include "endpoints/input.hpp"
#include "endpoints/views.hpp"
#include "http/conditional.hpp"
#include "trips/rules/trip_commands.hpp"
#include "trips/trip_list.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {

using async::Task;
using endpoints::id_in_path;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

Task<Result<StoredTrip>> readable(const TripTools& tools, const Request& request, Permission permission) {
  CO_TRY(id, id_in_path<TripId>(request, "trip"));
  auto found = trip_from(co_await tools.reader.run_one(find_trip(id), request.deadline));
  if (!found) co_return access::not_found("trip");
  if (const auto may = access::may_read(request.caller, permission, target_of(found->trip)); !may) {
    co_return std::unexpected(may.error());
  }
  co_return std::move(*found);
}

Task<Result<StoredTrip>> actable(const TripTools& tools, const Request& request, Permission permission) {
  CO_TRY(id, id_in_path<TripId>(request, "trip"));
  auto found = trip_from(co_await tools.reader.run_one(find_trip(id), request.deadline));
  if (!found) co_return access::not_found("trip");
  const auto may = access::may_act(request.caller, permission, Permission::trips_read, target_of(found->trip));
  if (!may) co_return std::unexpected(may.error());
  co_return std::move(*found);
}

namespace {

// The stored fields as they were at `at`, folded from the log. Refuses: not_found when it was not yet made.
Task<Result<Response>> as_of(const TripTools& tools, const Request& request, TripId id, Time at) {
  constexpr std::int64_t kPage = 500;
  std::optional<Trip> trip;
  for (std::int64_t version = 0;;) {
    const auto rows =
        co_await tools.reader.run_one(database::stream_events_until(id.uuid, at, version, kPage), request.deadline);
    const auto events = database::events_from(rows);
    for (const auto& event : events) {
      trip = evolve(trip.value_or(Trip{}), trip_event_from(event), event.version, event.occurred_at);
      version = event.version;
    }
    if (static_cast<std::int64_t>(events.size()) < kPage) break;
  }
  if (!trip) co_return vocabulary::refuse(ProblemKind::not_found, "at that time there was no such trip");
  Response response;
  json::append(response.body, *trip);
  co_return response;
}

// With what identifies people: never cached, never tagged. Refuses: forbidden.
Task<Result<Response>> with_private(const TripTools& tools, const Request& request, StoredTrip stored) {
  const auto may =
      access::may_act(request.caller, Permission::trips_personal_data, Permission::trips_read, target_of(stored.trip));
  if (!may) co_return std::unexpected(may.error());
  const auto rows = co_await tools.reader.run_one(find_private(stored.trip.id), request.deadline);
  Response response;
  response.body = std::move(stored.body);
  if (!rows.empty()) {
    response.body.pop_back();
    response.body += ",\"personal_data\":";
    response.body += rows[0].text(0);
    response.body += '}';
  }
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

// GET /trips/{id}: the stored fields, now or at a past moment (as_of), or with personal_data.
// Refuses: not_found, bad_parameter, forbidden.
Task<Result<Response>> show(const TripTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"as_of", "include_personal_data"}); !known) {
    co_return std::unexpected(known.error());
  }
  CO_TRY(at, endpoints::time_parameter(query, "as_of"));
  CO_TRY(personal, endpoints::flag_parameter(query, "include_personal_data"));
  CO_TRY(stored, co_await readable(tools, request, Permission::trips_read));
  if (at) co_return co_await as_of(tools, request, stored.trip.id, *at);
  if (personal) co_return co_await with_private(tools, request, std::move(stored));
  Response response;
  const auto etag = http::etag_of(stored.trip.version);
  response.headers.emplace_back("ETag", etag);
  if (http::is_unchanged(request, etag)) {
    response.status = 304;
  } else {
    response.body = std::move(stored.body);
  }
  co_return response;
}

// GET /trips: filters, order, cursor. Refuses: bad_parameter, bad_cursor.
Task<Result<Response>> list(const TripTools& tools, const Request& request) {
  const auto& table = trip_list();
  CO_TRY(query, table.parse(request, tools.cursor_key));
  const auto visible = access::visible_to(request.caller, Permission::trips_read);
  if (visible.vehicle_id) {
    const auto at = std::ranges::find(query.filters, kVehicleFilter, &endpoints::ListQuery::Filter::field);
    const bool elsewhere =
        at != query.filters.end() && std::ranges::find(at->values, *visible.vehicle_id) == at->values.end();
    if (at != query.filters.end()) query.filters.erase(at);
    query.filters.push_back({kVehicleFilter, {elsewhere ? std::string() : *visible.vehicle_id}});
  }
  const auto answers = co_await tools.reader.run(table.queries(query, visible.fleets), request.deadline);
  co_return table.page(query, answers, tools.cursor_key);
}

// GET /trips/{id}/events: what happened to it, oldest first. Refuses: not_found, bad_parameter, bad_cursor.
Task<Result<Response>> list_events(const TripTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"limit", "cursor"}); !known) co_return std::unexpected(known.error());
  CO_TRY(limit, endpoints::number_parameter(query, "limit", 1, 200, 50));
  CO_TRY(stored, co_await readable(tools, request, Permission::trips_read));
  const auto id = stored.trip.id;
  const auto scope = "trip events " + vocabulary::to_text(id);
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

}  // namespace

std::vector<http::Route> read_routes(const TripTools& tools) {
  using enum ProblemKind;
  using http::schema_of;
  std::vector<http::Route> routes;
  routes.push_back({.pattern = "/trips",
                    .permission = Permission::trips_read,
                    .handler = http::with(tools, list),
                    .summary = "Lists trips, newest first unless asked otherwise.",
                    .answers = schema_of<endpoints::Page<Trip>>("TripPage"),
                    .problems = {bad_parameter, bad_cursor},
                    .query = trip_list().parameters()});
  routes.push_back(
      {.pattern = "/trips/{id}",
       .permission = Permission::trips_read,
       .handler = http::with(tools, show),
       .summary = "One trip, as it is now or as it was.",
       .answers = schema_of<Trip>("Trip"),
       .problems = {not_found, bad_parameter},
       .query = {{"as_of", "The stored fields at this past moment.", R"({"type":"string","format":"date-time"})"},
                 {"include_personal_data", "Also what identifies people; needs trips:personal_data.",
                  R"({"type":"boolean"})"}},
       .conditional = true});
  routes.push_back(
      {.pattern = "/trips/{id}/events",
       .permission = Permission::trips_read,
       .handler = http::with(tools, list_events),
       .summary = "What happened to it, oldest first.",
       .answers = schema_of<endpoints::Page<endpoints::EventView>>("EventPage"),
       .problems = {not_found, bad_parameter, bad_cursor},
       .query = {{"limit", "Items on a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
                 {"cursor", "next_cursor of the page before."}}});
  return routes;
}

}  // namespace mms::trips
