// What leaves the house: form, filter, topics, and the cursor's law.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "relay/rules/cloud_event.hpp"
#include "relay/rules/event_filter.hpp"
#include "relay/rules/in_flight.hpp"
#include "relay/rules/topics.hpp"

namespace mms::relay {
namespace {

vocabulary::Event event(std::string stream = "mission", std::string type = "mission.started") {
  vocabulary::Event e;
  e.stream = std::move(stream);
  e.stream_id = *vocabulary::uuid_from_text("01935f3e-7c4b-7a11-8aaa-0123456789ab");
  e.fleet_id = "north";
  e.version = 3;
  e.type = std::move(type);
  e.data = R"({"attempt":1})";
  e.caller = "k1";
  e.trace = "req-1";
  e.occurred_at = *vocabulary::time_from_text("2026-11-24T20:59:26Z");
  e.sequence = 42;
  return e;
}

TEST(CloudEvents, an_event_in_structured_form) {
  EXPECT_EQ(cloud_event_json(event()),
            R"({"specversion":"1.0","id":"42","source":"/mission-management","type":"mission.started",)"
            R"("subject":"mission/01935f3e-7c4b-7a11-8aaa-0123456789ab","time":"2026-11-24T20:59:26.000000Z",)"
            R"("datacontenttype":"application/json","sequence":"00000000000000000042","stream":"mission",)"
            R"("streamid":"01935f3e-7c4b-7a11-8aaa-0123456789ab","streamversion":3,"schemaversion":1,)"
            R"("fleetid":"north","caller":"k1","correlationid":"req-1","data":{"attempt":1}})");
}

TEST(CloudEvents, one_that_is_too_large_says_where_its_data_is) {
  auto e = event();
  e.data = R"({"x":")" + std::string(5000, 'x') + "\"}";
  const auto text = cloud_event_json(e, 2000);
  EXPECT_LE(text.size(), 2000u);
  EXPECT_NE(text.find(R"("dataref":"/api/v1/mission-management/events?after=41&limit=1")"), std::string::npos);
  EXPECT_EQ(text.find("\"data\""), std::string::npos);
  EXPECT_EQ(cloud_event_json(e, 10'000), cloud_event_json(e));
}

TEST(CloudEvents, a_frame_is_one_line_of_data_whatever_the_data_holds) {
  auto e = event();
  e.data = "{\"a\":\r\n 1}";
  const auto frame = event_frame(e);
  EXPECT_TRUE(frame.starts_with("id: 42\ndata: {"));
  EXPECT_TRUE(frame.ends_with("}\n\n"));
  EXPECT_EQ(std::ranges::count(frame, '\n'), 3);
  EXPECT_EQ(std::ranges::count(frame, '\r'), 0);
}

TEST(EventFilters, show_what_was_asked_for_and_what_may_be_seen) {
  EXPECT_TRUE(shows({}, event()));
  EventFilter filter;
  filter.fleets = {"south"};
  EXPECT_FALSE(shows(filter, event()));
  auto of_every_fleet = event("template", "template.created");
  of_every_fleet.fleet_id = "*";
  EXPECT_TRUE(shows(filter, of_every_fleet));
  filter.fleets = {"north", "south"};
  EXPECT_TRUE(shows(filter, event()));
  filter.types = {"mission.paused", "mission.started"};
  EXPECT_TRUE(shows(filter, event()));
  filter.streams = {"trip"};
  EXPECT_FALSE(shows(filter, event()));
  filter.streams = {};
  filter.stream_id = vocabulary::Uuid{};
  EXPECT_FALSE(shows(filter, event()));
  filter = {};
  filter.fleets.emplace();
  EXPECT_FALSE(shows(filter, event()));
}

TEST(Topics, follow_the_stream_and_alarms_ring_twice) {
  const TopicNames names;
  using List = std::vector<std::string_view>;
  const auto topics_of = [](const vocabulary::Event& e, const TopicNames& topics) {
    List list;
    for (const auto& d : destinations_of(e, topics)) {
      list.push_back(d.topic);
      EXPECT_EQ(d.key, vocabulary::to_text(e.stream_id));
    }
    return list;
  };
  EXPECT_EQ(topics_of(event(), names), List{"fleet.missions.lifecycle"});
  EXPECT_EQ(topics_of(event("trip", "trip.started"), names), List{"fleet.trips.lifecycle"});
  EXPECT_EQ(topics_of(event("something_new", "something.happened"), names), List{"fleet.missions.lifecycle"});
  auto raised = event("safety_event", "safety_event.raised");
  raised.data = R"({"safety_event":{"severity":"warning"}})";
  EXPECT_EQ(topics_of(raised, names), List{"fleet.safety.events"});
  raised.data = R"({"safety_event":{"severity":"critical"}})";
  EXPECT_EQ(topics_of(raised, names), (List{"fleet.safety.events", "safety.alerts.critical"}));
  TopicNames one{.missions = "all", .trips = "all", .safety = "all", .alerts = "all", .commands = "all"};
  EXPECT_EQ(topics_of(raised, one), List{"all"});
  EXPECT_EQ(one.all(), std::vector<std::string>{"all"});
}

TEST(Topics, a_command_goes_to_its_vehicle_as_well_and_in_the_order_of_that_vehicle) {
  const TopicNames names;
  for (const auto* type : {"mission.command_requested", "mission.recall_requested"}) {
    auto command = event("mission", type);
    command.data = R"({"command":"cancel","vehicle_id":"truck-7"})";
    const std::vector<Destination> expected{{names.missions, vocabulary::to_text(command.stream_id)},
                                            {names.commands, "truck-7"}};
    EXPECT_EQ(destinations_of(command, names), expected);
  }
  auto started = event();
  started.data = R"({"vehicle_id":"truck-7"})";
  EXPECT_EQ(destinations_of(started, names).size(), 1u) << "a fact is no command";
}

TEST(InFlightCursor, never_passes_what_is_not_delivered_whatever_the_order_of_reports) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    InFlight flight(10);
    std::vector<std::int64_t> reports;
    std::int64_t sequence = 10;
    for (int i = 0; i < 40; ++i) {
      sequence += 1 + static_cast<std::int64_t>(random() % 3);  // rolled back transactions leave holes
      const int messages = static_cast<int>(random() % 3);
      flight.add(sequence, messages);
      for (int m = 0; m < messages; ++m) reports.push_back(sequence);
    }
    std::ranges::shuffle(reports, random);
    while (!reports.empty()) {
      flight.acknowledged(reports.back());
      reports.pop_back();
      for (const auto open : reports) ASSERT_GT(open, flight.settled());
    }
    EXPECT_EQ(flight.settled(), sequence);
    EXPECT_EQ(flight.size(), 0u);
    flight.acknowledged(sequence);  // a late repeat
    EXPECT_EQ(flight.settled(), sequence);
  }
}

}  // namespace
}  // namespace mms::relay
