// From ended trip to ended trip.
#include "trips/position_retention.hpp"

namespace mms::trips {
namespace {

constexpr std::int64_t kPositions = 500;  // of one trip in one piece: the store's other writers do not notice
constexpr std::chrono::seconds kPatience(30);

const database::Statement ended_trips(
    "ended_trips_after",
    "select trip_id, ended_at from trip_analytics where (ended_at, trip_id) > ($1, $2) and ended_at < $3 order by "
    "ended_at, trip_id limit 10");
const database::Statement forget_some(
    "forget_positions",
    "delete from trip_tracking where trip_id = $1 and recorded_at in (select recorded_at from trip_tracking where "
    "trip_id = $1 order by recorded_at limit cast($2 as bigint))");

}  // namespace

async::Task<PositionRetention::Piece> PositionRetention::forget(Time ended_before) {
  const auto trips = co_await reader_.run_one(database::query(ended_trips, ended_at_, trip_, ended_before),
                                              async::Clock::now() + kPatience);
  Piece piece;
  if (trips.empty()) co_return piece;
  std::vector<database::Query> queries;
  for (std::size_t i = 0; i < trips.size(); ++i)
    queries.push_back(database::query(forget_some, trips[i].id<TripId>(0), kPositions));
  piece.is_last = false;
  const auto done = co_await appender_.append(std::move(queries));
  bool is_empty = true;
  for (std::size_t i = 0; i < trips.size(); ++i) {
    piece.positions += done[i].affected;
    is_empty = is_empty && done[i].affected < kPositions;
    if (!is_empty) continue;
    trip_ = trips[i].id<TripId>(0);
    ended_at_ = trips[i].time(1);
  }
  co_return piece;
}

}  // namespace mms::trips
