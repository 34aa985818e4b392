// Handlers of GET /trips/{id}/track.
#include "trips/track_reads.hpp"

#include "endpoints/input.hpp"
#include "endpoints/views.hpp"
#include "http/negotiation.hpp"
#include "trips/rules/simplify.hpp"
#include "trips/track_stream.hpp"
#include "trips/tracking_store.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {

using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

TrackView view_of(const StoredTrip& stored) {
  const auto& trip = stored.trip;
  TrackView view{.trip_id = trip.id, .status = trip.status, .position = {}, .eta = {}};
  view.source = trip.route ? trip.route->source : RouteSource::geodesic;
  view.remaining_m = trip.estimated_distance_m;
  if (stored.live) {
    const auto live = as_of_route(trip, *stored.live);
    view.position = live.position;
    view.travelled_m = live.travelled_m;
    view.remaining_m = live.remaining_m;
    view.progress = live.progress;
    view.off_route = live.off_route;
    view.deviation_m = live.deviation_m;
    view.route_revision = live.route_revision;
    view.place_m = live.place_m;
    if (is_active(trip.status)) {
      view.next_stop = live.next_stop;
      view.next_eta = live.next_eta;
    }
    if (is_active(trip.status)) view.eta = live.eta;
  } else if (is_active(trip.status) && trip.actual_start_time) {
    view.eta = *trip.actual_start_time + vocabulary::seconds(trip.estimated_duration_s);
  }
  if (trip.status == TripStatus::completed) {
    view.progress = 1;
    view.remaining_m = 0;
  }
  return view;
}

std::vector<PositionView> views_of(const database::Rows& rows) {
  const auto positions = positions_from(rows);
  const auto suspects = suspects_from(rows);
  std::vector<PositionView> views;
  views.reserve(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto& p = positions[i];
    views.push_back({p.recorded_at, p.latitude, p.longitude, p.speed_mps, p.heading_deg, p.accuracy_m,
                     suspects[i] ? std::optional(true) : std::nullopt});
  }
  return views;
}

namespace {

BOOST_DEFINE_ENUM_CLASS(TrackFormat, json, geojson)

constexpr std::string_view kGeoJson = "application/geo+json";
constexpr std::string_view kEvents = "text/event-stream";
constexpr std::int64_t kPage = 1000;
constexpr std::int64_t kMapPage = 5000;  // simplified at once

// What is asked of the history.
struct HistoryAsked {
  Time after;
  std::int64_t limit = 0;
  std::optional<double> tolerance_m;
  TrackFormat format = TrackFormat::json;
};

bool wants(const Request& request, std::string_view type) {
  const auto accept = request.header("Accept");
  return !http::accepts_type(accept, "application/json") && http::accepts_type(accept, type);
}

// A line on a map: of its sound positions, and when each of them was.
std::string feature_of(const TripId& id, const endpoints::Page<PositionView>& page) {
  std::string places;
  std::string times;
  for (const auto& p : page.items) {
    places += places.empty() ? "[" : ",[";
    json::append_number(places, p.longitude);
    places += ',';
    json::append_number(places, p.latitude);
    places += ']';
    if (!times.empty()) times += ',';
    json::append(times, p.recorded_at);
  }
  std::string feature = R"({"type":"Feature","geometry":)";
  if (page.items.empty()) {
    feature += "null";
  } else if (page.items.size() == 1) {
    feature += R"({"type":"Point","coordinates":)" + places + '}';
  } else {
    feature += R"({"type":"LineString","coordinates":[)" + places + "]}";
  }
  feature += R"(,"properties":{"trip_id":)";
  json::append(feature, id);
  feature += R"(,"recorded_at":[)" + times + R"(],"next_cursor":)";
  if (page.next_cursor) {
    json::append_string(feature, *page.next_cursor);
  } else {
    feature += "null";
  }
  return feature + "}}";
}

void simplify(std::vector<PositionView>& items, double tolerance_m) {
  std::vector<Point> points;
  points.reserve(items.size());
  for (const auto& p : items) points.push_back({p.latitude, p.longitude});
  std::vector<PositionView> kept;
  for (const auto i : simplified(points, tolerance_m)) kept.push_back(std::move(items[i]));
  items = std::move(kept);
}

Task<Result<Response>> history(const TripTools& tools, const Request& request, TripId id, HistoryAsked asked) {
  const auto rows = co_await tools.reader.run_one(positions_after(id, asked.after, asked.limit + 1), request.deadline);
  endpoints::Page<PositionView> page{.items = views_of(rows), .next_cursor = {}, .total = {}};
  if (static_cast<std::int64_t>(page.items.size()) > asked.limit) {
    page.items.pop_back();
    const auto last = vocabulary::to_text(page.items.back().recorded_at);
    page.next_cursor = tools.cursor_key.seal("trip track " + vocabulary::to_text(id), {last});
  }
  const bool is_line = asked.tolerance_m || asked.format == TrackFormat::geojson;
  if (is_line) std::erase_if(page.items, [](const PositionView& p) { return p.suspect.value_or(false); });
  if (asked.tolerance_m) simplify(page.items, *asked.tolerance_m);
  Response response;
  if (asked.format == TrackFormat::geojson) {
    response.content_type = kGeoJson;
    response.body = feature_of(id, page);
    co_return response;
  }
  response.body = endpoints::json_of(page);
  co_return response;
}

// GET /trips/{id}/track: now; with `since` the history after that moment, oldest first; for a map simplified and as
// GeoJSON; as an event stream it goes on live. Refuses: not_found, bad_parameter, bad_cursor.
Task<Result<Response>> show(const TripTools& tools, const Request& request) {
  if (wants(request, kEvents)) co_return co_await watch_track(tools, request);
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"since", "limit", "cursor", "tolerance_m", "format"}); !known) {
    co_return std::unexpected(known.error());
  }
  HistoryAsked asked;
  CO_TRY(since, endpoints::time_parameter(query, "since"));
  CO_TRY(tolerance, endpoints::real_parameter(query, "tolerance_m", 0, 100'000));
  asked.tolerance_m = tolerance;
  if (const auto format = query.first("format")) {
    const auto known = vocabulary::from_name<TrackFormat>(*format);
    if (!known) co_return endpoints::bad_parameter("format", "must be json or geojson");
    asked.format = *known;
  } else if (wants(request, kGeoJson)) {
    asked.format = TrackFormat::geojson;
  }
  const bool is_line = tolerance || asked.format == TrackFormat::geojson;
  CO_TRY(limit, endpoints::number_parameter(query, "limit", 1, is_line ? kMapPage : kPage, is_line ? kMapPage : 200));
  asked.limit = limit;
  CO_TRY(stored, co_await readable(tools, request, Permission::trips_read));
  const auto cursor = query.first("cursor");
  if (!since && !cursor && !is_line) {
    Response response;
    json::append(response.body, view_of(stored));
    co_return response;
  }
  asked.after = since.value_or(Time{});
  if (cursor) {
    CO_TRY(place, tools.cursor_key.open("trip track " + vocabulary::to_text(stored.trip.id), *cursor));
    asked.after = vocabulary::time_from_text(place.front()).value_or(asked.after);
  }
  co_return co_await history(tools, request, stored.trip.id, asked);
}

// One of two: where it is, or with `since` a page of where it was.
constexpr http::SchemaRef kNowOrHistory{"TripTrackOrPositions", [](std::string_view name, json::Schemas& schemas) {
                                          static constexpr char kEither = 0;
                                          json::define_schema<TrackView>(schemas, "TripTrack");
                                          json::define_schema<endpoints::Page<PositionView>>(schemas, "PositionPage");
                                          if (!schemas.claim(name, &kEither)) return;
                                          schemas.set(name, R"({"anyOf":[{"$ref":"#/components/schemas/TripTrack"},)"
                                                            R"({"$ref":"#/components/schemas/PositionPage"}]})");
                                        }};

}  // namespace

http::Route track_read_route(const TripTools& tools) {
  using enum ProblemKind;
  return {.pattern = "/trips/{id}/track",
          .permission = Permission::trips_read,
          .handler = http::with(tools, show),
          .summary =
              "Where it is now, how far and when there; with since, where it was (a page of positions). As "
              "text/event-stream positions and figures as they come, resumed behind Last-Event-ID, the "
              "recorded_at of the last one.",
          .answers = kNowOrHistory,
          .problems = {not_found, bad_parameter, bad_cursor},
          .query = {{"since", "Positions recorded after this moment, oldest first.",
                     R"({"type":"string","format":"date-time"})"},
                    {"limit", "Positions on a page; for a line up to 5000, read before it is simplified.",
                     R"({"type":"integer","minimum":1,"maximum":5000,"default":200})"},
                    {"cursor", "next_cursor of the page before."},
                    {"tolerance_m",
                     "A line of as few positions as possible, so that no other lies farther from it; suspects are left "
                     "out.",
                     R"({"type":"number","minimum":0,"maximum":100000})"},
                    {"format", "geojson: a Feature with the line and the moments, as Accept: application/geo+json.",
                     R"({"type":"string","enum":["json","geojson"]})"}},
          .other_types = {kGeoJson, kEvents}};
}

}  // namespace mms::trips
