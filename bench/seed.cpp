// Fills a store for the bench as the lane would, without HTTP: missions with their events, in batches, spread over the
// past days.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "access/blocking.hpp"
#include "crypto/random.hpp"
#include "lanes/lane.hpp"
#include "missions/dependency_store.hpp"
#include "missions/mission_store.hpp"
#include "missions/rules/mission_commands.hpp"
#include "service/assemble.hpp"
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

async::Task<bool> fill(database::Database& database, boost::asio::io_context& context, std::size_t count) {
  const auto writer = database.open_writer(context);
  crypto::RandomIdSource ids;
  auto now = service::now() - kApart * static_cast<std::int64_t>(count / kBatch + 1);
  lanes::LaneSettings settings;
  settings.clock = [&now](vocabulary::Time) { return now; };
  lanes::BatchRunner runner(
      *writer, {[](lanes::WorkingSet& set) { return missions::mission_part(set, nullptr); }, missions::dependency_part},
      settings);
  for (std::size_t done = 0; done < count;) {
    std::vector<lanes::Submission> batch;
    for (; batch.size() < kBatch && done < count; ++done) {
      batch.push_back({.command = missions::create_mission(input_of(done), {ids.next(now)}, false, {}),
                       .caller = vocabulary::service_caller("bench"),
                       .trace = "bench-seed",
                       .deadline = async::Clock::now() + std::chrono::minutes(1),
                       .idempotency = std::nullopt});
    }
    const auto outcomes = co_await runner.run(std::move(batch));
    for (const auto& outcome : outcomes) {
      if (!outcome) throw std::runtime_error(outcome.error().detail);
    }
    now += kApart;
  }
  co_return true;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    fmt::print(stderr, "usage: bench_seed DATABASE_URL MISSIONS\n");
    return 2;
  }
  try {
    service::Settings settings;
    settings.database_url = words[1];
    const auto database = service::open_database(settings);
    database->migrate();
    boost::asio::io_context context(1);
    return access::run_to_end(context, fill(*database, context, std::stoul(words[2]))) ? 0 : 1;
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench_seed: {}\n", e.what());
    return 1;
  }
}
