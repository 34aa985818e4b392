// Fills a store for the bench as the lane would, without HTTP: missions with their events, in batches, spread over the
// past days; or a mission with many successors.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/blocking.hpp"
#include "crypto/random.hpp"
#include "lanes/lane.hpp"
#include "missions/dependency_store.hpp"
#include "missions/mission_store.hpp"
#include "missions/rules/dependency_commands.hpp"
#include "missions/rules/mission_commands.hpp"
#include "safety/safety_store.hpp"
#include "service/assemble.hpp"
#include "vehicles/vehicle_store.hpp"
#include "vocabulary/json_read.hpp"

namespace {

using namespace mms;

constexpr std::size_t kBatch = 256;
constexpr auto kApart = std::chrono::milliseconds(20);  // between two batches, on the clock that the missions see

missions::CreateMission input_of(std::size_t n) {
  vocabulary::json::Document document;
  const auto text = fmt::format(
      R"({{"fleet_id":"fleet-{}","vehicle_id":"seed-truck-{}","name":"Haul ore to crusher {}","type":"delivery",)"
      R"("parameters":{{"from":{{"lat":52.520008,"lon":13.404954}},"to":{{"lat":52.516275,"lon":13.377704}},)"
      R"("load_kg":{}}},"labels":{{"shift":"early"}}}})",
      n % 8, n % 5000, n % 7, 1000 + n % 900);
  const auto root = document.parse(text);
  return vocabulary::json::from_client<missions::CreateMission>(**root).value();
}

// The clock that missions see; each batch a little later than the one before.
class Seeder {
 public:
  Seeder(database::Database& database, boost::asio::io_context& context, vocabulary::Time start)
      : now(start), writer_(database.open_writer(context)), runner_(*writer_, parts(), settings_) {
    settings_.clock = [this](vocabulary::Time) { return now; };
  }

  vocabulary::MissionId create(missions::CreateMission input) {
    const vocabulary::MissionId id{ids_.next(now)};
    add(missions::create_mission(std::move(input), id, false, {}));
    return id;
  }
  void wait_for(const vocabulary::MissionId& successor, const vocabulary::MissionId& predecessor) {
    missions::AddDependency input;
    input.predecessor_id = predecessor;
    add(missions::add_dependency(successor, {ids_.next(now)}, input));
  }
  bool is_full() const { return batch_.size() >= kBatch; }

  async::Task<void> flush() {
    const auto outcomes = co_await runner_.run(std::exchange(batch_, {}));
    for (const auto& outcome : outcomes) {
      if (!outcome) throw std::runtime_error(outcome.error().detail);
    }
    now += kApart;
  }

  vocabulary::Time now;

 private:
  static std::vector<lanes::MakePart> parts() {
    return {vehicles::vehicle_part, safety::safety_part,
            [](lanes::WorkingSet& set) { return missions::mission_part(set, nullptr); }, missions::dependency_part};
  }
  void add(std::unique_ptr<lanes::Command> command) {
    batch_.push_back({.command = std::move(command),
                      .caller = vocabulary::service_caller("bench"),
                      .trace = "bench-seed",
                      .deadline = async::Clock::now() + std::chrono::minutes(1),
                      .idempotency = std::nullopt});
  }

  crypto::RandomIdSource ids_;
  lanes::LaneSettings settings_;
  std::unique_ptr<database::Writer> writer_;
  lanes::BatchRunner runner_;
  std::vector<lanes::Submission> batch_;
};

async::Task<bool> fill(database::Database& database, boost::asio::io_context& context, std::size_t count) {
  Seeder seeder(database, context, service::now() - kApart * static_cast<std::int64_t>(count / kBatch + 1));
  for (std::size_t done = 0; done < count;) {
    for (; !seeder.is_full() && done < count; ++done) seeder.create(input_of(done));
    co_await seeder.flush();
  }
  co_return true;
}

// A mission and `count` others that wait for it; prints the ids of the first and of the one that is released last.
async::Task<bool> star(database::Database& database, boost::asio::io_context& context, std::size_t count) {
  Seeder seeder(database, context, service::now() - kApart * static_cast<std::int64_t>(2 * count / kBatch + 3));
  auto input = input_of(0);
  input.vehicle_id = "star-truck-" + vocabulary::to_text(crypto::RandomIdSource().next(seeder.now));
  const auto head = seeder.create(input);
  co_await seeder.flush();
  std::vector<vocabulary::MissionId> successors;
  while (successors.size() < count) {
    while (!seeder.is_full() && successors.size() < count) successors.push_back(seeder.create(input_of(0)));
    co_await seeder.flush();
  }
  for (std::size_t done = 0; done < count;) {
    for (; !seeder.is_full() && done < count; ++done) seeder.wait_for(successors[done], head);
    co_await seeder.flush();
  }
  fmt::print("{} {}\n", vocabulary::to_text(head), vocabulary::to_text(*std::ranges::max_element(successors)));
  co_return true;
}

}  // namespace

int main(int count, char** words) {
  const bool wants_star = count == 4 && std::string_view(words[2]) == "star";
  if (count != 3 && !wants_star) {
    fmt::print(stderr, "usage: bench_seed DATABASE_URL MISSIONS\n       bench_seed DATABASE_URL star SUCCESSORS\n");
    return 2;
  }
  try {
    service::Settings settings;
    settings.database_url = words[1];
    const auto database = service::open_database(settings);
    database->migrate();
    boost::asio::io_context context(1);
    const auto number = std::stoul(words[count - 1]);
    return access::run_to_end(context, wants_star ? star(*database, context, number) : fill(*database, context, number))
               ? 0
               : 1;
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench_seed: {}\n", e.what());
    return 1;
  }
}
