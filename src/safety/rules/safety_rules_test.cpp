// The life of a safety event: every state × every command, and the fold of its changes.
#include "safety/rules/safety_rules.hpp"

#include <gtest/gtest.h>

#include "vocabulary/json_write.hpp"

namespace mms::safety {
namespace {

const Time kNow = Time(std::chrono::seconds(1'790'000'000));

SafetyEvent raised(Severity severity = Severity::critical) {
  RaiseSafetyEvent input;
  input.fleet_id = std::string("north");
  input.type = SafetyEventType::obstacle;
  input.severity = severity;
  input.description = std::string("rockfall");
  return *make_safety_event(input, {}, {}, "ann", kNow);
}

SafetyEvent in(SafetyEventStatus status) {
  auto event = raised();
  if (status == SafetyEventStatus::open) return event;
  event = evolve(event, SafetyEventAcknowledged{{}, "ann"}, 2, kNow);
  if (status == SafetyEventStatus::acknowledged) return event;
  return evolve(event, SafetyEventResolved{"removed", "bob"}, 3, kNow);
}

TEST(SafetyEvent, EveryStateTimesEveryCommand) {
  using enum SafetyEventStatus;
  const Time later = kNow + std::chrono::seconds(9);
  const struct {
    SafetyEventStatus status;
    const char* acknowledge;
    const char* resolve;
    const char* see_again;
    const char* clear;
  } table[]{
      {open, "safety_event.acknowledged", "safety_event.resolved", "safety_event.updated", "safety_event.cleared"},
      {acknowledged, "wrong_state", "safety_event.resolved", "safety_event.updated", "safety_event.cleared"},
      {resolved, "wrong_state", "wrong_state", "wrong_state", "wrong_state"}};
  const auto outcome = [](const Result<Changes>& done) {
    return done ? std::string(type_of(done->at(0))) : std::string(vocabulary::name_of(done.error().kind));
  };
  for (const auto& row : table) {
    SCOPED_TRACE(vocabulary::name_of(row.status));
    const auto event = in(row.status);
    EXPECT_EQ(outcome(decide(event, AcknowledgeSafetyEvent{}, "ann")), row.acknowledge);
    EXPECT_EQ(outcome(decide(event, ResolveSafetyEvent{std::string("done")}, "ann")), row.resolve);
    EXPECT_EQ(outcome(decide(event, SeeSafetyEventAgain{later}, "monitor")), row.see_again);
    EXPECT_EQ(outcome(decide(event, ClearSafetyEvent{later}, "monitor")), row.clear);
  }
}

TEST(SafetyEvent, ARefusalNamesTheStateAndWhatItAllows) {
  const auto refused = decide(in(SafetyEventStatus::acknowledged), AcknowledgeSafetyEvent{}, "ann");
  EXPECT_EQ(refused.error().members, R"("state":"acknowledged","allowed":["resolve"])");
}

TEST(SafetyEvent, AResolutionSaysWhoWhenAndWhat) {
  const auto event = in(SafetyEventStatus::resolved);
  EXPECT_EQ(event.resolution, (Resolution{"removed", "bob", kNow}));
  EXPECT_EQ(event.version, 3);
  EXPECT_FALSE(is_blocking(event));
  EXPECT_TRUE(is_blocking(in(SafetyEventStatus::acknowledged)));
  EXPECT_FALSE(is_blocking(raised(Severity::error)));
}

TEST(SafetyEvent, SeenAgainAfterItClearedItIsNotClearAnyMore) {
  auto event = raised();
  const auto apply = [&](const Result<Changes>& done) {
    for (const auto& change : *done) event = evolve(event, change, event.version + 1, kNow);
  };
  apply(decide(event, ClearSafetyEvent{kNow + std::chrono::seconds(2)}, "monitor"));
  EXPECT_EQ(event.cleared_at, kNow + std::chrono::seconds(2));
  EXPECT_TRUE(decide(event, ClearSafetyEvent{kNow + std::chrono::seconds(3)}, "monitor")->empty());
  apply(decide(event, SeeSafetyEventAgain{kNow + std::chrono::seconds(5)}, "monitor"));
  EXPECT_EQ(event.cleared_at, std::nullopt);
  EXPECT_EQ(event.count, 2);
  apply(decide(event, SeeSafetyEventAgain{kNow + std::chrono::seconds(4)}, "monitor"));
  EXPECT_EQ(event.last_seen_at, kNow + std::chrono::seconds(5));
  EXPECT_EQ(event.count, 3);
}

TEST(SafetyEvent, TheRequirementsActionDecidesElseACriticalOnePauses) {
  EXPECT_EQ(action_of(raised()), Action::pause);
  EXPECT_EQ(action_of(raised(Severity::error)), Action::record);
  auto event = raised();
  event.action = Action::record;
  EXPECT_EQ(action_of(event), Action::record);
  event.action = Action::fail;
  EXPECT_EQ(action_of(event), Action::fail);
}

TEST(SafetyEvent, WhatHasNotHappenedYetIsRefused) {
  RaiseSafetyEvent input;
  input.description = std::string("x");
  input.occurred_at = kNow + std::chrono::minutes(5);
  EXPECT_EQ(make_safety_event(input, {}, {}, "ann", kNow).error().errors.at(0).pointer, "/occurred_at");
}

TEST(SafetyEvent, EveryChangeIsReadBackAsItWasWritten) {
  for (const SafetyChange& change :
       {SafetyChange(SafetyEventRaised{raised()}), SafetyChange(SafetyEventAcknowledged{"seen", "ann"}),
        SafetyChange(SafetyEventResolved{"done", "bob"}), SafetyChange(SafetyEventUpdated{kNow, 4}),
        SafetyChange(SafetyEventCleared{kNow})}) {
    vocabulary::Event event;
    event.type = type_of(change);
    event.data = data_of(change);
    EXPECT_EQ(data_of(safety_change_from(event)), event.data);
    EXPECT_EQ(type_of(safety_change_from(event)), event.type);
  }
  vocabulary::Event unknown;
  unknown.type = "safety_event.forgotten";
  unknown.data = "{}";
  EXPECT_THROW(safety_change_from(unknown), std::runtime_error);
}

}  // namespace
}  // namespace mms::safety
