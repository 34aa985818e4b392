// Positions on their way into the store, the live figures and, by the lane, the trip's state.
#include "trips/trip_track.hpp"

#include <fmt/format.h>

#include "endpoints/input.hpp"
#include "endpoints/one_or_many.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "trips/position_keeper.hpp"
#include "trips/rules/trip_commands.hpp"
#include "trips/tracking_store.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

constexpr std::size_t kMostPositions = 100'000;
constexpr std::size_t kMostRefusals = 100;

// Ranges are checked one by one, so that one bad position does not cost the others.
struct PositionInput {
  std::optional<Time> recorded_at;  // absent: now
  double latitude = 0;
  double longitude = 0;
  std::optional<double> speed_mps;
  std::optional<double> heading_deg;
  std::optional<double> accuracy_m;
};
BOOST_DESCRIBE_STRUCT(PositionInput, (), (recorded_at, latitude, longitude, speed_mps, heading_deg, accuracy_m))

using PostPositions = endpoints::OneOrMany<PositionInput, kMostPositions>;

struct PositionRefusal {
  std::int64_t index = 0;
  std::string pointer;
  std::string code;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(PositionRefusal, (), (index, pointer, code, detail))

// What became of the positions; `refusals` names the first hundred.
struct PositionsTaken {
  int accepted = 0;
  int duplicate = 0;
  int refused = 0;
  std::vector<PositionRefusal> refusals;
};
BOOST_DESCRIBE_STRUCT(PositionsTaken, (), (accepted, duplicate, refused, refusals))

// A position as it is kept. `suspect`: it moved nothing, because no vehicle is so fast.
struct PositionView {
  Time recorded_at;
  double latitude = 0;
  double longitude = 0;
  std::optional<double> speed_mps;
  std::optional<double> heading_deg;
  std::optional<double> accuracy_m;
  std::optional<bool> suspect;
};
BOOST_DESCRIBE_STRUCT(PositionView, (), (recorded_at, latitude, longitude, speed_mps, heading_deg, accuracy_m, suspect))

// Where the trip is. Without a position: what was estimated.
struct TrackView {
  TripId trip_id;
  TripStatus status{};
  std::optional<Position> position;
  double travelled_m = 0;
  double remaining_m = 0;
  double progress = 0;
  std::optional<Time> eta;
  bool off_route = false;
  double deviation_m = 0;
  RouteSource source{};
  std::optional<int> route_revision;  // on which it was measured
  std::optional<double> place_m;      // along that route, when it is on roads
};
BOOST_DESCRIBE_STRUCT(TrackView,
                      (),
                      (trip_id,
                       status,
                       position,
                       travelled_m,
                       remaining_m,
                       progress,
                       eta,
                       off_route,
                       deviation_m,
                       source,
                       route_revision,
                       place_m))

Position position_from(const PositionInput& in, Time now) {
  return {.recorded_at = in.recorded_at.value_or(now),
          .latitude = in.latitude,
          .longitude = in.longitude,
          .speed_mps = in.speed_mps,
          .heading_deg = in.heading_deg,
          .accuracy_m = in.accuracy_m};
}

struct Sorted {
  std::vector<Position> good;
  PositionsTaken taken;
};

Sorted sort_out(const std::vector<PositionInput>& inputs, const Trip& trip, Time now) {
  Sorted sorted;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto position = position_from(inputs[i], now);
    if (auto fault = fault_of(position, trip, now)) {
      ++sorted.taken.refused;
      if (sorted.taken.refusals.size() >= kMostRefusals) continue;
      sorted.taken.refusals.push_back({static_cast<std::int64_t>(i), fault->pointer, fault->code, fault->detail});
    } else {
      sorted.good.push_back(std::move(position));
    }
  }
  return sorted;
}

// POST /trips/{id}/track: one position or a batch; each is stored once.
// Refuses: not_found, forbidden, malformed_json, invalid_fields (a single one that is wrong).
Task<Result<Response>> take(const TripTools& tools, const Request& request) {
  CO_TRY(input, (endpoints::one_or_many<PositionInput, kMostPositions>(request)));
  CO_TRY(stored, co_await actable(tools, request, Permission::tracking_write));
  auto sorted = sort_out(input.items, stored.trip, tools.now());
  if (!input.many && sorted.taken.refused > 0) {
    const auto& first = sorted.taken.refusals.front();
    auto refusal = vocabulary::refuse(ProblemKind::invalid_fields, "this position is refused");
    refusal.error().errors.push_back({first.pointer, first.code, first.detail});
    co_return refusal;
  }
  std::vector<TripPositions> kept(1);
  kept[0] = {.stored = std::move(stored), .positions = std::move(sorted.good)};
  if (!kept[0].positions.empty()) {
    co_await keep_positions({tools.reader, tools.appender, tools.now, tools.on_track, tools.lines}, kept,
                            request.deadline);
    sorted.taken.accepted = kept[0].accepted;
    sorted.taken.duplicate = static_cast<int>(kept[0].positions.size()) - kept[0].accepted;
  }
  if (!kept[0].steps.empty()) {
    // The positions are stored, whatever comes of the steps: a step that could not ride is seen again by the next
    // position.
    CO_TRY(submission,
           endpoints::submission_of(request, advance_trip(kept[0].stored.trip.id, std::move(kept[0].steps))));
    submission.idempotency.reset();
    submission.command->expected_versions.clear();
    co_await tools.lane.submit(std::move(submission));
  }
  if (tools.on_positions) {
    tools.on_positions({sorted.taken.accepted, sorted.taken.duplicate, sorted.taken.refused});
  }
  Response response;
  json::append(response.body, sorted.taken);
  co_return response;
}

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

// GET /trips/{id}/track: now; with `since` the history after that moment, oldest first.
// Refuses: not_found, bad_parameter, bad_cursor.
Task<Result<Response>> show(const TripTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"since", "limit", "cursor"}); !known) co_return std::unexpected(known.error());
  CO_TRY(since, endpoints::time_parameter(query, "since"));
  CO_TRY(limit, endpoints::number_parameter(query, "limit", 1, 1000, 200));
  CO_TRY(stored, co_await readable(tools, request, Permission::trips_read));
  Response response;
  const auto cursor = query.first("cursor");
  if (!since && !cursor) {
    json::append(response.body, view_of(stored));
    co_return response;
  }
  const auto id = stored.trip.id;
  const auto scope = "trip track " + vocabulary::to_text(id);
  auto from = since.value_or(Time{});
  if (cursor) {
    CO_TRY(place, tools.cursor_key.open(scope, *cursor));
    from = vocabulary::time_from_text(place.front()).value_or(from);
  }
  const auto rows = co_await tools.reader.run_one(positions_after(id, from, limit + 1), request.deadline);
  endpoints::Page<PositionView> page{.items = views_of(rows), .next_cursor = {}, .total = {}};
  if (static_cast<std::int64_t>(page.items.size()) > limit) {
    page.items.pop_back();
    page.next_cursor = tools.cursor_key.seal(scope, {vocabulary::to_text(page.items.back().recorded_at)});
  }
  json::append(response.body, page);
  if (!page.next_cursor) {
    response.body.pop_back();
    response.body += ",\"next_cursor\":null}";
  }
  co_return response;
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

std::vector<http::Route> track_routes(const TripTools& tools) {
  using enum ProblemKind;
  std::vector<http::Route> routes;
  routes.push_back({.method = http::Method::post,
                    .pattern = "/trips/{id}/track",
                    .permission = Permission::tracking_write,
                    .handler = http::with(tools, take),
                    .summary = "Takes one position or a batch; each is stored once, by its recorded_at.",
                    .accepts = http::schema_of<PostPositions>("PostPositions"),
                    .answers = http::schema_of<PositionsTaken>("PositionsTaken"),
                    .problems = {not_found, invalid_fields},
                    .max_body = 8 << 20,
                    .example_request = R"({"latitude":52.52,"longitude":13.4,"speed_mps":8.3})"});
  routes.push_back(
      {.pattern = "/trips/{id}/track",
       .permission = Permission::trips_read,
       .handler = http::with(tools, show),
       .summary = "Where it is now, how far and when there; with since, where it was (a page of positions).",
       .answers = kNowOrHistory,
       .problems = {not_found, bad_parameter, bad_cursor},
       .query = {{"since", "Positions recorded after this moment, oldest first.",
                  R"({"type":"string","format":"date-time"})"},
                 {"limit", "Positions on a page.", R"({"type":"integer","minimum":1,"maximum":1000,"default":200})"},
                 {"cursor", "next_cursor of the page before."}}});
  return routes;
}

}  // namespace mms::trips
