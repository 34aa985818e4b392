// Positions of many trips ride together; a trip whose figures another one moved meanwhile is folded anew.
#include "trips/position_keeper.hpp"

#include <algorithm>

#include "trips/rules/jumps.hpp"
#include "trips/tracking_store.hpp"

namespace mms::trips {
namespace {

using async::Task;
using database::Query;

constexpr std::int64_t kWholeHistory = 1'000'000;

// What of a trip's stored history should be marked otherwise.
void add_marks(Query& mark, const TripId& id, const database::Rows& rows, const std::vector<Time>& suspects) {
  const auto marked = suspects_from(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = rows[i].time(0);
    const bool is_suspect = std::ranges::binary_search(suspects, at);
    if (is_suspect != marked[i]) add_mark(mark, id, at, is_suspect);
  }
}

// Folds what the table holds, again and again while others write the same figures.
Task<void> refold(PositionTools tools, TripPositions& of, async::Deadline deadline) {
  constexpr int kTries = 5;
  const auto id = of.stored.trip.id;
  for (int i = 0; i < kTries; ++i) {
    const auto answers =
        co_await tools.reader.run({find_trip(id), positions_after(id, Time{}, kWholeHistory)}, deadline);
    auto stored = trip_from(answers[0]);
    if (!stored) co_return;
    const auto lines = co_await lines_of(tools.shared.lines, tools.reader, {&stored->trip}, deadline);
    auto positions = positions_from(answers[1]);
    std::vector<Time> suspects;
    if (stored->live) {
      const auto newer =
          std::ranges::upper_bound(positions, stored->live->position.recorded_at, {}, &Position::recorded_at);
      std::vector<Position> rest(newer, positions.end());
      positions.erase(newer, positions.end());
      auto way = travelled(positions, habits_of(stored->trip.sector).most_mps);
      stored->live->travelled_m = way.way_m;
      stored->live->suspect.reset();
      suspects = std::move(way.suspects);
      positions = std::move(rest);
    }
    auto moved = advance(stored->trip, std::move(stored->live), std::move(positions), lines.front().get());
    if (moved.live) {
      suspects.insert(suspects.end(), moved.suspects.begin(), moved.suspects.end());
      std::vector<Query> put;
      add_live(put.emplace_back(replace_live()), id, stored->live_revision, *moved.live);
      auto mark = mark_positions();
      add_marks(mark, id, answers[1], suspects);
      if (!mark.cells.empty()) put.push_back(std::move(mark));
      const auto done = co_await tools.appender.append(std::move(put));
      if (done[0].empty()) continue;
    }
    of.steps = std::move(moved.steps);
    of.live = std::move(moved.live);
    of.stored.trip = std::move(stored->trip);
    co_return;
  }
  // The next position finds what is left to do.
}

// Each by itself, as from where the trip is now.
std::vector<Deviation> deviations_alone(const TripPositions& of, const RouteLine* line) {
  std::vector<Deviation> all;
  for (const auto& position : of.positions) {
    std::ranges::copy(advance(of.stored.trip, std::nullopt, {position}, line).deviations, std::back_inserter(all));
  }
  std::ranges::sort(all, {}, &Deviation::recorded_at);
  return all;
}

bool has_late_one(const TripPositions& of) {
  return std::ranges::any_of(
      of.positions, [&](const Position& p) { return of.stored.live && p.recorded_at <= newest_of(*of.stored.live); });
}

}  // namespace

Task<void> keep_positions(PositionTools tools, std::vector<TripPositions>& trips, async::Deadline deadline) {
  std::ranges::sort(trips, {}, [](const TripPositions& t) { return t.stored.trip.id; });
  std::vector<const Trip*> driven;
  for (const auto& of : trips) driven.push_back(&of.stored.trip);
  const auto lines = co_await lines_of(tools.shared.lines, tools.reader, driven, deadline);
  auto insert = insert_positions();
  auto replace = replace_live();
  auto mark = mark_positions();
  const auto now = tools.now();
  for (std::size_t i = 0; i < trips.size(); ++i) {
    auto& of = trips[i];
    Advance moved;
    if (has_late_one(of)) {
      if (of.stored.is_watched) of.deviations = deviations_alone(of, lines[i].get());
    } else {
      moved = advance(of.stored.trip, of.stored.live, of.positions, lines[i].get());
      add_live(replace, of.stored.trip.id, of.stored.live_revision, *moved.live);
      for (const auto at : moved.cleared) add_mark(mark, of.stored.trip.id, at, false);
    }
    add_positions(insert, of.stored.trip.id, of.positions, moved.suspects, now);
    of.steps = std::move(moved.steps);
    if (of.live = std::move(moved.live); of.live) of.deviations = std::move(moved.deviations);
  }
  std::vector<Query> queries;
  queries.push_back(std::move(insert));
  if (!replace.cells.empty()) queries.push_back(std::move(replace));
  if (!mark.cells.empty()) queries.push_back(std::move(mark));
  if (tools.shared.write_watched && std::ranges::any_of(trips, [](const auto& t) { return t.stored.is_watched; })) {
    queries.push_back(tools.shared.write_watched(trips, now));
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
    if (of.live && named(answers[1]) > 0) continue;
    of.steps.clear();
    of.live.reset();
    if (of.accepted > 0) co_await refold(tools, of, deadline);
  }
  for (auto& of : trips) {
    if (of.accepted > 0) tools.shared.watchers.moved(of.stored.trip.id);
    if (of.live) of.notices = notices_of(of.stored.trip, *of.live, tools.shared.limits);
  }
}

}  // namespace mms::trips
