// Positions of many trips ride together; a trip whose figures another one moved meanwhile is folded anew.
#include "trips/position_keeper.hpp"

#include <algorithm>

#include "trips/tracking_store.hpp"

namespace mms::trips {
namespace {

using async::Task;

constexpr std::int64_t kWholeHistory = 1'000'000;

// Folds what the table holds, again and again while others write the same figures. Answers the steps that were seen.
Task<std::vector<Step>> refold(PositionTools tools, TripId id, async::Deadline deadline) {
  constexpr int kTries = 5;
  for (int i = 0; i < kTries; ++i) {
    const auto answers =
        co_await tools.reader.run({find_trip(id), positions_after(id, Time{}, kWholeHistory)}, deadline);
    auto stored = trip_from(answers[0]);
    if (!stored) co_return std::vector<Step>{};
    auto positions = positions_from(answers[1]);
    if (stored->live) {
      const auto newer =
          std::ranges::upper_bound(positions, stored->live->position.recorded_at, {}, &Position::recorded_at);
      std::vector<Position> rest(newer, positions.end());
      positions.erase(newer, positions.end());
      stored->live->travelled_m = way_m(positions);
      positions = std::move(rest);
    }
    auto moved = advance(stored->trip, std::move(stored->live), std::move(positions));
    if (!moved.live) co_return std::move(moved.steps);
    std::vector<database::Query> put;
    add_live(put.emplace_back(replace_live()), id, stored->live_revision, *moved.live);
    const auto done = co_await tools.appender.append(std::move(put));
    if (!done[0].empty()) co_return std::move(moved.steps);
  }
  co_return std::vector<Step>{};  // the next position finds what is left to do
}

// Each by itself, as from where the trip is now.
std::vector<Deviation> deviations_alone(const TripPositions& of) {
  std::vector<Deviation> all;
  for (const auto& position : of.positions) {
    std::ranges::copy(advance(of.stored.trip, std::nullopt, {position}).deviations, std::back_inserter(all));
  }
  std::ranges::sort(all, {}, &Deviation::recorded_at);
  return all;
}

bool has_late_one(const TripPositions& of) {
  return std::ranges::any_of(of.positions, [&](const Position& p) {
    return of.stored.live && p.recorded_at <= of.stored.live->position.recorded_at;
  });
}

}  // namespace

Task<std::vector<StoredTrip>> read_trips(database::Reader& reader,
                                         const AlsoWrite& also,
                                         const std::vector<TripId>& ids,
                                         async::Deadline deadline) {
  std::vector<database::Query> queries;
  queries.push_back(find_trips(ids));
  if (also.wanted) queries.push_back(also.wanted(ids));
  const auto answers = co_await reader.run(std::move(queries), deadline);
  auto trips = trips_from(answers[0]);
  for (std::size_t i = 0; answers.size() > 1 && i < answers[1].size(); ++i) {
    const auto id = answers[1][i].id<TripId>(0);
    for (auto& stored : trips) stored.wanted = stored.wanted || stored.trip.id == id;
  }
  co_return trips;
}

Task<void> keep_positions(PositionTools tools, std::vector<TripPositions>& trips, async::Deadline deadline) {
  std::ranges::sort(trips, {}, [](const TripPositions& t) { return t.stored.trip.id; });
  auto insert = insert_positions();
  auto replace = replace_live();
  const auto now = tools.now();
  for (auto& of : trips) {
    add_positions(insert, of.stored.trip.id, of.positions, now);
    if (has_late_one(of)) {
      if (of.stored.wanted) of.deviations = deviations_alone(of);
      continue;
    }
    auto moved = advance(of.stored.trip, of.stored.live, of.positions);
    add_live(replace, of.stored.trip.id, of.stored.live_revision, *moved.live);
    of.steps = std::move(moved.steps);
    of.deviations = std::move(moved.deviations);
  }
  std::vector<database::Query> queries;
  queries.push_back(std::move(insert));
  const bool moves = !replace.cells.empty();
  if (moves) queries.push_back(std::move(replace));
  if (std::ranges::any_of(trips, [](const TripPositions& t) { return t.stored.wanted; })) {
    queries.push_back(tools.also.write(trips, now));
  }
  const auto answers = co_await tools.appender.append(std::move(queries));
  for (auto& of : trips) {
    const auto named = [&](const database::Rows& rows) {
      int count = 0;
      for (std::size_t i = 0; i < rows.size(); ++i) count += rows[i].id<TripId>(0) == of.stored.trip.id ? 1 : 0;
      return count;
    };
    of.accepted = named(answers[0]);
    if (tools.on_track && is_active(of.stored.trip.status)) tools.on_track(of.stored.trip, of.positions);
    if (moves && named(answers[1]) > 0) continue;
    of.steps.clear();
    if (of.accepted > 0) of.steps = co_await refold(tools, of.stored.trip.id, deadline);
  }
}

}  // namespace mms::trips
