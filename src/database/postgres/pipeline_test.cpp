// Who gets which answer, for every way in which a segment can go.
#include "database/postgres/pipeline.hpp"

#include <gtest/gtest.h>

namespace mms::postgres {
namespace {

using Kind = Pipeline::Place::Kind;
using Verdict = Pipeline::Verdict;

void answer(Pipeline& pipeline) {
  pipeline.answered();
  EXPECT_TRUE(pipeline.step_ended());
}
void refuse(Pipeline& pipeline) {
  pipeline.refused();
  EXPECT_TRUE(pipeline.step_ended());
}
void skip(Pipeline& pipeline) {
  pipeline.skipped();
  EXPECT_TRUE(pipeline.step_ended());
}

TEST(Pipeline, AnswersGoToCallsInTheOrderSent) {
  Pipeline pipeline;
  pipeline.sent_calls({2, 1});
  pipeline.sent_calls({1});
  EXPECT_EQ(pipeline.call_segments(), 2u);
  EXPECT_EQ(pipeline.place().call, 0u);
  answer(pipeline);
  EXPECT_EQ(pipeline.place().step, 1u);
  answer(pipeline);
  EXPECT_EQ(pipeline.place().call, 1u);
  EXPECT_EQ(pipeline.place().step, 0u);
  answer(pipeline);
  EXPECT_EQ(pipeline.place().kind, Kind::sync);
  EXPECT_EQ(pipeline.synced().calls, (std::vector{Verdict::answered, Verdict::answered}));
  answer(pipeline);
  EXPECT_EQ(pipeline.synced().calls, (std::vector{Verdict::answered}));
  EXPECT_TRUE(pipeline.is_empty());
  EXPECT_EQ(pipeline.place().kind, Kind::nothing);
}

TEST(Pipeline, ARefusalFailsItsCallAndSendsTheLaterOnesAgain) {
  Pipeline pipeline;
  pipeline.sent_calls({1, 2, 1});
  answer(pipeline);
  refuse(pipeline);
  skip(pipeline);
  skip(pipeline);
  const auto ended = pipeline.synced();
  EXPECT_TRUE(ended.broken);
  EXPECT_EQ(ended.calls, (std::vector{Verdict::answered, Verdict::failed, Verdict::again}));
}

TEST(Pipeline, ARefusalAtTheSyncFailsTheWholeSegment) {
  Pipeline pipeline;
  pipeline.sent_calls({1});
  answer(pipeline);
  pipeline.refused();
  EXPECT_EQ(pipeline.synced().calls, (std::vector{Verdict::failed}));
}

TEST(Pipeline, APrepareIsASegmentOfItsOwn) {
  Pipeline pipeline;
  pipeline.sent_prepare(7);
  pipeline.sent_calls({1});
  EXPECT_EQ(pipeline.place().kind, Kind::prepare);
  EXPECT_EQ(pipeline.place().slot, 7u);
  refuse(pipeline);
  const auto ended = pipeline.synced();
  EXPECT_EQ(ended.prepared, 7u);
  EXPECT_TRUE(ended.broken);
  EXPECT_EQ(pipeline.call_segments(), 1u);
  EXPECT_EQ(pipeline.place().kind, Kind::step);
}

TEST(Pipeline, ANullWithoutAResultMovesNothing) {
  Pipeline pipeline;
  EXPECT_FALSE(pipeline.step_ended());
  pipeline.sent_calls({1});
  EXPECT_FALSE(pipeline.step_ended());
  EXPECT_EQ(pipeline.place().kind, Kind::step);
}

TEST(Pipeline, NothingIsExpectedAfterClear) {
  Pipeline pipeline;
  pipeline.sent_prepare(1);
  pipeline.sent_calls({1});
  pipeline.clear();
  EXPECT_TRUE(pipeline.is_empty());
  EXPECT_EQ(pipeline.call_segments(), 0u);
  pipeline.refused();
  pipeline.skipped();
  EXPECT_TRUE(pipeline.synced().calls.empty());
}

}  // namespace
}  // namespace mms::postgres
