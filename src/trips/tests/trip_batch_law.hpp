// Any batch of trip commands ≡ the same commands one at a time; and what is written is what the events fold to.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <random>

#include "database/database.hpp"
#include "database/event_log.hpp"
#include "lanes/lane.hpp"
#include "missions/rules/mission_set.hpp"
#include "trips/rules/trip_commands.hpp"
#include "trips/trip_replay.hpp"
#include "trips/trip_store.hpp"

namespace mms::trips::law {

using MakeDatabase = std::function<std::unique_ptr<database::Database>()>;

template <class T>
T run_to_end(boost::asio::io_context& context, async::Task<T> task) {
  std::optional<T> out;
  std::exception_ptr failed;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr e, T value) {
    failed = e;
    out = std::move(value);
  });
  context.restart();
  while (!out && !failed) context.run_one();
  if (failed) std::rethrow_exception(failed);
  return std::move(*out);
}

// A store without missions: whoever asks for one learns that there is none.
class NoMissions final : public lanes::Part {
 public:
  explicit NoMissions(missions::MissionSet& set) : set_(set) {}
  std::vector<database::Query> loads() override {
    set_.take_needed();
    return {};
  }
  void take(std::span<const database::Rows>) override {}
  std::vector<database::Query> writes() override { return {}; }

 private:
  missions::MissionSet& set_;
};

class World {
 public:
  explicit World(const MakeDatabase& make) : database_(make()) {
    database_->migrate();
    writer = database_->open_writer(context);
    reader = database_->open_reader(context);
    settings_.clock = [this](vocabulary::Time) { return now; };
    settings_.on_fault = [](const std::string& what) { ADD_FAILURE() << what; };
    const std::vector<lanes::MakePart> parts{
        [](lanes::WorkingSet& set) { return std::make_unique<NoMissions>(set.emplace<missions::MissionSet>()); },
        [](lanes::WorkingSet& set) { return trip_part(set, {}); }};
    runner_ = std::make_unique<lanes::BatchRunner>(*writer, parts, settings_);
  }

  std::vector<lanes::Outcome> run(std::vector<lanes::Submission> batch) {
    return run_to_end(context, runner_->run(std::move(batch)));
  }
  std::vector<vocabulary::Event> events() {
    const auto deadline = async::Clock::now() + std::chrono::seconds(30);
    return database::events_from(
        run_to_end(context, reader->run_one(database::events_by_stream("trip", {}, 0, 100000), deadline)));
  }
  std::vector<std::string> contents() {
    std::vector<std::string> all;
    const auto deadline = async::Clock::now() + std::chrono::seconds(30);
    const auto rows = run_to_end(context, reader->run_one(trip_bodies({}, 100000), deadline));
    for (std::size_t i = 0; i < rows.size(); ++i) all.emplace_back(rows[i].text(1));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto line =
          run_to_end(context, reader->run_one(routes_before(rows[i].id<TripId>(0), 1'000'000, 1), deadline));
      all.emplace_back(line.empty() ? std::string_view("no route") : line[0].text(0));
    }
    for (const auto& e : events()) {
      all.push_back(vocabulary::to_text(e.stream_id) + ' ' + std::to_string(e.version) + ' ' + e.type + ' ' + e.data);
    }
    return all;
  }

  Time now{std::chrono::seconds(1'790'000'000)};
  boost::asio::io_context context{1};

 private:
  std::unique_ptr<database::Database> database_;

 public:
  std::unique_ptr<database::Writer> writer;
  std::unique_ptr<database::Reader> reader;

 private:
  lanes::LaneSettings settings_;
  std::unique_ptr<lanes::BatchRunner> runner_;
};

struct Choice {
  int command;
  int trip;
  int vehicle;
  int flavour;
  int version;
};

inline TripId id_of(unsigned seed, int n) {
  return {vocabulary::make_uuid_v7(Time(std::chrono::seconds(1'790'000'000)), seed,
                                   static_cast<std::uint64_t>(n + 1) * 0x7654321ULL)};
}

// A way on roads; by its flavour for these stops or for others.
inline std::optional<FoundWay> way_for(std::optional<WayAsked> asked, const Choice& c) {
  if (!asked || c.flavour == 0) return std::nullopt;
  FoundWay way{.stops = asked->stops, .sector = asked->sector, .route = {}, .line = "_izlhA~rlgdF_{geC~ywl@"};
  way.route.source = RouteSource::roads;
  way.route.distance_m = way.route.duration_s = 1000.0 * c.flavour;
  if (c.flavour == 2) way.stops[0].latitude += 1;
  return way;
}

inline CommandPtr command_of(unsigned seed, const Choice& c) {
  const auto id = id_of(seed, c.trip);
  const std::string vehicle = "cab-" + std::to_string(c.vehicle);
  switch (c.command) {
    case 0:
    case 1: {
      CreateTrip input;
      input.fleet_id = std::string("north");
      if (c.flavour > 0) input.vehicle_id = vocabulary::Identifier(vehicle);
      input.origin = {{52.0}, {13.0}, {}, {}};
      input.destination = {{52.1}, {13.1}, {}, {}};
      if (c.flavour == 3) input.mission_id = vocabulary::MissionId{id.uuid};
      input.personal_data.emplace().customer_name = std::string("Ada Lovelace");
      auto way = way_for(way_of(input), c);
      return create_trip(std::move(input), id, true, "hash" + std::to_string(c.flavour), std::move(way));
    }
    case 2:
      return assign_trip(id, {.vehicle_id = vehicle});
    case 3:
    case 4:
      return start_trip(id, {});
    case 5:
      return complete_trip(id, {});
    case 6:
      return cancel_trip(id, {});
    case 7:
      return fail_trip(id, {.reason = std::string("puncture")});
    case 8:
      return advance_trip(id, {{.to = TripStatus::at_pickup, .waypoint = {}, .recorded_at = Time{}},
                               {.to = TripStatus::in_transit, .waypoint = {}, .recorded_at = Time{}}});
    case 9: {
      // Over the origin or past it; not all of them are what is left by then.
      WayAsked rest{.stops = {{51.9, 12.9}, {52.1, 13.1}}, .sector = Sector::logistics, .departure = {}};
      if (c.vehicle == 0) rest.stops.insert(rest.stops.begin() + 1, {52.0, 13.0});
      auto way = way_for(rest, c);
      if (way && c.flavour == 3) return reroute_off_route(id, 1 + c.vehicle, std::move(*way));
      return reroute_trip(id, {.position = {}, .reason = {RerouteReason::traffic}}, std::move(way));
    }
    default: {
      UpdateTrip update;
      if (c.flavour % 2 == 0) update.vehicle_id.value = vocabulary::Identifier(vehicle);
      update.status.value = static_cast<TripStatus>(1 + c.vehicle + c.flavour % 2);
      update.priority.value = static_cast<Priority>(c.flavour);
      if (c.vehicle == 1) update.destination.value = StopInput{{52.1 + 0.01 * c.flavour}, {13.1}, {}, {}};
      Trip stored;
      stored.origin = {.latitude = 52.0, .longitude = 13.0, .name = {}, .radius_m = {}, .reached_at = {}};
      auto way = way_for(way_of(update, stored), c);
      return update_trip(id, std::move(update), std::move(way));
    }
  }
}

inline lanes::Submission submission_of(unsigned seed, const Choice& c) {
  using vocabulary::Grant;
  lanes::Submission out;
  out.command = command_of(seed, c);
  if (c.version > 0) out.command->expected_versions = {c.version};
  out.caller = {"admin", vocabulary::CallerKind::person, {Grant{vocabulary::Role::admin, {}, {}, {}}}};
  out.trace = "t";
  out.deadline = async::Clock::now() + std::chrono::seconds(60);
  return out;
}

inline void check(unsigned seed, const MakeDatabase& make_together, const MakeDatabase& make_alone) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  World together(make_together);
  World alone(make_alone);
  std::mt19937 random(seed);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 20; ++round) {
    std::vector<Choice> choices(static_cast<std::size_t>(1 + pick(12)));
    for (auto& c : choices) {
      c = {.command = pick(12),
           .trip = pick(6),
           .vehicle = pick(3),
           .flavour = pick(4),
           .version = pick(10) == 0 ? 1 + pick(3) : 0};
    }
    std::vector<lanes::Submission> batch;
    for (const auto& c : choices) batch.push_back(submission_of(seed, c));
    const auto outcomes = together.run(std::move(batch));
    for (std::size_t i = 0; i < choices.size(); ++i) {
      std::vector<lanes::Submission> one;
      one.push_back(submission_of(seed, choices[i]));
      const auto single = alone.run(std::move(one));
      ASSERT_EQ(outcomes[i].has_value(), single[0].has_value()) << "round " << round << " command " << i;
      if (single[0]) {
        ASSERT_EQ(*outcomes[i], *single[0]);
      } else {
        ASSERT_EQ(outcomes[i].error().kind, single[0].error().kind);
        ASSERT_EQ(outcomes[i].error().members, single[0].error().members);
      }
    }
    together.now += std::chrono::milliseconds(700);
    alone.now += std::chrono::milliseconds(700);
  }
  const auto stored = together.contents();
  ASSERT_EQ(stored, alone.contents());
  for (const auto& line : stored) ASSERT_EQ(line.find("Lovelace"), std::string::npos) << line;
  const auto figures = run_to_end(
      together.context, verify_trips(*together.reader, [](const std::string& words) { ADD_FAILURE() << words; }));
  ASSERT_GT(figures.trips, 0);
  const auto before = together.contents();
  run_to_end(together.context, rebuild_trips(*together.reader, *together.writer));
  ASSERT_EQ(together.contents(), before);
}

}  // namespace mms::trips::law
