// One grouped statement over trips and the rows of ended ones.
#include "trips/trip_analytics.hpp"

#include <fmt/format.h>

#include "access/rules/scope.hpp"
#include "endpoints/grouping.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using database::Dialect;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

constexpr int kOnTimeS = 300;  // a start this late is still on time

struct StatusCounts {
  std::int64_t pending = 0;
  std::int64_t assigned = 0;
  std::int64_t en_route_to_pickup = 0;
  std::int64_t at_pickup = 0;
  std::int64_t in_transit = 0;
  std::int64_t at_destination = 0;
  std::int64_t completed = 0;
  std::int64_t cancelled = 0;
  std::int64_t failed = 0;
};
BOOST_DESCRIBE_STRUCT(
    StatusCounts,
    (),
    (pending, assigned, en_route_to_pickup, at_pickup, in_transit, at_destination, completed, cancelled, failed))

// Trips created in the range. Rates are of the ended ones; durations of those completed, in seconds.
struct TripFigures {
  std::string key;
  std::int64_t trips = 0;
  StatusCounts by_status;
  std::optional<double> completion_rate;
  std::optional<double> cancellation_rate;
  std::optional<double> duration_p50_s;
  std::optional<double> duration_p95_s;
  double distance_m = 0;
  std::int64_t passengers = 0;
  std::optional<double> on_time_rate;  // of those with a scheduled start
  std::optional<double> start_delay_mean_s;
  std::optional<double> eta_error_mean_percent;  // of those completed: each trip's own mean
  std::optional<double> eta_error_p90_percent;
};
BOOST_DESCRIBE_STRUCT(TripFigures,
                      (),
                      (key,
                       trips,
                       by_status,
                       completion_rate,
                       cancellation_rate,
                       duration_p50_s,
                       duration_p95_s,
                       distance_m,
                       passengers,
                       on_time_rate,
                       start_delay_mean_s,
                       eta_error_mean_percent,
                       eta_error_p90_percent))

struct TripAnalytics {
  std::string group_by;
  std::string time_zone;
  std::vector<TripFigures> items;
};
BOOST_DESCRIBE_STRUCT(TripAnalytics, (), (group_by, time_zone, items))

std::string compose(Dialect, const std::string& group, const std::string& conditions) {
  std::string counts;
  for (const auto name : vocabulary::kEnumNames<TripStatus>) {
    counts += fmt::format("sum(case when status = '{}' then 1 else 0 end), ", name);
  }
  return fmt::format(
      "with r as (select {} as g, t.status, case when t.status = 'completed' then a.duration_s end as took, "
      "a.distance_m, "
      "a.start_delay_s, a.eta_error_percent, a.passenger_count from trips t left join trip_analytics a on a.trip_id = "
      "t.id "
      "where {}), n as (select r.*, row_number() over (partition by g, (took is null) order by took) as place, "
      "count(took) over (partition by g) as counted, row_number() over (partition by g, (eta_error_percent is null) "
      "order by eta_error_percent) as eta_place, count(eta_error_percent) over (partition by g) as eta_counted from r) "
      "select g, count(*), {}{}, {}, coalesce(sum(distance_m), "
      "0), "
      "coalesce(sum(passenger_count), 0), sum(case when start_delay_s <= {} then 1 else 0 end), count(start_delay_s), "
      "avg(start_delay_s), avg(eta_error_percent), {} from n group by g order by g limit 1000",
      group, conditions, counts, endpoints::percentile_sql("took", 50), endpoints::percentile_sql("took", 95), kOnTimeS,
      endpoints::percentile_sql("eta_error_percent", 90, "eta_"));
}

// Composed before main, so that the drivers see every statement.
const endpoints::Grouping grouping("trip_analytics",
                                   "t",
                                   {{"all", ""},
                                    {"day", "created_at"},
                                    {"hour", "created_at"},
                                    {"fleet", "fleet_id"},
                                    {"vehicle", "vehicle_id"},
                                    {"type", "trip_type"},
                                    {"sector", "sector"}},
                                   {"fleet_id", "vehicle_id", "trip_type", "sector"},
                                   compose);

std::optional<double> rate(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<double> real_at(const database::Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.real(column));
}

TripFigures figures_of(const database::Row& row) {
  TripFigures f;
  f.key = row.text(0);
  f.trips = row.integer(1);
  std::size_t column = 2;
  // The members stand in the order of the statuses.
  vocabulary::for_each_member(f.by_status,
                              [&](std::string_view, std::int64_t& count) { count = row.integer(column++); });
  const auto ended = f.by_status.completed + f.by_status.cancelled + f.by_status.failed;
  f.completion_rate = rate(f.by_status.completed, ended);
  f.cancellation_rate = rate(f.by_status.cancelled, ended);
  f.duration_p50_s = real_at(row, column);
  f.duration_p95_s = real_at(row, column + 1);
  f.distance_m = row.real(column + 2);
  f.passengers = row.integer(column + 3);
  f.on_time_rate = rate(row.integer(column + 4), row.integer(column + 5));
  f.start_delay_mean_s = real_at(row, column + 6);
  f.eta_error_mean_percent = real_at(row, column + 7);
  f.eta_error_p90_percent = real_at(row, column + 8);
  return f;
}

// GET /trips/analytics. Refuses: bad_parameter.
async::Task<Result<http::Response>> show(const TripTools& tools, const http::Request& request) {
  CO_TRY(parameters, http::QueryParameters::parse(request.query));
  CO_TRY(asked, grouping.parse(parameters));
  auto visible = access::visible_to(request.caller, Permission::metrics_read);
  auto query = grouping.query(asked, visible.fleets, parameters);
  // A vehicle counts its own trips alone.
  if (visible.vehicle_id) query.cells[5] = database::cell(*visible.vehicle_id);
  const auto rows = co_await tools.reader.run_one(std::move(query), request.deadline);
  TripAnalytics answer{.group_by = std::string(grouping.name_of(asked)), .time_zone = asked.time_zone, .items = {}};
  for (std::size_t i = 0; i < rows.size(); ++i) answer.items.push_back(figures_of(rows[i]));
  http::Response response;
  json::append(response.body, answer);
  co_return response;
}

}  // namespace

http::Route analytics_route(const TripTools& tools) {
  return {.method = http::Method::get,
          .pattern = "/trips/analytics",
          .permission = Permission::metrics_read,
          .handler = http::with(tools, show),
          .summary = "Counts by status, rates, durations, distance and punctuality of trips created in a range.",
          .answers = http::schema_of<TripAnalytics>("TripAnalytics"),
          .problems = {ProblemKind::bad_parameter},
          .query = grouping.parameters(),
          .heavy = true};
}

}  // namespace mms::trips
