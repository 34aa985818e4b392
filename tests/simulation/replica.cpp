// A process that is made, runs, and is killed.
#include "replica.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "clock.hpp"
#include "missions/dependency_store.hpp"
#include "missions/mission_reading.hpp"
#include "missions/mission_store.hpp"
#include "missions/rules/mission_commands.hpp"
#include "safety/safety_store.hpp"
#include "vehicles/vehicle_store.hpp"

namespace mms::simulation {
namespace {

constexpr std::chrono::milliseconds kLookEvery(50);

std::unique_ptr<lanes::Command> command_of(const lanes::Timer& timer) {
  return timer.stream == "mission" ? missions::fire_timer(timer) : nullptr;
}

relay::RelaySettings relay_settings(int number) {
  relay::RelaySettings settings;
  settings.holder = fmt::format("process {}", number);
  settings.page = 7;  // so that a world has many pages
  settings.window = 12;
  return settings;
}

vocabulary::Caller admin() {
  return {"admin",
          vocabulary::CallerKind::person,
          {{.role = vocabulary::Role::admin, .fleet_id = {}, .mission_id = {}, .template_id = {}}}};
}

}  // namespace

Replica::Replica(Tools tools, int number)
    : tools_(std::move(tools)),
      number_(number),
      door_(tools_.store.open_door(tools_.sink.replica)),
      context_(std::make_unique<boost::asio::io_context>(1)),
      work_(std::make_unique<Work>(context_->get_executor())),
      cache_(64),
      sink_(tools_.sink),
      reader_(door_->open_reader(*context_)),
      lane_(std::make_unique<lanes::Lane>(*door_, *context_, parts(), lane_settings())),
      key_("of no use here") {
  relay::RelayHooks hooks;
  hooks.published = [](std::size_t) {};
  hooks.failed = [](std::size_t) {};
  hooks.on_fault = [this](const std::string& what) { tools_.diary.write("  {}: {}", tools_.sink.replica, what); };
  hooks.now = Clocks::wall;
  relay_ = std::make_unique<relay::Relay>(*door_, *context_, sink_, bell_, relay_settings(number_), std::move(hooks));
  mission_tools_ = std::make_unique<missions::MissionTools>(
      missions::MissionTools{*reader_, *lane_, ids_, key_, tools_.cached ? &cache_ : nullptr, Clocks::wall, {}});
  begin();
}

// The order of a process that just ends: what waits for the store, then all that holds on to the context, then the
// context with the coroutines that are still under way.
Replica::~Replica() {
  sink_.drop();
  tools_.store.drop(tools_.sink.replica);
  mission_tools_.reset();
  relay_.reset();
  lane_.reset();
  reader_.reset();
  work_.reset();
  context_.reset();
}

std::vector<lanes::MakePart> Replica::parts() {
  auto* const cache = tools_.cached && tools_.told ? &cache_ : nullptr;
  return {[this](lanes::WorkingSet& set) {
            return vehicles::vehicle_part_that_tells(set, [this] { auto_start_.facts_changed(); });
          },
          safety::safety_part, [cache](lanes::WorkingSet& set) { return missions::mission_part(set, cache); },
          missions::dependency_part};
}

lanes::LaneSettings Replica::lane_settings() {
  lanes::LaneSettings settings;
  settings.max_batch = 8;
  settings.max_queue = 24;
  settings.on_commit = [this](const std::vector<vocabulary::Event>& events) {
    bell_.ring();
    auto_start_.saw(events);
  };
  settings.on_fault = [this](const std::string& what) { tools_.diary.write("  {}: {}", tools_.sink.replica, what); };
  return settings;
}

void Replica::begin() {
  const auto fault = [this](const std::string& what) { tools_.diary.write("  {}: {}", tools_.sink.replica, what); };
  const auto stopping = [this] { return stopping_; };
  lanes::TimerHooks timers{
      .command_of = command_of, .fired = [](vocabulary::Duration) {}, .on_fault = fault, .now = Clocks::wall};
  boost::asio::co_spawn(*context_, lanes::run_timers(*reader_, *lane_, std::move(timers), kLookEvery, stopping),
                        boost::asio::detached);
  missions::AutoStart::Hooks starts{.tried = [](bool) {}, .on_fault = fault};
  boost::asio::co_spawn(*context_, auto_start_.run(*reader_, *lane_, std::move(starts), kLookEvery, stopping),
                        boost::asio::detached);
  boost::asio::co_spawn(*context_, relay_->run(), [this](const std::exception_ptr&) { stopped_ = true; });
}

void Replica::run() {
  context_->poll();
}

void Replica::stop() {
  stopping_ = true;
  lane_->stop();
  relay_->stop();
}

void Replica::submit(std::vector<lanes::Submission> submissions, Told told) {
  boost::asio::co_spawn(*context_, lane_->submit_all(std::move(submissions)),
                        [told = std::move(told)](std::exception_ptr broken, std::vector<lanes::Outcome> outcomes) {
                          if (broken) std::rethrow_exception(broken);
                          told(std::move(outcomes));
                        });
}

void Replica::show(vocabulary::MissionId id, Shown shown) {
  auto request = std::make_shared<http::Request>();
  request->caller = admin();
  request->deadline = async::Clock::now() + std::chrono::seconds(5);
  boost::asio::co_spawn(*context_, missions::readable_mission(*mission_tools_, *request, id, false),
                        [request, shown = std::move(shown)](std::exception_ptr broken,
                                                            vocabulary::Result<missions::CachedMission> mission) {
                          if (broken) return;  // the store was away
                          shown(mission ? std::optional(mission->version) : std::nullopt);
                        });
}

}  // namespace mms::simulation
