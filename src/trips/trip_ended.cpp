// Figures of ended trips, as rows.
#include "trips/trip_ended.hpp"

#include "endpoints/records.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using database::Query;
using database::Statement;

const Statement put_ended(
    "put_trip_analytics",
    Statement::Shape::many,
    "insert into trip_analytics (trip_id, ended_at, duration_s, distance_m, start_delay_s, eta_error_percent, "
    "passenger_count) values ($1, $2, $3, $4, $5, $6, $7) on conflict (trip_id) do nothing",
    "insert into trip_analytics (trip_id, ended_at, duration_s, distance_m, start_delay_s, eta_error_percent, "
    "passenger_count) select cast(a as uuid), cast(b as timestamptz), cast(c as double precision), cast(d as double "
    "precision), cast(e as double precision), cast(f as double precision), cast(g as bigint) from unnest(cast($1 as "
    "text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[]), cast($6 as text[]), "
    "cast($7 as text[])) as t(a, b, c, d, e, f, g) on conflict (trip_id) do nothing");
const Statement put_metrics(
    "put_ended_trip_metrics",
    Statement::Shape::many,
    "insert into trip_metrics (id, trip_id, fleet_id, type, source, recorded_at, created_at, body, value) values ($1, "
    "$2, $3, $4, 'service', $5, $5, $6, $7) on conflict (id) do nothing",
    "insert into trip_metrics (id, trip_id, fleet_id, type, source, recorded_at, created_at, body, value) select "
    "cast(a "
    "as uuid), cast(b as uuid), c, d, 'service', cast(e as timestamptz), cast(e as timestamptz), cast(f as json), "
    "cast(g "
    "as double precision) from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), "
    "cast($5 as text[]), cast($6 as text[]), cast($7 as text[])) as t(a, b, c, d, e, f, g) on conflict (id) do "
    "nothing");

std::optional<double> seconds_between(std::optional<Time> from, std::optional<Time> to) {
  if (!from || !to) return std::nullopt;
  return std::chrono::duration<double>(*to - *from).count();
}

// An id that follows from the trip's, of another version than any id that is made or chosen.
vocabulary::Uuid metric_id(const TripId& trip, std::uint8_t place) {
  auto id = trip.uuid;
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x80);
  id.bytes[15] = static_cast<std::uint8_t>(id.bytes[15] ^ place);
  return id;
}

void add_metric(Query& q, const Trip& trip, const char* type, const char* unit, std::optional<double> value) {
  const auto place = static_cast<std::uint8_t>(type[0]);  // the types begin with different letters
  if (!value) return;
  const auto at = *trip.actual_end_time;
  const endpoints::Metric metric{.id = metric_id(trip.id, place),
                                 .type = type,
                                 .value = *value,
                                 .unit = unit,
                                 .source = "service",
                                 .recorded_at = at,
                                 .created_at = at,
                                 .created_by = "service:trips"};
  q.add(metric.id, trip.id, trip.fleet_id, metric.type, at, vocabulary::json::write(metric), *value);
}

}  // namespace

std::optional<double> eta_error_percent(const Trip& trip, const Live* live) {
  if (trip.status != TripStatus::completed || !trip.actual_start_time || !trip.actual_end_time) return std::nullopt;
  const auto start = *trip.actual_start_time;
  if (live != nullptr && !live->promises.empty()) {
    return mean_error_percent(live->promises, start, live->arrived_at.value_or(*trip.actual_end_time));
  }
  // Never tracked: its estimate was all that was said.
  const Promise estimate{0, static_cast<int>(trip.estimated_duration_s)};
  return mean_error_percent({estimate}, start, *trip.actual_end_time);
}

std::vector<Query> figures_of_ended(const std::vector<Ended>& ended) {
  Query rows{&put_ended, {}};
  Query metrics{&put_metrics, {}};
  for (const auto& [trip, live] : ended) {
    const auto took = seconds_between(trip->actual_start_time, trip->actual_end_time);
    const auto travelled = live != nullptr ? std::optional(live->travelled_m) : std::nullopt;
    const auto delay = seconds_between(trip->scheduled_start_time, trip->actual_start_time);
    const auto eta_error = eta_error_percent(*trip, live);
    rows.add(trip->id, trip->actual_end_time, took, travelled, delay, eta_error, trip->passenger_count);
    add_metric(metrics, *trip, "duration", "s", took);
    add_metric(metrics, *trip, "travelled", "m", travelled);
    add_metric(metrics, *trip, "waiting", "s", delay);
    add_metric(metrics, *trip, "eta_error", "percent", eta_error);
  }
  std::vector<Query> queries{std::move(rows)};
  if (!metrics.cells.empty()) queries.push_back(std::move(metrics));
  return queries;
}

}  // namespace mms::trips
