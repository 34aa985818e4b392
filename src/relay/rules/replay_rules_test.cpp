// What a replay is asked for, and what its range holds.
#include <gtest/gtest.h>

#include "relay/rules/replay.hpp"

namespace mms::relay {
namespace {

const Time kNow = *vocabulary::time_from_text("2026-11-25T08:00:00Z");

vocabulary::Result<AskReplay> read(std::string_view text) {
  vocabulary::json::Document document;
  return vocabulary::json::from_client<AskReplay>(**document.parse(text));
}

TEST(Replay, refuses_what_no_topic_is_called_and_ranges_that_hold_nothing) {
  for (const auto* text :
       {R"({"topic":"a/b"})", R"({"topic":".."})", R"({"topic":"t","from_sequence":5,"to_sequence":4})",
        R"({"topic":"t","from_time":"2026-11-25T08:00:00Z","to_time":"2026-11-25T08:00:00Z"})",
        R"({"topic":"t","events_per_second":0})", R"({"topic":"t","from_sequence":0})", R"({})"}) {
    EXPECT_FALSE(read(text)) << text;
  }
  EXPECT_TRUE(read(R"({"topic":"a.b_c-D9"})"));
}

TEST(Replay, ends_at_the_head_of_the_log_as_it_was_asked) {
  const auto all = make_replay(*read(R"({"topic":"t"})"), {}, 100, "ada", kNow);
  EXPECT_EQ(all.from_sequence, 1);
  EXPECT_EQ(all.to_sequence, 100);
  EXPECT_EQ(all.position, 0);
  EXPECT_EQ(all.fleet_id, "*");
  const auto part = make_replay(*read(R"({"topic":"t","from_sequence":11,"to_sequence":500})"), {}, 100, "ada", kNow);
  EXPECT_EQ(part.to_sequence, 100);
  EXPECT_EQ(part.position, 10);
  // Behind the head there is nothing: done before it begins.
  const auto none = make_replay(*read(R"({"topic":"t","from_sequence":200})"), {}, 100, "ada", kNow);
  EXPECT_EQ(none.progress, 1);
}

TEST(Replay, is_known_again_however_far_it_is) {
  const auto asked = *read(R"({"topic":"t","from_sequence":11,"types":["mission.started"]})");
  auto replay = make_replay(asked, {}, 100, "ada", kNow);
  move_to(replay, 55, 7, kNow + std::chrono::seconds(1));
  EXPECT_EQ(replay.progress, 0.5);
  end(replay, ReplayStatus::cancelled, kNow + std::chrono::seconds(2));
  EXPECT_TRUE(is_asked_by(replay, asked, "ada"));
  EXPECT_FALSE(is_asked_by(replay, asked, "eve"));
  EXPECT_FALSE(is_asked_by(replay, *read(R"({"topic":"t","from_sequence":11})"), "ada"));
}

TEST(Replay, shows_its_fleet_and_its_time) {
  const auto replay = make_replay(
      *read(R"({"topic":"t","fleet_id":"north","from_time":"2026-11-25T07:00:00Z","to_time":"2026-11-25T08:00:00Z"})"),
      {}, 100, "ada", kNow);
  vocabulary::Event event;
  event.fleet_id = "north";
  event.occurred_at = kNow;
  EXPECT_FALSE(shows(filter_of(replay), event));
  event.occurred_at = kNow - vocabulary::Duration(1);
  EXPECT_TRUE(shows(filter_of(replay), event));
  event.fleet_id = "south";
  EXPECT_FALSE(shows(filter_of(replay), event));
}

}  // namespace
}  // namespace mms::relay
