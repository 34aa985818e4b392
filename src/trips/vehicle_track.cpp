// From vehicles and moments to trips; the rest is the tracking of trips.
#include "trips/vehicle_track.hpp"

#include <map>

#include "async/doorbell.hpp"
#include "trips/position_keeper.hpp"
#include "trips/rules/trip_commands.hpp"
#include "trips/tracking_store.hpp"

namespace mms::trips {
namespace {

using async::Clock;
using async::Task;

constexpr std::chrono::seconds kPatience(30);
constexpr std::chrono::milliseconds kLaneRetry(200);

vocabulary::Caller caller_of(const Trip& trip) {
  return {.id = trip.vehicle_id.value_or(""),
          .kind = vocabulary::CallerKind::vehicle,
          .grants = {{.role = vocabulary::Role::vehicle, .fleet_id = {}, .mission_id = {}, .template_id = {}}}};
}

// The positions of each trip that are sound for it.
Task<std::vector<TripPositions>> by_trip(const VehicleTrackTools& tools, std::vector<VehiclePosition> positions) {
  const auto deadline = Clock::now() + kPatience;
  const auto rows = co_await tools.reader.run_one(trips_at(positions), deadline);
  std::map<TripId, std::vector<Position>> found;
  std::vector<TripId> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].is_null(0)) continue;
    const auto id = rows[i].id<TripId>(0);
    auto& its = found[id];
    if (its.empty()) ids.push_back(id);
    its.push_back(std::move(positions[i].position));
  }
  std::vector<TripPositions> trips;
  if (ids.empty()) co_return trips;
  const auto now = tools.now();
  for (auto& stored : trips_from(co_await tools.reader.run_one(find_trips(ids), deadline))) {
    auto& its = found[stored.trip.id];
    std::erase_if(its, [&](const Position& p) { return fault_of(p, stored.trip, now).has_value(); });
    if (!its.empty()) trips.push_back({.stored = std::move(stored), .positions = std::move(its)});
  }
  co_return trips;
}

// The positions are stored by now and will not show their steps again: the lane is asked until it takes them.
Task<void> ride_steps(const VehicleTrackTools& tools, std::vector<TripPositions>& trips) {
  async::Doorbell nobody_rings;
  std::erase_if(trips, [](const TripPositions& t) { return !t.is_to_ride(); });
  while (!trips.empty()) {
    std::vector<lanes::Submission> submissions;
    for (const auto& of : trips) {
      submissions.push_back({.command = advance_trip(of.stored.trip.id, of.steps, of.notices),
                             .caller = caller_of(of.stored.trip),
                             .trace = "track",
                             .deadline = Clock::now() + kPatience,
                             .idempotency = std::nullopt});
    }
    const auto outcomes = co_await tools.lane.submit_all(std::move(submissions));
    std::vector<TripPositions> again;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      using enum vocabulary::ProblemKind;
      if (outcomes[i] || (outcomes[i].error().kind != unavailable && outcomes[i].error().kind != request_timeout))
        continue;
      again.push_back(std::move(trips[i]));
    }
    trips = std::move(again);
    if (trips.empty() || tools.stopping()) co_return;
    co_await nobody_rings.wait(kLaneRetry);
  }
}

}  // namespace

Task<PositionCounts> track_vehicles(const VehicleTrackTools& tools, std::vector<VehiclePosition> positions) {
  PositionCounts counts{.refused = static_cast<int>(positions.size())};
  auto trips = co_await by_trip(tools, std::move(positions));
  if (trips.empty()) co_return counts;
  co_await keep_positions({tools.reader, tools.appender, tools.now, tools.on_track, tools.tracking}, trips,
                          Clock::now() + kPatience);
  for (const auto& of : trips) {
    const auto known = static_cast<int>(of.positions.size());
    counts.accepted += of.accepted;
    counts.duplicate += known - of.accepted;
    counts.refused -= known;
    counts.left_route += of.has_left_route() ? 1 : 0;
  }
  if (tools.rerouter != nullptr) {
    const auto executor = co_await boost::asio::this_coro::executor;
    for (const auto& of : trips) tools.rerouter->consider(executor, of, caller_of(of.stored.trip), "track");
  }
  co_await ride_steps(tools, trips);
  co_return counts;
}

}  // namespace mms::trips
