// Turns are kept in memory: after a crash or on another replica one may come too soon, which costs a route.
#include "trips/rerouter.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "trips/rules/trip_commands.hpp"

namespace mms::trips {
namespace {

using async::Clock;
using async::Task;

constexpr std::chrono::seconds kCooldown(30);
constexpr std::chrono::seconds kPatience(5);
constexpr int kMostAtOnce = 16;
constexpr std::size_t kMostTurns = 10'000;  // then those that are over are forgotten

// Counts one that is under way, however it ends.
class UnderWay {
 public:
  explicit UnderWay(std::atomic<int>& count) : count_(count) {}
  ~UnderWay() { --count_; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  std::atomic<int>& count_;
};

}  // namespace

bool Rerouter::take_turn(const TripId& id) {
  const auto now = Clock::now();
  const std::scoped_lock lock(mutex_);
  if (planned_.size() >= kMostTurns)
    std::erase_if(planned_, [&](const auto& t) { return t.second + kCooldown <= now; });
  const auto [turn, is_new] = planned_.try_emplace(id, now);
  if (!is_new && turn->second + kCooldown > now) return false;
  turn->second = now;
  return true;
}

void Rerouter::give_back(const TripId& id) {
  const std::scoped_lock lock(mutex_);
  planned_.erase(id);
}

void Rerouter::consider(const async::Executor& executor,
                        const TripPositions& of,
                        const vocabulary::Caller& caller,
                        std::string_view trace) {
  const auto& trip = of.stored.trip;
  const bool on_roads = trip.route && trip.route->source != RouteSource::geodesic;
  if (!of.live || !of.live->off_route || !on_roads) return;
  auto asked = rest_of(trip, {of.live->position.latitude, of.live->position.longitude});
  if (!asked || under_way_ >= kMostAtOnce || !take_turn(trip.id)) return;
  ++under_way_;
  Plan plan{trip.id, trip.route->revision, std::move(*asked), caller, std::string(trace)};
  boost::asio::co_spawn(executor, carry_out(std::move(plan)), boost::asio::detached);
}

Task<void> Rerouter::carry_out(Plan plan) {
  const UnderWay counted(under_way_);
  const auto deadline = Clock::now() + kPatience;
  auto way = co_await find_rest_(std::move(plan.asked), deadline);
  if (!way) give_back(plan.id);
  if (!way || !*way) co_return;
  lanes::Submission submission{.command = reroute_off_route(plan.id, plan.revision, std::move(**way)),
                               .caller = std::move(plan.caller),
                               .trace = std::move(plan.trace),
                               .deadline = deadline,
                               .idempotency = std::nullopt};
  const auto outcome = co_await lane_.submit(std::move(submission));
  if (!outcome) give_back(plan.id);
}

}  // namespace mms::trips
