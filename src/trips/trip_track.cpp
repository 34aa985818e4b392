// Positions on their way into the store, the live figures and, by the lane, the trip's state.
#include "trips/trip_track.hpp"

#include <fmt/format.h>

#include "endpoints/input.hpp"
#include "endpoints/one_or_many.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "trips/position_keeper.hpp"
#include "trips/rules/trip_commands.hpp"
#include "trips/track_reads.hpp"
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
    co_await keep_positions({tools.reader, tools.appender, tools.now, tools.on_track, tools.tracking}, kept,
                            request.deadline);
    sorted.taken.accepted = kept[0].accepted;
    sorted.taken.duplicate = static_cast<int>(kept[0].positions.size()) - kept[0].accepted;
  }
  if (kept[0].is_to_ride()) {
    // The positions are stored, whatever comes of the steps: a step that could not ride is seen again by the next
    // position.
    CO_TRY(submission, endpoints::submission_of(request, advance_trip(kept[0].stored.trip.id, std::move(kept[0].steps),
                                                                      std::move(kept[0].notices))));
    submission.idempotency.reset();
    submission.command->expected_versions.clear();
    co_await tools.lane.submit(std::move(submission));
  }
  if (tools.rerouter != nullptr) {
    tools.rerouter->consider(co_await boost::asio::this_coro::executor, kept[0], request.caller, request.request_id);
  }
  if (tools.on_positions) {
    tools.on_positions({sorted.taken.accepted, sorted.taken.duplicate, sorted.taken.refused, kept[0].has_left_route()});
  }
  Response response;
  json::append(response.body, sorted.taken);
  co_return response;
}

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
  routes.push_back(track_read_route(tools));
  return routes;
}

}  // namespace mms::trips
